"""The forms the report can be had in, for the page, the command line and the links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reporting.content import ReportContent
from reporting.documents.csv import render_csv
from reporting.documents.json import render_json
from reporting.documents.pdf import render_pdf
from reporting.documents.xlsx import render_xlsx


@dataclass(frozen=True, slots=True)
class Rendering:
    """One form: its file ending, its media type, and what makes its bytes."""

    format: str
    content_type: str
    render: Callable[[ReportContent], bytes]

    def file_name(self, content: ReportContent) -> str:
        """`rapport-2013-1.pdf`: year and edition."""
        return f"rapport-{content.year}-{content.edition_number}.{self.format}"


_ALL = (
    Rendering("pdf", "application/pdf", render_pdf),
    Rendering(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        render_xlsx,
    ),
    Rendering("csv", "text/csv; charset=utf-8", render_csv),
    Rendering("json", "application/json", render_json),
)
RENDERINGS: Mapping[str, Rendering] = MappingProxyType({each.format: each for each in _ALL})
