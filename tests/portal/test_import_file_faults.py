"""Files, sheets, rows and columns that cannot be read are faults with their place."""

import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grants.models import Application
from portal.imports import bring_in_year
from portal.services import Moved
from tests.portal.import_cases import (
    refused,
)
from tests.portal.year_factory import (
    YEAR_2013,
    Tables,
    copy_of,
    write_workbook,
)


@pytest.mark.django_db
def test_there_is_no_such_folder(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path / "none")
    assert (fault.file, fault.code) == (str(tmp_path / "none"), "no_folder")


@pytest.mark.django_db
def test_every_missing_file_is_named(tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    (folder / "funds.csv").unlink()
    (folder / "areas.csv").unlink()
    assert {(fault.file, fault.code) for fault in refused(folder)} == {
        ("funds.csv", "missing_file"),
        ("areas.csv", "missing_file"),
    }


def _text(folder: Path, name: str, change: Callable[[str], str]) -> None:
    path = folder / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        (lambda text: text.replace("to_repay_sek", "repay", 1), "to_repay_sek", "missing_column"),
        (lambda text: text.replace("to_repay_sek", "repay", 1), "repay", "unknown_column"),
        (lambda text: text.replace("spent_sek", "year", 1), "year", "repeated_column"),
        (lambda text: text.replace(",", ";"), None, "wrong_delimiter"),
        (lambda text: text.replace(",", "\t"), None, "wrong_delimiter"),
    ],
)
def test_columns_must_be_those_of_the_format(
    change: Callable[[str], str], column: str | None, code: str, tmp_path: Path
) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    _text(folder, "funds.csv", change)
    found = refused(folder)
    assert ("funds.csv", 1, column, code) in {
        (fault.file, fault.row, fault.column, fault.code) for fault in found
    }


