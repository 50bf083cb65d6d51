"""What is there already with another value is a fault that names both."""

from pathlib import Path

import pytest

from core.models import Event
from portal.checks.faults import YearRefused
from portal.imports import bring_in_year
from tests.portal.import_cases import (
    BOTKYRKA,
    K1,
    KOMMUN,
    ONE_CHOICE,
    REJECTED,
    Case,
    case,
    name_of,
)
from tests.portal.year_factory import (
    YEAR_2013,
    Tables,
    copy_of,
)

STORED = [
    case("calls", KOMMUN, "frame_sek=70000001", "differs"),
    case("calls", KOMMUN, "report_cutoff=2014-06-02", "differs"),
    case("organisations", BOTKYRKA, "name=Botkyrka", "differs"),
    case("organisations", BOTKYRKA, "kind=region", "differs"),
    case("organisations", BOTKYRKA, "county_code=03", "differs"),
    case("organisations", BOTKYRKA, "municipality_code=0127", "differs"),
    case("applications", K1, "requested_sek=1736001", "differs"),
    case("applications", K1, "received_at=2012-11-22T20:25:01+01:00", "differs"),
    case("applications", K1, "decided_at=2013-03-15", "differs"),
    case("applications", REJECTED, "outcome=withdrawn", "differs"),
    case("partners", "reference=K13-0084", "organisation=K00001", "partner_not_stored",
         "partner_left_out"),
    case("funds", K1, "spent_sek=1", "differs"),
    case("funds", K1, "to_repay_sek=1 | spent_sek=0", "differs"),
    case("reports", "report=RK13-0001", "received_at=2014-04-20T14:22:01+02:00", "differs"),
    case("reports", "report=RK13-0001", "references=K13-0077", "differs"),
    case("reports", "report=RK13-0002", "report=RK13-9999", "report_of_organisation_stored",
         "reference_reported_stored", "area_left_out", column="organisation"),
    case("areas", "report=RK13-0089 | area=mapping", "status=completed", "area_not_stored",
         "area_left_out", column="area"),
    case("answers", ONE_CHOICE, "option=fully", "answer_not_stored", "answer_left_out"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("each", STORED, ids=name_of)
def test_what_is_there_with_another_value_is_a_fault_with_both(each: Case, tmp_path: Path) -> None:
    bring_in_year(path=YEAR_2013)
    events = Event.objects.count()
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    row = tables.row(each.file, **each.find)
    row.update(each.change)
    if each.code == "report_of_organisation_stored":
        for name in ("areas", "answers"):
            tables.rows[name] = [r for r in tables[name] if r["report"] != "RK13-0002"]
    number = tables.number(each.file, row)
    tables.write()
    with pytest.raises(YearRefused) as caught:
        bring_in_year(path=tables.folder)
    found = list(caught.value.faults)
    places = {(fault.file, fault.row, fault.column, fault.code) for fault in found}
    assert (f"{each.file}.csv", number, each.column, each.code) in places, found
    for fault in found:
        if fault.code == "differs":
            assert fault.params["stored"]
            assert fault.value
        assert str(fault)
    assert Event.objects.count() == events


@pytest.mark.django_db
def test_new_grants_must_fit_in_what_the_frame_has_left(tmp_path: Path) -> None:
    bring_in_year(path=YEAR_2013)
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    new = dict(tables.row("applications", call="foreningar-2013", outcome="granted"))
    new |= {"reference": "F13-9999", "requested_sek": "10", "granted_sek": "10"}
    for name in ("partners", "funds", "reports", "areas", "answers"):
        tables.rows[name] = []
    # The other grants of the call are there, but not in the folder.
    tables.rows["applications"] = [new]
    tables.write()
    with pytest.raises(YearRefused) as caught:
        bring_in_year(path=tables.folder)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column, fault.value, fault.code) == (
        "calls.csv",
        5,
        "frame_sek",
        "20000000",
        "frame_exceeded",
    )
    assert fault.params == {"granted": 20_000_010}
    # Each call that is exceeded is named, whether its file alone says so or not.
    other = dict(new) | {"reference": "K12-9999", "call": "kommuner-2012"}
    amounts = {"requested_sek": "70000001", "granted_sek": "70000001"}
    tables.rows["applications"] = [new, other | amounts]
    tables.write()
    with pytest.raises(YearRefused) as caught:
        bring_in_year(path=tables.folder)
    exceeded = [fault.row for fault in caught.value.faults if fault.code == "frame_exceeded"]
    assert exceeded == [2, 5]
