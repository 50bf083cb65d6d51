"""The reports of a call as data: what stands in the files, what never does, and the same twice."""

import csv
import io
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from applicants.enums import Role
from applicants.models import Organisation, User
from core.models import Agency
from grants.models import Application, Call, CaseDocument, FieldMark
from reporting.content.paths import answer_path, part_path, why_path
from reporting.content.report_data import SCRUBBED, TABLES, is_personal, scrubbed
from reporting.documents.report_data import ABOUT, Package, make_package
from reporting.enums import DataFormat
from reporting.models import Report
from reporting.selectors.report_data import CHUNK, read_reports
from reporting.selectors.report_data_words import public_words
from reporting.services import sending
from tests.factories import ConflictDeclarationFactory, OrganisationFactory, staff
from tests.factories.assessing import assessed_call
from tests.factories.reports import Reporting
from tests.reporting.years import bring_in

type Rows = list[dict[str, str]]


def package(
    call: Call, user: User, kind: DataFormat, folder: Path, *, texts: bool = False
) -> Package:
    folder.mkdir()
    return make_package(call=call, user=user, kind=kind, texts=texts, folder=folder)


def tables(call: Call, user: User, folder: Path, **more: Any) -> dict[str, Rows]:
    """The tables of the CSV files."""
    made = package(call, user, DataFormat.CSV, folder, **more)
    found: dict[str, Rows] = {}
    with zipfile.ZipFile(made.path) as archive:
        for table in TABLES:
            text = archive.read(f"{table.name}.csv").decode("utf-8-sig")
            found[table.name] = list(csv.DictReader(io.StringIO(text, newline="")))
    return found


@pytest.mark.django_db
def test_a_year_as_data_agrees_with_the_national_report(
    tmp_path: Path,
) -> None:
    agency: Agency = bring_in()
    analyst = staff(agency, Role.ANALYST)
    call = Call.objects.get(agency=agency, year=2013, stream="municipalities")
    found = tables(call, analyst, tmp_path / "rows")
    in_time = {
        row["report"]
        for row in found["reports"]
        if row["first_received_on"] <= call.report_cutoff.isoformat()
    }
    attended = {
        row["report"]: row["option"]
        for row in found["answers"]
        if row["question"] == "attended_regional_training"
    }
    assert len(in_time) == 138
    assert Counter(attended[each] for each in in_time)["yes"] == 134
    # What was spent is the ledger's, where an old register has no lines.
    assert {row["source"] for row in found["economy"]} == {"ledger"}


@pytest.fixture
def world(db: None) -> Reporting:
    return Reporting()


@pytest.fixture
def analyst(world: Reporting) -> User:
    return staff(world.agency, Role.ANALYST)


def test_every_kind_of_file_holds_the_same_and_is_the_same_twice(
    world: Reporting, analyst: User, tmp_path: Path
) -> None:
    world.received()
    found = tables(world.call, analyst, tmp_path / "rows")
    twice: dict[str, list[bytes]] = {}
    for kind in DataFormat:
        for again in ("one", "two"):
            made = package(world.call, analyst, kind, tmp_path / f"{kind.value}-{again}")
            assert made.rows == {name: len(rows) for name, rows in found.items()}
            twice.setdefault(kind, []).append(made.path.read_bytes())
    assert all(one == two for one, two in twice.values())
    book = CalamineWorkbook.from_filelike(io.BytesIO(twice[DataFormat.XLSX][0]))
    assert book.sheet_names == ["about", *(table.name for table in TABLES)]
    with zipfile.ZipFile(io.BytesIO(twice[DataFormat.PARQUET][0])) as archive:
        assert ABOUT in archive.namelist()
        archive.extractall(tmp_path)
    for table in TABLES:
        header, *rows = book.get_sheet_by_name(table.name).to_python()
        assert header == [column.name for column in table.columns]
        assert len(rows) == len(found[table.name])
        target = tmp_path / f"{table.name}.parquet"
        described = duckdb.sql(f"DESCRIBE FROM '{target}'").fetchall()
        assert [(each[0], each[1]) for each in described] == [
            (column.name, column.kind.value) for column in table.columns
        ]
        counted = duckdb.sql(f"SELECT count(*) FROM '{target}'").fetchall()
        assert counted == [(len(found[table.name]),)]