@pytest.mark.django_db
def test_an_empty_file(tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    (folder / "partners.csv").write_bytes(b"")
    assert [(fault.file, fault.code) for fault in refused(folder)] == [
        ("partners.csv", "empty_file")
    ]


@pytest.mark.django_db
def test_a_folder_without_calls(tmp_path: Path) -> None:
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    tables.rows = {name: [] for name in tables.rows}
    tables.write()
    (fault,) = refused(tables.folder)
    assert (fault.file, fault.code) == ("calls.csv", "no_calls")


@pytest.mark.django_db
def test_a_row_with_too_few_or_too_many_cells(tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    _text(folder, "partners.csv", lambda text: text + "K13-0001\nK13-0001,K00002,x\n\n")
    assert [(fault.row, fault.code) for fault in refused(folder)] == [
        (123, "cell_count"),
        (124, "cell_count"),
    ]


@pytest.mark.django_db
def test_bad_encoding_names_the_row_and_the_byte(tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    path = folder / "organisations.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if "ö".encode() in line)
    lines[place] = lines[place].decode().encode("latin-1")
    path.write_bytes(b"".join(lines))
    (fault,) = refused(folder)
    assert (fault.file, fault.row, fault.code) == (
        "organisations.csv", place + 1, "bad_encoding",
    )  # fmt: skip
    assert fault.params == {"byte": "0xf6"}


@pytest.mark.django_db
def test_a_file_in_utf_16(tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    path = folder / "partners.csv"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-16")
    assert [fault.code for fault in refused(folder)] == ["wrong_encoding"]


@pytest.mark.django_db
def test_characters_that_cannot_be_stored_and_open_quotes(tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    _text(folder, "partners.csv", lambda text: text.replace("K00128", "K00\x00128", 1))
    _text(folder, "funds.csv", lambda text: text + 'K13-0001,"2013\n')
    found = [(fault.file, fault.code) for fault in refused(folder)]
    assert ("partners.csv", "bad_character") in found
    assert ("funds.csv", "bad_quoting") in found


@pytest.mark.django_db
def test_a_workbook_that_is_none_or_lacks_a_sheet(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    assert [fault.code for fault in refused(broken)] == ["unreadable"]
    folder = copy_of(YEAR_2013, tmp_path / "year")
    (folder / "answers.csv").unlink()
    lacking = write_workbook(folder, tmp_path / "year.xlsx")
    assert [(fault.file, fault.code) for fault in refused(lacking)] == [
        ("year.xlsx: answers", "missing_sheet")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("damage", [b"<worksheet><sheetData><row", None])
def test_a_workbook_with_a_sheet_that_cannot_be_read(damage: bytes | None, tmp_path: Path) -> None:
    whole = write_workbook(copy_of(YEAR_2013, tmp_path / "year"), tmp_path / "whole.xlsx")
    broken = tmp_path / "year.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            if name != "xl/worksheets/sheet4.xml":
                target.writestr(name, source.read(name))
            elif damage is not None:
                target.writestr(name, damage)
    (fault,) = refused(broken)
    assert (fault.file, fault.row, fault.code) == ("year.xlsx: partners", None, "unreadable")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["calls", "organisations", "applications", "reports", "areas"])
def test_a_file_that_cannot_be_read_is_the_only_fault(name: str, tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    _text(folder, f"{name}.csv", lambda text: text.replace(",", ";"))
    assert [(fault.file, fault.code) for fault in refused(folder)] == [
        (f"{name}.csv", "wrong_delimiter")
    ]


@pytest.mark.django_db
def test_a_file_with_its_header_alone_has_none_of_the_keys(tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    _text(folder, "organisations.csv", lambda text: text.splitlines()[0] + "\n")
    assert {fault.code for fault in refused(folder)} == {"unknown_organisation"}


@pytest.mark.django_db
def test_blank_rows_that_a_spreadsheet_wrote_are_left_out(tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    _text(folder, "partners.csv", lambda text: text.replace("\n", "\n,\n\n", 1) + ",\n,,\n")
    outcome = bring_in_year(path=folder, dry_run=True)
    assert outcome.read["partners"] == 121
    _text(folder, "partners.csv", lambda text: text + "K13-0001,\n")
    (fault,) = refused(folder)
    assert (fault.row, fault.column, fault.code) == (127, "organisation", "missing")


@pytest.mark.django_db
def test_a_fault_in_a_workbook_names_sheet_and_row(tmp_path: Path) -> None:
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    tables["applications"][4]["requested_sek"] = "12.5"
    tables.write()
    workbook = write_workbook(tables.folder, tmp_path / "year.xlsx")
    (fault,) = refused(workbook)
    assert (fault.file, fault.row, fault.column, fault.code) == (
        "year.xlsx: applications", 6, "requested_sek", "not_whole_kronor",
    )  # fmt: skip


@pytest.mark.django_db
def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    tables["calls"][0]["frame_sek"] = "x"
    tables["organisations"][0]["kind"] = "x"
    tables["applications"][0]["requested_sek"] = "x"
    tables["funds"][0]["spent_sek"] = "x"
    tables["reports"][0]["received_at"] = "x"
    tables["areas"][0]["status"] = "x"
    tables["answers"][0]["option"] = "x"
    tables.write()
    assert [fault.file for fault in refused(tables.folder)] == [
        "calls.csv",
        "organisations.csv",
        "applications.csv",
        "funds.csv",
        "reports.csv",
        "areas.csv",
        "answers.csv",
    ]


@pytest.mark.django_db
def test_the_command_prints_the_faults_in_either_language(tmp_path: Path) -> None:
    tables = Tables(copy_of(YEAR_2013, tmp_path / "year"))
    for row in tables["applications"][:3]:
        row["requested_sek"] = "1,5"
    tables.write()
    printed = {}
    for language in ("sv", "en"):
        errors = StringIO()
        with pytest.raises(CommandError):
            call_command("import_year", tables.folder, language=language, faults=2, stderr=errors)
        printed[language] = errors.getvalue()
        assert len(printed[language].splitlines()) == 3
    assert "applications.csv, row 2, requested_sek: “1,5”" in printed["en"]
    assert "applications.csv, rad 2, requested_sek: ”1,5”" in printed["sv"]
    assert not Application.objects.exists()


@pytest.mark.django_db
def test_a_year_that_others_keep_writing_in_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(**kwargs: object) -> None:
        raise Moved

    monkeypatch.setattr("portal.imports.year.store_year", moved)
    with pytest.raises(CommandError, match="try again"):
        call_command("import_year", str(YEAR_2013), "--language=en", verbosity=0)
    assert not Application.objects.exists()
