"""The same key figures and tables straight from the CSV files, by DuckDB and by pandas, each
written as those who use it well would write it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from grants.definitions import built_in_definition
from reporting.selectors.figures import KEY_FIGURES, STREAMS, Counts, outcome_json, tables_of

type KeyFigures = dict[str, dict[str, int]]


def by_duckdb(folder: Path, year: int, cutoff: date) -> dict[str, Any]:
    """Each file read once, in parallel, by column; a few statements for everything."""
    with duckdb.connect() as duck:
        duck.execute(
            f"""
            CREATE TEMP TABLE calls AS FROM '{folder}/calls.csv';
            CREATE TEMP TABLE cases AS
                SELECT a.*, c.year, d.stream, p.reference IS NOT NULL AS joint
                FROM '{folder}/applications.csv' a JOIN calls c USING (call)
                JOIN (VALUES ('kommuner-2013', 'municipalities'), ('foreningar-2013',
                    'associations')) d(definition, stream) USING (definition)
                LEFT JOIN (SELECT DISTINCT reference FROM '{folder}/partners.csv') p
                    USING (reference);
            CREATE TEMP TABLE reports AS
                SELECT report, stream, "references",
                    (received_at AT TIME ZONE 'Europe/Stockholm')::DATE <= $cutoff AS in_time
                FROM read_csv('{folder}/reports.csv', types = {{'received_at': 'TIMESTAMPTZ'}})
                WHERE year = $year;
            CREATE TEMP TABLE answers AS
                SELECT stream, report, coalesce(area, '') AS area, question, option
                FROM '{folder}/answers.csv' JOIN reports USING (report) WHERE in_time;
            """.replace("$cutoff", f"DATE '{cutoff}'").replace("$year", str(year))
        )
        status = duck.execute(
            f"SELECT stream, area, status, count(*) FROM '{folder}/areas.csv' "
            "JOIN reports USING (report) WHERE in_time GROUP BY ALL"
        ).fetchall()
        option = duck.execute(
            "SELECT stream, area, question, option, count(*) FROM answers GROUP BY ALL"
        ).fetchall()
        answered = duck.execute(
            "SELECT stream, area, question, count(DISTINCT report) FROM answers GROUP BY ALL"
        ).fetchall()
        figures = duck.execute(_DUCKDB_FIGURES.format(folder=folder, year=year)).fetchall()
    counts = Counts(
        status={row[:-1]: row[-1] for row in status},
        option={row[:-1]: row[-1] for row in option},
        answered={row[:-1]: row[-1] for row in answered},
    )
    found = {row[0]: dict(zip(KEY_FIGURES, map(int, row[1:]), strict=True)) for row in figures}
    return _outcome(year, cutoff, {stream: found[stream] for stream in STREAMS}, counts)


_DUCKDB_FIGURES = """
    WITH own AS (
        SELECT stream, count(*), count_if(joint), sum(requested_sek),
            count_if(outcome = 'granted'), count_if(outcome = 'rejected'),
            count_if(outcome = 'withdrawn'), sum(granted_sek)
        FROM cases WHERE year = {year} GROUP BY stream
    ), money AS (
        SELECT stream,
            sum(available_sek) FILTER (c.year = {year} - 1),
            sum(spent_sek) FILTER (c.year = {year} - 1),
            sum(to_repay_sek) FILTER (c.year = {year} - 1),
            sum(spent_sek) FILTER (c.year = {year}),
            sum(available_sek - spent_sek) FILTER (c.year = {year})
        FROM '{folder}/funds.csv' f JOIN cases c USING (reference)
        WHERE f.year = {year} GROUP BY stream
    ), answered_jointly AS (
        SELECT DISTINCT report
        FROM (SELECT report, unnest(string_split("references", ';')) AS reference FROM reports)
        JOIN cases USING (reference) WHERE joint
    ), counted AS (
        SELECT stream, count_if(in_time), count_if(in_time AND j.report IS NOT NULL),
            count_if(NOT in_time)
        FROM reports LEFT JOIN answered_jointly j USING (report) GROUP BY stream
    ), attended AS (
        SELECT stream, count(*) FROM answers
        WHERE question = 'attended_regional_training' AND option = 'yes' GROUP BY stream
    )
    FROM own JOIN money USING (stream) JOIN counted USING (stream) JOIN attended USING (stream)