def everything(call: Call, user: User, folder: Path, *, texts: bool = False) -> str:
    """All that stands in the files, of every kind."""
    found = []
    for kind in (DataFormat.CSV, DataFormat.XLSX):
        made = package(call, user, kind, folder / kind.value, texts=texts)
        with zipfile.ZipFile(made.path) as archive:
            found += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return "\n".join(found)


NUMBER: dict[str, Any] = {
    "key": "times", "kind": "number", "text": {"sv": "Hur ofta?", "en": "How often?"},
}  # fmt: skip


def asking_more(world: Reporting) -> None:
    """The call asks two numbers too, one of them only of those who answer yes."""
    record = world.call.definition_record
    form = record.document["report_questionnaire"]
    whole, area = form["sections"]
    when = [{"question": "attended_training", "options": ["yes"]}]
    whole = whole | {
        "questions": [*whole["questions"], NUMBER, NUMBER | {"key": "n", "when": when}]
    }
    changed = form | {"sections": [whole, area]}
    world.call = assessed_call(
        agency=world.agency,
        closes_in=-20,
        year=world.today.year,
        changes={"reporting": record.document["reporting"], "report_questionnaire": changed},
    )


def test_not_asked_not_answered_and_no_are_three_different_things(
    world: Reporting, analyst: User, tmp_path: Path
) -> None:
    asking_more(world)
    report = world.filled(world.required())
    world.put(report, answer_path("", "attended_training"), "no")
    sending.send_report(report=report, actor=world.signatory)
    found = tables(world.call, analyst, tmp_path / "rows")
    assert {row["question"]: row["state"] for row in found["values"]} == {
        "times": "not_answered",
        "n": "not_asked",
    }
    (attended,) = (row for row in found["answers"] if row["question"] == "attended_training")
    assert [attended[name] for name in ("state", "option", "option_sv")] == [
        "answered", "no", "Nej",
    ]  # fmt: skip
    done = [row for row in found["answers"] if row["question"] == "activities"]
    assert {(row["area"], row["state"], row["option"]) for row in done} == {
        ("mapping", "not_answered", ""),
        ("training", "not_answered", ""),
    }
    exported = {row["question"]: row["exported"] for row in found["questions"]}
    assert exported == {
        "attended_training": "1", "comment": "0", "times": "1", "n": "1", "activities": "1",
        "done": "0",
    }  # fmt: skip
    assert {
        row["option"] for row in found["options"] if row["question"] == "attended_training"
    } == {
        "yes",
        "no",
    }


def test_money_is_told_line_by_line_and_in_all(
    world: Reporting, analyst: User, tmp_path: Path
) -> None:
    world.received(spent=(300_000, 90_000))
    found = tables(world.call, analyst, tmp_path / "rows")
    lines = [
        (row["line"], row["area"], row["approved_sek"], row["spent_sek"])
        for row in found["economy"]
    ]
    assert lines == [
        ("1", "mapping", "300000", "300000"),
        ("2", "training", "100000", "90000"),
        ("", "", "400000", "390000"),
    ]
    assert found["economy"][2]["available_sek"] == "400000"


def test_nothing_that_is_anyones_own_is_in_the_files(
    world: Reporting, analyst: User, tmp_path: Path
) -> None:
    Organisation.objects.filter(pk=world.lead.pk).update(
        street="Storgatan 17", contact_name="Karin Kontakt", contact_email="karin@ale.example",
        contact_phone="0303-330 000", giro_kind="bankgiro", giro_number="5050-1055",
    )  # fmt: skip
    report = world.required(joint=True)
    case = report.references.get().application_id
    world.done_part(report)
    world.put(report, part_path(world.lead.pk, "done"), "Vi talade med Lisa Larsson.")
    world.put(report, answer_path("", "comment"), "Lisa Larsson, 800101-1234, bor kvar.")
    world.put(report, why_path(case, 1), "Larmet kostade mer.")
    world.received(report, spent=(300_000, 100_000))
    said = everything(world.call, analyst, tmp_path)
    for word in (
        "Storgatan", "Karin Kontakt", "karin@", "0303", "5050", "Lisa", "800101", "Larmet",
        "Projektledare", str(world.signatory), str(world.writer), str(world.officer),
    ):  # fmt: skip
        assert word not in said, word
    assert "Ale kommun" in said
    assert "Bjuvs kommun" in said


