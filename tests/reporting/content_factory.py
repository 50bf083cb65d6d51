"""A whole, realistic report of 2013, built from what was published and what it should give."""

import csv
import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from reporting.content import (
    Grantee,
    KeyFigure,
    OutcomeTable,
    PublishedDifference,
    RejectionLine,
    ReportContent,
    StreamContent,
    TableKind,
    TableRow,
    Unit,
)

DATA = Path(__file__).resolve().parent.parent / "data"

_KEY_FIGURES = (
    ("frame_sek", "Medelsram", Unit.SEK),
    ("applications", "Inkomna ansökningar", Unit.COUNT),
    ("joint_applications", "varav gemensamma ansökningar", Unit.COUNT),
    ("requested_sek", "Sökt belopp", Unit.SEK),
    ("granted", "Beviljade ansökningar", Unit.COUNT),
    ("rejected", "Avslagna ansökningar", Unit.COUNT),
    ("withdrawn", "Återkallade ansökningar", Unit.COUNT),
    ("granted_sek", "Beviljat belopp", Unit.SEK),
    ("spent_sek", "Förbrukat av 2013 års medel den 31 december 2013", Unit.SEK),
    ("remaining_sek", "Kvar att använda till den 30 april 2014", Unit.SEK),
    ("carried_over_sek", "Disponibelt från 2012", Unit.SEK),
    ("carried_over_spent_sek", "Förbrukat av medlen från 2012", Unit.SEK),
    ("to_repay_sek", "Att återbetala av medlen från 2012", Unit.SEK),
    ("reports", "Redovisningar i tid", Unit.COUNT),
    ("joint_reports", "varav gemensamma redovisningar", Unit.COUNT),
    ("late_reports", "Redovisningar efter stoppdatum", Unit.COUNT),
    ("attended_regional_training", "Deltog i regional utbildning", Unit.COUNT),
)
_SHARES = {
    "joint_applications": "applications",
    "granted": "applications",
    "rejected": "applications",
    "withdrawn": "applications",
    "joint_reports": "reports",
    "attended_regional_training": "reports",
}
_REASON = (
    "De publicerade andelarna går inte att få ur hela antal svar: raden är justerad för hand "
    "i den tryckta rapporten."
)
_STREAMS = {
    "municipalities": (
        "Kommuner och stadsdelar",
        "Regleringsbrev för budgetåret 2013, anslag 4:7 ap. 4",
        70_000_000,
        (
            "Kunskap om våldets omfattning, eller påbörjat arbete för att få den",
            "Följer rekommenderade åtgärder i avsnittet om handlingsplan i SOSFS 2009:22",
            "Har påbörjat det arbete som planerades i ansökan 2012",
        ),
    ),
    "associations": (
        "Ideella föreningar",
        "Regleringsbrev för budgetåret 2013, anslag 4:7 ap. 4",
        20_000_000,
        ("Har påbörjat det arbete som planerades i ansökan 2012",),
    ),
}
_ROW_HEADINGS = {
    TableKind.AREA_STATUS_COUNTS: "Åtgärdsområde",
    TableKind.MULTI_CHOICE_COUNTS: "Svarsalternativ",
    TableKind.SINGLE_CHOICE_PERCENT: "Åtgärdsområde",
    TableKind.MULTI_CHOICE_PERCENT: "Åtgärdsområde",
}
_NOTES = {
    1: (
        "Fler kommuner kan ha varit verksamma än antalet redovisningar visar, eftersom ett "
        "gemensamt bidrag redovisas en gång.",
    ),
    6: ("Andelarna på varje rad summerar till 100 %.",),
    7: ("Flera svar kunde lämnas, så andelarna på en rad kan summera till mer än 100 %.",),
    15: ("Flera svar kunde lämnas, så andelarna på en rad kan summera till mer än 100 %.",),
}


