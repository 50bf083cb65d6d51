"""Every cell of every outcome table as one tidy CSV file, for open data."""

import csv
import io

from reporting.content import OutcomeTable, ReportContent

COLUMNS = (
    "year",
    "cutoff",
    "edition",
    "stream",
    "table",
    "title",
    "kind",
    "group",
    "row",
    "row_label",
    "column",
    "column_label",
    "n",
    "value",
)


def render_csv(content: ReportContent) -> bytes:
    """One line a cell, in the order of the report (RFC 4180: commas, CRLF; UTF-8).

    It begins with a byte order mark, without which Excel misreads å, ä and ö; readers of open
    data (pandas, DuckDB, R) skip it. Percentages are whole numbers. The column names are codes,
    the same in every language; `cutoff` is the last Swedish day of receipt. Where nobody
    answered, n and value are 0.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for stream in content.streams:
        for table in stream.tables:
            writer.writerows(_lines(content, table))
    return out.getvalue().encode("utf-8-sig")


def _lines(content: ReportContent, table: OutcomeTable) -> list[tuple[str | int, ...]]:
    lines: list[tuple[str | int, ...]] = []
    for row in table.rows:
        n = row.n if row.n is not None else table.n
        for code, label, value in zip(
            table.column_codes, table.column_labels, row.values, strict=True
        ):
            lines.append(
                (
                    content.year,
                    content.cutoff.isoformat(),
                    content.edition_number,
                    safe_text(table.stream),
                    table.number,
                    safe_text(table.title),
                    table.kind.value,
                    safe_text(row.group or ""),
                    safe_text(row.code),
                    safe_text(row.label),
                    safe_text(code),
                    safe_text(label),
                    "" if n is None else n,
                    value,
                )
            )
    return lines


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before = + - @ and controls.

    Spreadsheets skip leading white space before they look, so that is looked behind too.
    """
    dangerous = ("=", "+", "-", "@")
    if text.lstrip().startswith(dangerous) or text.startswith(("\t", "\r", "\n")):
        return f"'{text}"
    return text
