"""Years side by side: an outcome table with the same figures of other years."""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import formats
from core.content import Cell, Column, Crumb, Row, Table
from core.models import Agency
from portal.selectors.editions import table_with_years, tables_with_years
from portal.views.editions import told_when_damaged
from portal.views.labels import agency_name, language
from reporting.content.years import ComparedYear, YearCell, YearsTable, charts_of
from reporting.documents.charts import chart_svg
from reporting.documents.years import notes_of, render_years, value_text
from reporting.selectors.editions import published_editions
from reporting.selectors.report_texts import stream_title


def _agency(code: str) -> Agency:
    """The agency, where it has made a report. Raises Http404."""
    made = published_editions().order_by().values("agency")
    return get_object_or_404(Agency.objects.filter(pk__in=made), code=code)


@require_safe
@told_when_damaged
def years_tables(request: HttpRequest, *, agency: str) -> HttpResponse:
    """The tables that can be compared, and in which years each was made."""
    found = _agency(agency)
    by_stream: dict[str, list[Row]] = {}
    for each in tables_with_years(found, language()):
        title = _("Table %(number)d. %(title)s") % {"number": each.number, "title": each.title}
        url = reverse("years-table", args=[agency, each.stream, each.year, each.number])
        years = ", ".join(str(year) for year in each.years)
        by_stream.setdefault(each.stream, []).append(Row(Cell(title, url=url), (Cell(years),)))
    context = {
        "crumbs": [
            Crumb(_("National reports"), reverse("edition-list")),
            Crumb(_("Years side by side")),
        ],
        "agency_name": agency_name(found),
        "streams": [
            (
                stream_title(stream),
                Table(
                    id=f"{stream}-years",
                    caption=stream_title(stream),
                    columns=(Column(_("Table")), Column(_("In the reports of"))),
                    rows=tuple(rows),
                    stack=True,
                    caption_hidden=True,
                ),
            )
            for stream, rows in by_stream.items()
        ],
    }
    return render(request, "portal/years/list.html", context)


def _table(agency: str, stream: str, year: int, number: int) -> YearsTable:
    try:
        return table_with_years(_agency(agency), stream, year, number, language())
    except LookupError as error:
        raise Http404 from error


@require_safe
@told_when_damaged
def years_table(
    request: HttpRequest, *, agency: str, stream: str, year: int, number: int
) -> HttpResponse:
    """One table with its years, and charts of it."""
    found = _table(agency, stream, year, number)
    title = _("Table %(number)d. %(title)s") % {"number": number, "title": found.title}
    context = {
        "crumbs": [
            Crumb(_("National reports"), reverse("edition-list")),
            Crumb(_("Years side by side"), reverse("years-tables", args=[agency])),
            Crumb(title),
        ],
        "table": found,
        "title": title,
        "columns": (*found.column_labels, "n"),
        "groups": [
            (
                row.label,
                [
                    (str(compared.year), _cells(found, cell))
                    for compared, cell in zip(found.years, row.years, strict=True)
                ],
            )
            for row in found.rows
        ],
        "notes": notes_of(found),
        "charts": _charts(found),
        "years": [_year(agency, each) for each in found.years],
        "pdf_url": reverse("years-pdf", args=[agency, stream, year, number]),
    }
    return render(request, "portal/years/table.html", context)


def _cells(table: YearsTable, cell: YearCell) -> tuple[str, ...]:
    n = formats.number(cell.n) if cell.asked else formats.DASH
    return (*(value_text(table, cell, value) for value in cell.values), n)


def _year(agency: str, year: ComparedYear) -> dict[str, object]:
    return {
        "url": reverse("edition-detail", args=[agency, year.year, year.edition]),
        "label": _("National report of %(year)s, edition %(number)s")
        % {"year": year.year, "number": year.edition},
        "preliminary": year.preliminary,
    }


@lru_cache(maxsize=64)
def _charts(table: YearsTable) -> tuple[SafeString, ...]:
    # Drawings of the table alone; their texts are escaped where they are made.
    return tuple(
        mark_safe(chart_svg(chart, table.language))  # noqa: S308
        for chart in charts_of(table)
    )


@lru_cache(maxsize=16)
def _pdf(table: YearsTable) -> bytes:
    return render_years(table)


@require_safe
@told_when_damaged
def years_pdf(
    request: HttpRequest, *, agency: str, stream: str, year: int, number: int
) -> HttpResponse:
    """The same page as a PDF."""
    found = _table(agency, stream, year, number)
    response = HttpResponse(_pdf(found), content_type="application/pdf")
    name = f"tabell-{year}-{number}-{found.years[0].year}-{found.years[-1].year}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