"""


def by_pandas(folder: Path, year: int, cutoff: date) -> dict[str, Any]:
    """Read by Arrow, computed on whole columns."""

    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(folder / f"{name}.csv", engine="pyarrow", keep_default_na=False)

    calls = read("calls")
    calls["stream"] = calls["definition"].map(
        {"kommuner-2013": "municipalities", "foreningar-2013": "associations"}
    )
    cases = read("applications").merge(calls[["call", "year", "stream"]], on="call")
    cases["joint"] = cases["reference"].isin(read("partners")["reference"])
    cases["granted_sek"] = pd.to_numeric(cases["granted_sek"])
    reports = read("reports").query("year == @year")
    received = pd.to_datetime(reports["received_at"], utc=True).dt.tz_convert("Europe/Stockholm")
    reports["in_time"] = received < pd.Timestamp(cutoff, tz="Europe/Stockholm") + pd.Timedelta(
        days=1
    )
    in_time = reports.loc[reports["in_time"], ["report", "stream"]]
    areas = read("areas").merge(in_time, on="report")
    answers = read("answers").merge(in_time, on="report")
    place = ["stream", "area", "question"]
    counts = Counts(
        status=areas.groupby(["stream", "area", "status"]).size().to_dict(),
        option=answers.groupby([*place, "option"]).size().to_dict(),
        answered=answers.drop_duplicates([*place, "report"]).groupby(place).size().to_dict(),
    )
    figures = _pandas_figures(year, cases, read("funds"), reports, answers)
    return _outcome(year, cutoff, figures, counts)


def _pandas_figures(
    year: int,
    cases: pd.DataFrame,
    funds: pd.DataFrame,
    reports: pd.DataFrame,
    answers: pd.DataFrame,
) -> KeyFigures:
    money = funds[funds["year"] == year].merge(
        cases[["reference", "year", "stream"]], on="reference", suffixes=("", "_of_call")
    )
    references = reports[["report"]].assign(reference=reports["references"].str.split(";"))
    references = references.explode("reference")
    joint_cases = cases.loc[cases["joint"], "reference"]
    joint = set(references.loc[references["reference"].isin(joint_cases), "report"])
    found: KeyFigures = {}
    for stream in STREAMS:
        own = cases[(cases["year"] == year) & (cases["stream"] == stream)]
        last = money[(money["stream"] == stream) & (money["year_of_call"] == year - 1)]
        this = money[(money["stream"] == stream) & (money["year_of_call"] == year)]
        given = reports[reports["stream"] == stream]
        outcomes = own["outcome"].value_counts()
        attended = answers[
            (answers["stream"] == stream)
            & (answers["question"] == "attended_regional_training")
            & (answers["option"] == "yes")
        ]
        values = (
            len(own),
            own["joint"].sum(),
            own["requested_sek"].sum(),
            outcomes.get("granted", 0),
            outcomes.get("rejected", 0),
            outcomes.get("withdrawn", 0),
            own["granted_sek"].sum(),
            last["available_sek"].sum(),
            last["spent_sek"].sum(),
            last["to_repay_sek"].sum(),
            this["spent_sek"].sum(),
            (this["available_sek"] - this["spent_sek"]).sum(),
            given["in_time"].sum(),
            (given["in_time"] & given["report"].isin(joint)).sum(),
            (~given["in_time"]).sum(),
            len(attended),
        )
        found[stream] = dict(zip(KEY_FIGURES, map(int, values), strict=True))
    return found


def _outcome(
    year: int, cutoff: date, figures: Mapping[str, Mapping[str, int]], counts: Counts
) -> dict[str, Any]:
    """The cells from the counts: some hundred numbers, the same way for all."""
    definitions = {code: built_in_definition(code) for code in ("kommuner-2013", "foreningar-2013")}
    reports = {stream: found["reports"] for stream, found in figures.items()}
    tables = {each.number: each.as_json() for each in tables_of(definitions, counts, reports)}
    return outcome_json(year=year, cutoff=cutoff, key_figures=figures, tables=tables)