@cache
def _json(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _columns(table: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if "columns" in table:
        return tuple(table["columns"]), tuple(table["column_labels"])
    options = table.get("scale") or table.get("options")
    if options:
        return tuple(o["code"] for o in options), tuple(o["label"] for o in options)
    return ("count",), ("Antal",)


def _published(row: dict[str, Any]) -> tuple[int, ...]:
    return tuple(row.get("published_percent") or row.get("counts") or [row["count"]])


def build_table(table: dict[str, Any], computed: dict[str, Any]) -> OutcomeTable:
    """One table of the published report with the cells that the year's files give."""
    kind = TableKind(table["kind"])
    codes, labels = _columns(table)
    rows, differences = [], []
    for row, cells in zip(table["rows"], computed["rows"], strict=True):
        assert row["code"] == cells["code"]
        values = tuple(cells["values"])
        rows.append(TableRow(row["code"], row["label"], row.get("group"), cells.get("n"), values))
        if values != _published(row):
            differences.append(
                PublishedDifference(row["code"], row["label"], _published(row), values, _REASON)
            )
    return OutcomeTable(
        number=table["table"],
        stream=table["population"],
        kind=kind,
        title=table["title"],
        row_heading=_ROW_HEADINGS[kind],
        column_codes=codes,
        column_labels=labels,
        n=computed.get("n"),
        rows=tuple(rows),
        notes=_NOTES.get(table["table"], ()),
        differences=tuple(differences),
        chart=kind is not TableKind.MULTI_CHOICE_COUNTS,
    )


def _grantees(name: str) -> tuple[Grantee, ...]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(
            Grantee(line["county_letter"], line["grantee"], int(line["granted_sek"]))
            for line in csv.DictReader(file)
        )


def build_stream(code: str) -> StreamContent:
    """One stream of 2013."""
    report, expected = _json("national_report_2013.json"), _json("year-2013-expected.json")
    title, basis, frame, requirements = _STREAMS[code]
    figures = {"frame_sek": frame, **expected["key_figures"][code]}
    key_figures = tuple(
        KeyFigure(
            figure,
            label,
            unit,
            figures[figure],
            percent=(200 * figures[figure] + figures[_SHARES[figure]])
            // (2 * figures[_SHARES[figure]])
            if figure in _SHARES
            else None,
            note="Räknas inte med i tabellerna." if figure == "late_reports" else "",
        )
        for figure, label, unit in _KEY_FIGURES
    )
    return StreamContent(
        code=code,
        title=title,
        legal_basis=basis,
        introduction=(
            f"{figures['applications']} ansökningar kom in och {figures['granted']} beviljades. "
            f"Tabellerna bygger på de {figures['reports']} redovisningar som kom in i tid.",
        ),
        frame_sek=frame,
        key_figures=key_figures,
        tables=tuple(
            build_table(table, expected["tables"][str(table["table"])])
            for table in report["tables"]
            if table["population"] == code
        ),
        rejections=tuple(
            RejectionLine(f"requirement_{i}", label, None)
            for i, label in enumerate(requirements, start=1)
        ),
        rejections_recorded=False,
        grantees=_grantees(f"appendix2_{code}_2013.csv"),
        granted_total_sek=figures["granted_sek"],
    )


def build_content(*, language: str = "sv", preliminary: bool = False) -> ReportContent:
    """The whole report of 2013."""
    return ReportContent(
        language=language,
        agency="Socialstyrelsen",
        title="Att kvalitetsutveckla arbetet mot våld i nära relationer",
        subtitle="Uppföljning av utvecklingsmedel 2013",
        year=2013,
        cutoff=date(2014, 6, 1),
        edition_number=1,
        edition_date=date(2014, 6, 30),
        preliminary=preliminary,
        dataset_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        summary=(
            "Under 2013 fördelades 73 687 000 kr i utvecklingsmedel till kommuner, stadsdelar och "
            "ideella föreningar för att utveckla arbetet mot våld i nära relationer.",
            "Kommunerna fick 53 687 000 kr och föreningarna 20 000 000 kr. De allra flesta av dem "
            "som redovisat deltog i den regionala utbildningen.",
            "Arbetet pågick vid årsskiftet 2013/2014 i en stor del av de åtgärdsområden som fått "
            "medel. De flesta anser att resultaten helt eller i stor utsträckning motsvarar det "
            "som förväntades.",
        ),
        method=(
            "Rapporten bygger på de redovisningar som mottagarna lämnat genom en "
            "återrapporteringsenkät. En redovisning kan avse flera bidrag till samma organisation.",
            "I tabeller där ett svar kunde lämnas är andelarna avrundade så att varje rad summerar "
            "till 100 %. I tabeller där flera svar kunde lämnas är varje andel avrundad för sig.",
        ),
        streams=(build_stream("municipalities"), build_stream("associations")),
        abbreviations=(
            ("ap.", "anslagspost"),
            ("IVO", "Inspektionen för vård och omsorg"),
            ("sdf", "stadsdelsförvaltning"),
            ("SOSFS", "Socialstyrelsens författningssamling"),
        ),
    )
