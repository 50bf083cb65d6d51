"""Every fault in the cells is found, in its place, and nothing is stored."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.definitions import Question, QuestionKind
from grants.definitions import CallDefinition, built_in_definitions
from portal.checks import faults as fault_texts
from portal.checks.faults import Fault, Faults
from tests.portal.import_cases import (
    ANY,
    BOTKYRKA,
    K1,
    KOMMUN,
    ONE_CHOICE,
    REJECTED,
    WITHDRAWN,
    Case,
    case,
    name_of,
    refused,
)
from tests.portal.year_factory import (
    YEAR_2013,
    Plan,
    Tables,
    copy_of,
    write_plan,
)

CASES = [
    # calls
    case("calls", KOMMUN, "definition=kommuner-1999", "unknown_definition"),
    case("calls", KOMMUN, "definition=", "missing"),
    case("calls", KOMMUN, "year=tjugohundratretton", "not_a_year"),
    case("calls", KOMMUN, "year=", "missing"),
    case("calls", KOMMUN, "frame_sek=0", "not_above_zero"),
    case("calls", KOMMUN, "frame_sek=70 000 000", "not_whole_kronor"),
    case("calls", KOMMUN, "frame_sek=7e7", "not_whole_kronor"),
    case("calls", KOMMUN, "frame_sek=9999999999999999999", "amount_too_large"),
    case("calls", KOMMUN, "report_cutoff=1 juni 2014", "not_a_date"),
    case("calls", KOMMUN, "report_cutoff=2014-06-31", "not_a_date"),
    case("calls", KOMMUN, "report_cutoff=2013-12-30", "cutoff_before_measuring"),
    case("calls", "call=kommuner-2012", "report_cutoff=2012-12-30", "cutoff_before_measuring"),
    case("calls", "call=foreningar-2013", "frame_sek=19999999", "frame_exceeded"),
    case("calls", "call=kommuner-2012", "call=kommuner-2013", "duplicate", ANY, column="-"),
    case("calls", KOMMUN, "call=Kommuner 2013", "not_a_code", "unknown_call"),
    # organisations
    case("organisations", BOTKYRKA, "org_no=222013-0014", "org_no_checksum"),
    case("organisations", BOTKYRKA, "org_no=222013", "org_no_form"),
    case("organisations", BOTKYRKA, "org_no=811218-9876", "org_no_person"),
    case("organisations", BOTKYRKA, "org_no=", "missing"),
    case("organisations", BOTKYRKA, "org_no=222013-0021", "same_organisation", column="-"),
    case("organisations", BOTKYRKA, "name=", "missing"),
    case("organisations", BOTKYRKA, "name=" + "å" * 301, "too_long"),
    case("organisations", BOTKYRKA, "kind=kommun", "unknown_kind"),
    case("organisations", BOTKYRKA, "county_code=02", "unknown_county"),
    case("organisations", BOTKYRKA, "county_code=", "missing"),
    case("organisations", BOTKYRKA, "municipality_code=9999", "unknown_municipality"),
    case("organisations", BOTKYRKA, "municipality_code=0305", "other_county", column="county_code"),
    case("organisations", "organisation=K00002", "organisation=K00001", "duplicate",
         "unknown_organisation"),
    # applications
    case("applications", K1, "call=kommuner-2011", "unknown_call"),
    case("applications", K1, "call=", "missing"),
    case("applications", K1, "lead=K99999", "unknown_organisation"),
    case("applications", K1, "lead=", "missing"),
    case("applications", K1, "received_at=i november", "not_a_time"),
    case("applications", K1, "received_at=2012-11-31T12:00:00+01:00", "not_a_time"),
    case("applications", K1, "received_at=0001-01-01T00:00:00+05:00", "not_a_time"),
    case("applications", K1, "received_at=2013-03-15T00:00:00+01:00", "decided_before_received",
         column="decided_at"),
    case("applications", K1, "requested_sek=499 999,50", "not_whole_kronor"),
    case("applications", K1, "requested_sek=0", "not_above_zero"),
    case("applications", K1, "requested_sek=-5", "not_above_zero"),
    case("applications", K1, "requested_sek=", "missing"),
    case("applications", K1, "requested_sek=499999", "granted_above_requested",
         column="granted_sek"),
    case("applications", K1, "outcome=beviljad", "unknown_outcome"),
    case("applications", K1, "granted_sek=", "granted_without_amount"),
    case("applications", K1, "granted_sek=0", "not_above_zero"),
    case("applications", K1, "granted_sek=70000001 | requested_sek=80000000",
         "granted_above_frame", "frame_exceeded"),
    case("applications", REJECTED, "granted_sek=10", "amount_without_grant"),
    case("applications", WITHDRAWN, "granted_sek=10", "amount_without_grant"),
    case("applications", K1, "decided_at=", "decided_without_date"),
    case("applications", REJECTED, "decided_at=", "decided_without_date"),
    case("applications", K1, "decided_at=2013-02-30", "not_a_date"),
    case("applications", WITHDRAWN, "decided_at=2012-11-29", "decided_before_received"),
    case("applications", K1, "reference=", "missing", "unknown_reference"),
    case("applications", K1, "reference=K13-0002", "duplicate", ANY, column="-"),
    case("applications", K1, "reference=K13;0001", "has_separator", "unknown_reference"),
    case("applications", K1, "outcome=rejected | granted_sek=", "funds_not_granted",
         "report_not_granted", column="-"),
    # partners
    case("partners", "reference=K13-0084", "reference=K99-0001", "unknown_reference"),
    case("partners", "reference=K13-0084", "organisation=K99999", "unknown_organisation"),
    case("partners", "reference=K13-0084", "organisation=K00129", "duplicate", column="-"),
    case("partners", "reference=K13-0084", "organisation=K00084", "partner_is_lead"),
    # funds
    case("funds", K1, "reference=K99-0001", "unknown_reference"),
    case("funds", K1, "reference=K13-0107", "funds_not_granted"),
    case("funds", K1, "reference=K13-0002", "duplicate", "funds_not_all_granted", column="-"),
    case("funds", K1, "year=2014", "year_outside"),
    case("funds", K1, "year=2012", "year_outside"),
    case("funds", K1, "available_sek=499999", "funds_not_all_granted", "funds_overdrawn"),
    case("funds", K1, "available_sek=500000,0", "not_whole_kronor"),
    case("funds", K1, "spent_sek=-1", "below_zero"),
    case("funds", K1, "to_repay_sek=-1", "below_zero"),
    case("funds", K1, "to_repay_sek=", "missing"),
    case("funds", K1, "spent_sek=500000 | to_repay_sek=1", "funds_overdrawn", column="spent_sek"),
    case("funds", "reference=K12-0001", "available_sek=240001", "funds_above_granted"),
    # reports
    case("reports", "report=RK13-0001", "stream=kommuner", "unknown_stream"),
    case("reports", "report=RK13-0002", "stream=associations", "report_other_stream"),
    case("reports", "report=RK13-0002", "year=2014", "year_outside"),
    case("reports", "report=RK13-0002", "year=2012", "year_outside"),
    case("reports", "report=RK13-0002", "organisation=K00010", "report_not_lead",
         "organisation_reports_twice"),
    case("reports", "report=RK13-0002", "organisation=K99999", "unknown_organisation",
         "report_not_lead"),
    case("reports", "report=RK13-0002", "references=", "no_references"),
    case("reports", "report=RK13-0002", "references=K13-0009;K13-0009", "repeated_reference"),
    case("reports", "report=RK13-0002", "references=K99-0009", "unknown_reference"),
    case("reports", "report=RK13-0002", "references=K13-0107", "report_not_granted"),
    case("reports", "report=RK13-0002", "references=K13-0009;K13-0033", "report_not_lead",
         "reference_reported_twice", column="organisation"),
    case("reports", "report=RK13-0002", "received_at=", "missing"),
    case("reports", "report=RK13-0002", "received_at=i april", "not_a_time"),
    case("reports", "report=RK13-0002", "received_at=2013-03-13T23:30:00+01:00",
         "reported_before_decided"),
    case("reports", "report=RK13-0002", "report=RK13-0001", "duplicate", "unknown_report"),
    # areas
    case("areas", "report=RK13-0089 | area=mapping", "report=R0", "unknown_report",
         "no_area_row"),
    case("areas", "report=RK13-0089 | area=mapping", "area=kartor", "unknown_area", "no_area_row"),
    case("areas", "report=RK13-0089 | area=mapping", "status=klar", "unknown_status"),
    case("areas", "report=RK13-0089 | area=mapping", "status=", "missing"),
    # answers
    case("answers", ONE_CHOICE, "report=R0", "unknown_report"),
    case("answers", ONE_CHOICE, "area=kartor", "unknown_area"),
    case("answers", ONE_CHOICE, "question=resultat", "unknown_question"),
    case("answers", ONE_CHOICE, "question=", "missing"),
    case("answers", ONE_CHOICE, "option=helt", "unknown_option"),
    case("answers", ONE_CHOICE, "option=", "missing"),
    case("answers", ONE_CHOICE, "area=", "unknown_question", column="question"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("each", CASES, ids=name_of)
def test_a_changed_cell_is_found_in_its_place(each: Case, tmp_path: Path) -> None:
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    row = tables.row(each.file, **each.find)
    row.update(each.change)
    number = tables.number(each.file, row)
    tables.write()
    found = refused(tables.folder)
    codes = {fault.code for fault in found}
    if each.column == "-":
        # Which of two equal rows is the wrong one nobody can say: the later one is named.
        assert each.code in codes
    else:
        (fault,) = [
            fault
            for fault in found
            if (fault.file, fault.row, fault.column, fault.code)
            == (f"{each.file}.csv", number, each.column, each.code)
        ] or [found]
        assert isinstance(fault, Fault), found
        shown = row[each.column].strip() or None
        assert fault.value == shown
    if ANY not in each.elsewhere:
        assert codes == {each.code, *each.elsewhere}, found


def _add(name: str, **cells: str) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        tables[name].append(cells)

    return change


def _first_of_stream(tables: Tables, stream: str, area: str) -> str:
    reports = {row["report"] for row in tables["reports"] if row["stream"] == stream}
    return next(
        row["report"] for row in tables["areas"] if row["area"] == area and row["report"] in reports
    )


@pytest.mark.django_db
def test_an_area_twice_is_a_fault_that_names_both_rows(tmp_path: Path) -> None:
    folder = copy_of(
        YEAR_2013, tmp_path / "year",
        _add("areas", report="RK13-0089", area="mapping", status="completed"),
    )  # fmt: skip
    (fault,) = refused(folder)
    assert (fault.file, fault.row, fault.column, fault.code) == (
        "areas.csv", 920, "area", "duplicate",
    )  # fmt: skip
    assert fault.params["first"] == 2


@pytest.mark.django_db
@pytest.mark.parametrize("stream", ["associations", "municipalities"])
def test_an_area_of_the_other_stream_is_named_as_such(stream: str, tmp_path: Path) -> None:
    areas = {each.stream: each.area_codes for each in built_in_definitions()}
    other = next(name for name in areas if name != stream)
    area = next(code for code in areas[other] if code not in areas[stream])
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    report = tables.row("reports", stream=stream)["report"]
    tables["areas"].append({"report": report, "area": area, "status": "ongoing"})
    tables.write()
    codes = {(fault.file, fault.row, fault.code) for fault in refused(tables.folder)}
    assert codes == {("areas.csv", 920, "area_of_other_stream")}


@pytest.mark.django_db
def test_an_option_of_the_other_stream_is_named_as_such(tmp_path: Path) -> None:
    def questions(definition: CallDefinition) -> Iterator[tuple[str, Question]]:
        for area in ("", *definition.area_codes):
            for placed in definition.report_questionnaire.questions_for(area):
                yield area, placed.question

    one, two = built_in_definitions()
    stream, area, key, option = next(
        (own.stream, area, question.key, option)
        for own, other in ((one, two), (two, one))
        for area, question in questions(own)
        for _, another in questions(other)
        if question.key == another.key
        for option in another.option_codes
        if question.kind.is_choice and question.option(option) is None
    )
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    report = _first_of_stream(tables, stream, area) if area else ""
    report = report or tables.row("reports", stream=stream)["report"]
    tables.rows["answers"] = [{"report": report, "area": area, "question": key, "option": option}]
    tables.write()
    (fault,) = refused(tables.folder)
    assert (fault.row, fault.column, fault.value, fault.code) == (
        2,
        "option",
        option,
        "option_of_other_stream",
    )


@pytest.mark.django_db
def test_two_answers_to_a_one_choice_question(tmp_path: Path) -> None:
    folder = copy_of(
        YEAR_2013, tmp_path / "year",
        _add("answers", report="RK13-0029", area="mapping", question="expected_results",
             option="largely"),
    )  # fmt: skip
    (fault,) = refused(folder)
    assert (fault.file, fault.row, fault.column, fault.value, fault.code) == (
        "answers.csv", 2969, "option", "largely", "several_in_one_choice",
    )  # fmt: skip
    assert fault.params == {"first": 2, "other": "partly"}


@pytest.mark.django_db
def test_the_same_answer_twice(tmp_path: Path) -> None:
    folder = copy_of(
        YEAR_2013, tmp_path / "year",
        _add("answers", report="RK13-0029", area="mapping", question="expected_results",
             option="partly"),
    )  # fmt: skip
    (fault,) = refused(folder)
    assert (fault.row, fault.code, fault.params) == (2969, "duplicate", {"first": 2})


@pytest.mark.django_db
def test_an_exclusive_option_with_others(tmp_path: Path) -> None:
    definition, area, question, exclusive, other = next(
        (definition, area, placed.question, option, another)
        for definition in built_in_definitions()
        for area in definition.area_codes
        for placed in definition.report_questionnaire.questions_for(area)
        if placed.question.kind is QuestionKind.SEVERAL_CHOICES
        for option in placed.question.options
        if option.exclusive
        for another in placed.question.options
        if not another.exclusive
    )
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    report = _first_of_stream(tables, definition.stream, area)
    tables.rows["answers"] = [
        {"report": report, "area": area, "question": question.key, "option": each.code}
        for each in (other, exclusive)
    ]
    tables.write()
    (fault,) = refused(tables.folder)
    assert (fault.row, fault.column, fault.code) == (3, "option", "exclusive_with_others")
    assert fault.params["option"] == exclusive.code


@pytest.mark.django_db
def test_an_answer_for_an_area_without_a_row(tmp_path: Path) -> None:
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    with_mapping = {row["report"] for row in tables["areas"] if row["area"] == "mapping"}
    report = next(
        row["report"]
        for row in tables["reports"]
        if row["stream"] == "municipalities" and row["report"] not in with_mapping
    )
    _add("answers", report=report, area="mapping", question="expected_results", option="partly")(
        tables
    )
    tables.write()
    (fault,) = refused(tables.folder)
    assert (fault.file, fault.row, fault.column, fault.value, fault.code) == (
        "answers.csv", 2969, "area", "mapping", "no_area_row",
    )  # fmt: skip


@pytest.mark.django_db
def test_values_and_findings_are_checked_too(tmp_path: Path) -> None:
    plan = Plan(reports_per_stream=3, values=True, findings=True, answered_share=1, area_share=1)
    tables = Tables(write_plan(tmp_path / "year", plan))
    numbers = [index for index, row in enumerate(tables["values"]) if row["value"].isdigit()]
    tables["values"][numbers[0]]["value"] = "många"
    tables["values"][numbers[1]]["value"] = ""
    tables["values"].append(dict(tables["values"][-1]))
    tables["values"].append({**tables["answers"][0], "value": "1"})
    tables["values"][-1].pop("option")
    tables["answers"].append({**tables["values"][numbers[2]], "option": "yes"})
    tables["answers"][-1].pop("value")
    tables["findings"][0]["finding"] = "kanske"
    tables["findings"][1]["requirement"] = "krav"
    tables["findings"][2]["organisation"] = tables["organisations"][-1]["organisation"]
    tables["findings"].append(dict(tables["findings"][-1]))
    tables.write()
    found = {(fault.file, fault.row, fault.column, fault.code) for fault in refused(tables.folder)}
    values, findings = len(tables["values"]), len(tables["findings"])
    assert {
        ("values.csv", numbers[1] + 2, "value", "missing"),
        ("values.csv", values, "question", "duplicate"),
        ("values.csv", values + 1, "question", "not_a_value"),
        ("answers.csv", len(tables["answers"]) + 1, "question", "not_a_choice"),
        ("findings.csv", 2, "finding", "unknown_finding"),
        ("findings.csv", 3, "requirement", "unknown_requirement"),
        ("findings.csv", 4, "organisation", "not_participating"),
        ("findings.csv", findings + 1, "requirement", "duplicate"),
    } <= found
    wrong = {code for file, row, _, code in found if (file, row) == ("values.csv", numbers[0] + 2)}
    assert wrong & {"value_number", "not_whole_kronor"}


def test_every_text_names_only_the_parameters_it_is_given() -> None:
    faults = Faults(kept=2)
    for _ in range(5):
        faults.add("a.csv", 1, "b", "c", "missing")
    assert len(faults) == 5
    assert len(list(faults)) == 2
    with pytest.raises(KeyError):
        faults.add("a.csv", 1, "b", "c", "no such code")
    assert all(text == text.strip() for text in fault_texts._TEXTS.values())
