"""The year after: what is there stays, what is new is added, and the cases move on."""

import threading
import time
from pathlib import Path

import pytest
from django.db import transaction

from applicants.models import Organisation, OrganisationEntry
from core.enums import JournalKind
from core.models import Agency, Event
from core.selectors.verification import JournalVerifier
from core.services.journal import Actor, append
from grants.enums import EntryKind, Status
from grants.models import Application, Call, LedgerEntry
from grants.selectors import fund_years
from portal.checks.faults import YearRefused
from portal.exports import export_year
from portal.imports import Outcome, bring_in_year
from reporting.models import Report
from tests.core.concurrency import in_threads
from tests.portal.year_factory import YEAR_2013, Tables, copy_of, row_sets


def next_year(tables: Tables) -> None:
    """2014: the calls of 2013 again with the money that was left, and one new grant."""
    left: dict[str, int] = {}
    for row in tables["funds"]:
        if row["reference"][1:3] == "13":
            available, spent = int(row["available_sek"]), int(row["spent_sek"])
            left[row["reference"]] = available - spent - int(row["to_repay_sek"])
    carried = {reference: sek for reference, sek in left.items() if sek > 0}
    tables.rows["calls"] = [row for row in tables["calls"] if row["year"] == "2013"]
    tables["calls"].append(
        {
            "call": "kommuner-2014",
            "definition": "kommuner-2013",
            "year": "2014",
            "frame_sek": "70000000",
            "report_cutoff": "2015-06-01",
        }
    )
    tables.rows["applications"] = [
        row for row in tables["applications"] if row["reference"] in carried
    ]
    tables.rows["partners"] = [row for row in tables["partners"] if row["reference"] in carried]
    tables.rows["funds"] = [
        {
            "reference": reference,
            "year": "2014",
            "available_sek": str(sek),
            "spent_sek": str(sek - 1_000),
            # The first keeps a thousand kronor to use, the others are to repay theirs.
            "to_repay_sek": "0" if reference == min(carried) else "1000",
        }
        for reference, sek in carried.items()
    ]
    leads = {row["reference"]: row["lead"] for row in tables["applications"]}
    tables.rows["reports"] = [
        {
            "report": f"R14-{reference}",
            "stream": "municipalities" if reference.startswith("K") else "associations",
            "year": "2014",
            "organisation": leads[reference],
            "references": reference,
            "received_at": "2015-04-20T12:00:00+02:00",
        }
        for reference in carried
    ]
    tables.rows["areas"], tables.rows["answers"] = [], []
    first = tables["organisations"][0]
    first["name"] = "Nya Botkyrka"
    tables["applications"].append(
        {
            "reference": "K14-0001",
            "call": "kommuner-2014",
            "lead": first["organisation"],
            "received_at": "2013-11-20T10:00:00+01:00",
            "requested_sek": "200000",
            "outcome": "granted",
            "granted_sek": "100000",
            "decided_at": "2014-03-14",
        }
    )
    tables["funds"].append(
        {
            "reference": "K14-0001",
            "year": "2014",
            "available_sek": "100000",
            "spent_sek": "50000",
            "to_repay_sek": "0",
        }
    )


@pytest.fixture
def folder_2014(db: None, tmp_path: Path) -> Path:
    bring_in_year(path=YEAR_2013)
    return copy_of(YEAR_2013, tmp_path / "2014", next_year)


def test_only_what_is_new_is_added(folder_2014: Path) -> None:
    outcome = bring_in_year(path=folder_2014)
    assert outcome.year == 2014
    changes = outcome.changes
    assert (changes.calls, changes.applications, changes.organisations) == (1, 1, 0)
    assert (changes.funds, changes.reports, changes.entries) == (71, 70, 460)
    before = Event.objects.count()
    assert not bring_in_year(path=folder_2014).changes
    assert not bring_in_year(path=YEAR_2013).changes
    assert Event.objects.count() == before


def _next_year_backwards(tables: Tables) -> None:
    next_year(tables)
    tables.rows["funds"].reverse()


@pytest.mark.django_db(transaction=True)
def test_an_import_and_an_officer_in_the_same_cases_wait_for_each_other(tmp_path: Path) -> None:
    bring_in_year(path=YEAR_2013)
    folder = copy_of(YEAR_2013, tmp_path / "2014", _next_year_backwards)
    held, comparing = threading.Event(), threading.Event()

    def officer() -> None:
        with transaction.atomic():
            case = Application.objects.select_for_update().get(reference="K13-0003")
            held.set()
            # The import must not have another of the cases while it waits for this one.
            assert comparing.wait(30)
            time.sleep(3)
            Application.objects.select_for_update().get(reference="K13-0005")
            append(
                kind=JournalKind.CASE,
                subject=str(case.pk),
                name="case.noted",
                payload={},
                actor=Actor.system(),
            )

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == "comparing":
            comparing.set()

    def importing() -> Outcome:
        assert held.wait(10)
        return bring_in_year(path=folder, progress=progress)

    _, outcome = in_threads(officer, importing)
    assert outcome.changes.reports == 70
    assert not list(JournalVerifier().faults())