def test_free_words_come_along_when_asked_for_without_what_can_be_told(
    world: Reporting, analyst: User, tmp_path: Path
) -> None:
    report = world.required()
    case = report.references.get().application_id
    comment = "Fråga 800101-1234 eller lisa@ale.example, tack."
    world.put(report, answer_path("", "comment"), comment)
    world.put(report, why_path(case, 1), "Nytt larm och portkod vid boendet.")
    world.put(report, why_path(case, 2), "Dyrare lokal.")
    world.received(report)
    (tmp_path / "all").mkdir()
    said = everything(world.call, analyst, tmp_path / "all", texts=True)
    assert f"Fråga {SCRUBBED} eller {SCRUBBED}, tack." in said
    assert "Projektledare" in said
    assert "Dyrare lokal." in said
    assert "portkod" not in said
    found = tables(world.call, analyst, tmp_path / "rows", texts=True)
    assert [row["exported"] for row in found["questions"] if row["question"] == "comment"] == ["1"]


def test_a_marked_document_tells_only_that_it_came(
    world: Reporting, analyst: User, tmp_path: Path
) -> None:
    report = world.received()
    CaseDocument.objects.filter(source__startswith="report_version:").update(
        secrecy="26 kap. 1 § OSL"
    )
    found = tables(world.call, analyst, tmp_path / "rows")
    (row,) = found["reports"]
    assert (row["report"], row["left_out"]) == (report.code, "secret")
    assert not any(found[name] for name in ("areas", "answers", "values", "economy"))


def test_a_marked_case_has_no_names(world: Reporting, analyst: User, tmp_path: Path) -> None:
    case = world.granted(joint=True)
    CaseDocument.objects.create(
        application=case, number=99, direction="in", kind="application", dated_on=world.today,
        secrecy="21 kap. 3 § OSL", registered_at=timezone.now(),
    )  # fmt: skip
    report = world.required(case)
    world.done_part(report)
    world.received(report)
    found = tables(world.call, analyst, tmp_path / "rows")
    (row,) = found["reports"]
    assert (row["report"], row["left_out"], row["county_code"]) == ("#1", "names", "")
    assert found["answers"]
    (tmp_path / "all").mkdir()
    said = everything(world.call, analyst, tmp_path / "all")
    for word in ("Ale", "Bjuv", world.lead.org_no, world.partner.org_no, report.code, case.number):
        assert not word or word not in said, word


def test_a_marked_budget_is_told_only_in_all(
    world: Reporting, analyst: User, tmp_path: Path
) -> None:
    report = world.received()
    FieldMark.objects.create(
        application=report.references.get().application, path="row.1.text",
        provision="18 kap. 8 § OSL", marked_at=timezone.now(), marked_by=world.officer,
    )  # fmt: skip
    found = tables(world.call, analyst, tmp_path / "rows")
    assert [(row["line"], row["spent_sek"]) for row in found["economy"]] == [("", "400000")]


def test_what_the_reader_is_shut_out_of_is_left_out(
    world: Reporting, analyst: User, tmp_path: Path
) -> None:
    report = world.received()
    ConflictDeclarationFactory(
        application=report.references.get().application, user=analyst, has_conflict=True
    )
    made = package(world.call, analyst, DataFormat.CSV, tmp_path / "rows")
    assert (made.whole.reports, made.whole.shut_out) == (0, 1)
    elsewhere = staff(Reporting().agency, Role.ANALYST)
    assert package(world.call, elsewhere, DataFormat.CSV, tmp_path / "b").whole.reports == 0


