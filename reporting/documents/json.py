"""The whole report as JSON: codes, labels and numbers, for machines."""

import json
from typing import Any

from reporting.content import KeyFigure, OutcomeTable, ReportContent, StreamContent

FORMAT = "tilldela-report/1"


def render_json(content: ReportContent) -> bytes:
    """UTF-8 JSON with the keys in a fixed order. Amounts are whole SEK, percentages whole.

    `null` is *not recorded*. Where nobody answered, n and the values are 0.
    """
    document = {
        "format": FORMAT,
        "language": content.language,
        "agency": content.agency,
        "title": content.title,
        "subtitle": content.subtitle,
        "year": content.year,
        "cutoff": content.cutoff.isoformat(),
        "edition": {
            "number": content.edition_number,
            "date": content.edition_date.isoformat(),
            "preliminary": content.preliminary,
            "dataset_sha256": content.dataset_sha256,
        },
        "summary": list(content.summary),
        "method": list(content.method),
        "streams": [_stream(stream) for stream in content.streams],
        "abbreviations": [
            {"abbreviation": short, "meaning": meaning} for short, meaning in content.abbreviations
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _stream(stream: StreamContent) -> dict[str, Any]:
    return {
        "code": stream.code,
        "title": stream.title,
        "legal_basis": stream.legal_basis,
        "introduction": list(stream.introduction),
        "frame_sek": stream.frame_sek,
        "key_figures": [_key_figure(figure) for figure in stream.key_figures],
        "tables": [_table(table) for table in stream.tables],
        "rejections": {
            "recorded": stream.rejections_recorded,
            "requirements": [
                {"code": line.code, "label": line.label, "count": line.count}
                for line in stream.rejections
            ],
        },
        "grantees": [
            {
                "county_letter": grantee.county_letter,
                "name": grantee.name,
                "granted_sek": grantee.granted_sek,
            }
            for grantee in stream.grantees
        ],
        "granted_total_sek": stream.granted_total_sek,
        **_comment(stream.comment),
    }


def _comment(paragraphs: tuple[str, ...]) -> dict[str, Any]:
    """What analysts have written, where they have."""
    return {"comment": list(paragraphs)} if paragraphs else {}


def _key_figure(figure: KeyFigure) -> dict[str, Any]:
    return {
        "code": figure.code,
        "label": figure.label,
        "unit": figure.unit.value,
        "value": figure.value,
        "percent": figure.percent,
        "note": figure.note,
    }


def _table(table: OutcomeTable) -> dict[str, Any]:
    return {
        "table": table.number,
        "kind": table.kind.value,
        "title": table.title,
        "row_heading": table.row_heading,
        "n": table.n,
        "columns": [
            {"code": code, "label": label}
            for code, label in zip(table.column_codes, table.column_labels, strict=True)
        ],
        "rows": [
            {
                "code": row.code,
                "label": row.label,
                "group": row.group,
                "n": row.n,
                "values": list(row.values),
            }
            for row in table.rows
        ],
        "notes": list(table.notes),
        "differences": [
            {
                "row": line.row_code,
                "published": list(line.published),
                "computed": list(line.computed),
                "reason": line.reason,
            }
            for line in table.differences
        ],
        **_comment(table.comment),
    }