def test_the_reported_cases_move_on(folder_2014: Path) -> None:
    waiting = Application.objects.filter(status=Status.INTERIM_REPORTED)
    references = sorted(waiting.values_list("reference", flat=True))
    bring_in_year(path=folder_2014)
    states = dict(
        Application.objects.filter(reference__in=references).values_list("reference", "status")
    )
    assert states.pop(references[0]) == Status.INTERIM_REPORTED
    assert set(states.values()) == {Status.FINAL_REPORTED}
    assert Application.objects.get(reference="K14-0001").status == Status.GRANTED
    assert Report.objects.filter(year=2014).count() == 70


def test_the_money_is_carried_from_year_to_year(folder_2014: Path) -> None:
    bring_in_year(path=folder_2014)
    reference = Application.objects.filter(
        call__year=2013, ledger_entries__kind=EntryKind.CARRIED_IN
    ).order_by("-reference")[0]
    of_2013, of_2014 = fund_years(reference)
    assert of_2013.carried_over_sek == of_2014.carried_in_sek > 0
    assert (of_2013.usable_sek, of_2014.usable_sek) == (0, 0)
    assert of_2014.spent_sek == of_2014.carried_in_sek - 1_000
    days = {
        entry.kind: entry.booked_on.isoformat()
        for entry in LedgerEntry.objects.filter(application=reference, year=2014)
    }
    assert set(days.values()) == {"2014-12-31"}


def test_an_organisation_takes_its_new_name_and_keeps_what_it_was_called(
    folder_2014: Path,
) -> None:
    bring_in_year(path=folder_2014)
    organisation = Organisation.objects.get(name="Nya Botkyrka")
    names = dict(organisation.entries.values_list("year", "name"))
    assert names == {2013: "Botkyrka kommun", 2014: "Nya Botkyrka"}
    assert OrganisationEntry.objects.count() == 920


def test_an_older_register_changes_no_organisation_as_it_now_is(db: None, tmp_path: Path) -> None:
    def later(tables: Tables) -> None:
        next_year(tables)
        for row in tables["calls"]:
            if row["year"] == "2013":
                row["frame_sek"] = "70000000" if row["call"][0] == "k" else "20000000"

    bring_in_year(path=YEAR_2013)
    bring_in_year(path=copy_of(YEAR_2013, tmp_path / "2014", later))

    def earlier(tables: Tables) -> None:
        tables.rows = {name: [] for name in tables.rows} | {
            "organisations": tables["organisations"][:1],
            "calls": [tables["calls"][0]],
        }
        tables["organisations"][0]["name"] = "Gamla Botkyrka"

    bring_in_year(path=copy_of(YEAR_2013, tmp_path / "2012", earlier))
    organisation = Organisation.objects.get(org_no="222013-0013")
    assert organisation.name == "Nya Botkyrka"
    assert organisation.entries.get(year=2012).name == "Gamla Botkyrka"


def test_each_year_comes_out_as_it_came_in(folder_2014: Path, tmp_path: Path) -> None:
    bring_in_year(path=folder_2014)
    agency = Agency.objects.get()
    export_year(agency=agency, year=2014, folder=tmp_path / "out-2014")
    export_year(agency=agency, year=2013, folder=tmp_path / "out-2013")
    assert row_sets(tmp_path / "out-2013") == row_sets(YEAR_2013)
    expected = row_sets(folder_2014)
    # The call to associations has no case of its own in 2014, only the money of 2013.
    assert row_sets(tmp_path / "out-2014") == expected


def test_no_more_is_carried_than_was_left(folder_2014: Path) -> None:
    tables = Tables(folder_2014)
    row = tables["funds"][0]
    left = int(row["available_sek"])
    row["available_sek"] = str(left + 1)
    tables.write()
    with pytest.raises(YearRefused) as refused:
        bring_in_year(path=folder_2014)
    (fault,) = refused.value.faults
    assert (fault.file, fault.row, fault.column, fault.code) == (
        "funds.csv",
        2,
        "available_sek",
        "funds_above_left",
    )
    assert fault.params == {"left": left}
    assert not Call.objects.filter(year=2014).exists()


def test_a_year_before_one_that_is_booked_cannot_be_added(db: None, tmp_path: Path) -> None:
    def only_one_case(tables: Tables) -> None:
        tables.rows["applications"] = [tables.row("applications", reference="K12-0001")]
        tables.rows["calls"] = [
            tables.row("calls", call="kommuner-2012"),
            {**tables.row("calls", call="kommuner-2013"), "call": "kommuner-2014", "year": "2014"},
        ]
        tables["calls"][1]["report_cutoff"] = "2015-06-01"
        tables.rows["funds"] = [{**tables.row("funds", reference="K12-0001"), "year": "2014"}]
        for name in ("partners", "reports", "areas", "answers"):
            tables.rows[name] = []

    bring_in_year(path=copy_of(YEAR_2013, tmp_path / "2014", only_one_case))
    with pytest.raises(YearRefused) as refused:
        bring_in_year(path=YEAR_2013)
    (fault,) = refused.value.faults
    assert (fault.file, fault.row, fault.column, fault.value, fault.code) == (
        "funds.csv",
        2,
        "year",
        "2013",
        "funds_of_earlier_year",
    )