def test_no_cell_is_taken_for_a_formula(world: Reporting, analyst: User, tmp_path: Path) -> None:
    world.received()
    names = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1"]
    for name in names:
        Organisation.objects.filter(pk=world.lead.pk).update(name=name)
        folder = tmp_path / str(names.index(name))
        folder.mkdir()
        (row,) = tables(world.call, analyst, folder / "rows")["reports"]
        assert row["organisation"] == f"'{name}"
        book = package(world.call, analyst, DataFormat.XLSX, folder / "book")
        with zipfile.ZipFile(book.path) as archive:
            sheets = [archive.read(each) for each in archive.namelist() if "sheets/" in each]
        assert not any(b"<f>" in sheet for sheet in sheets)
        cells = CalamineWorkbook.from_path(book.path).get_sheet_by_name("reports").to_python()
        assert name in cells[1]


def test_drafts_and_awaited_reports_are_not_read(
    world: Reporting, analyst: User, tmp_path: Path
) -> None:
    world.filled(world.required())
    assert tables(world.call, analyst, tmp_path / "rows")["reports"] == []


@pytest.mark.parametrize("rows", [1, 30])
def test_the_database_is_asked_as_often_with_thirty_reports_as_with_one(
    world: Reporting, analyst: User, rows: int, django_assert_num_queries: Any
) -> None:
    assert rows < CHUNK
    report = world.received()
    for place in range(1, rows):
        other = Report.objects.create(
            agency=report.agency, code=f"X{place}", stream=report.stream, year=report.year,
            organisation=OrganisationFactory(), status="received", kind="interim",
            first_received_at=report.first_received_at,
        )  # fmt: skip
        case = Application.objects.get()
        other.references.create(application=case, position=0)
        other.versions.create(number=1, received_at=report.first_received_at)
    taken: list[Any] = []
    with django_assert_num_queries(12):
        read_reports(
            call=world.call,
            user=analyst,
            texts=False,
            put=lambda name, found: taken.extend((name, row) for row in found),
        )
    assert sum(name == "reports" for name, _row in taken) == rows


@given(
    before=st.text(alphabet="abc åäö,.", max_size=5),
    after=st.text(alphabet="abc åäö,.", max_size=5),
    day=st.dates(min_value=date(1910, 1, 1), max_value=date(2012, 12, 31)),
    serial=st.integers(0, 999),
    co_ordination=st.booleans(),
    century=st.booleans(),
    sign=st.sampled_from(["", "-", "+"]),
)
def test_personal_identity_numbers_are_scrubbed_however_they_are_written(
    before: str, after: str, day: date, serial: int, co_ordination: bool, century: bool, sign: str
) -> None:
    short = f"{day:%y%m}{day.day + 60 * co_ordination:02}{serial:03}"
    check = -sum(sum(divmod(int(each) * (2 - n % 2), 10)) for n, each in enumerate(short)) % 10
    number = f"{f'{day:%Y}'[:2] if century else ''}{short[:6]}{sign}{short[6:]}{check}"
    assert scrubbed(f"{before}{number}{after}") == f"{before}{SCRUBBED}{after}"
    if not sign:
        assert is_personal(int(number)) or number.startswith("0")


@given(st.integers(0, 99), st.integers(20, 99), st.integers(0, 99), st.integers(0, 9999))
def test_organisation_numbers_are_not(one: int, two: int, three: int, four: int) -> None:
    number = f"{one:02}{two:02}{three:02}-{four:04}"
    assert scrubbed(number) == number


@pytest.mark.parametrize(
    "text", ["801-2901-2024", "2013-03-14", "1 250 000 kr", "8001011235", "R2013-801-2901-2024"]
)
def test_other_numbers_are_not(text: str) -> None:
    assert scrubbed(text) == text


def test_answers_about_contacts_and_security_are_no_public_words() -> None:
    assert public_words("Kontaktperson", "Lisa Larsson") == ""
    assert public_words("Vad gjorde ni?", "Vi bytte portkod.") == ""
    assert public_words("Vad gjorde ni?", "Ring 031-123 45 67.") == f"Ring {SCRUBBED}."
