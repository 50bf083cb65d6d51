"""The national report: editions, one edition, the reports behind a cell, and its files."""

import logging
from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import Any

import rules
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import formats
from core.content import Cell, Column, Crumb, Row, Table
from portal.selectors.coverage import covered_years
from portal.selectors.editions import content_of, looks_into, reports_by_code
from portal.views import outcome
from portal.views.labels import agency_name, day, language
from portal.views.reports import report_row
from reporting.content import ReportContent
from reporting.documents.renderings import RENDERINGS
from reporting.models import Edition
from reporting.selectors.datasets import DatasetDamaged
from reporting.selectors.editions import (
    changes_since_previous,
    editions_visible_to,
    newer_edition,
    reports_behind_cell,
)
from reporting.selectors.report_changes import (
    ReportChange,
    ReportChangeKind,
    changes_of_reports,
)

logger = logging.getLogger(__name__)


def told_when_damaged[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """The view, or a page that says that the edition's frozen data set cannot be read."""

    @wraps(view)
    def told(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except DatasetDamaged:
            logger.exception("the data set of an edition cannot be read")
            request = args[0]
            assert isinstance(request, HttpRequest)  # noqa: S101 - for the type checker
            return render(request, "portal/edition_damaged.html", status=503)

    return told


@require_safe
def edition_list(request: HttpRequest) -> HttpResponse:
    """Every edition, the newest first."""
    return _editions_page(request, list(editions_visible_to(request.user)), year=None)


@require_safe
def year_editions(request: HttpRequest, *, year: int) -> HttpResponseBase:
    """The year's latest edition; where several agencies have editions, a list of them."""
    editions = list(editions_visible_to(request.user).filter(year=year))
    if not editions:
        raise Http404
    if len({edition.agency_id for edition in editions}) == 1:
        return redirect(edition_url(editions[0]))
    return _editions_page(request, editions, year=year)


def _editions_page(
    request: HttpRequest, editions: list[Edition], *, year: int | None
) -> HttpResponse:
    context = {
        "year": year,
        "table": _editions_table(editions),
        "may_build": rules.has_perm("portal.make_editions", request.user),
        "coming": _coming_table(request.user),
        "comparing": [
            {
                "url": reverse("years-tables", args=[agency.code]),
                "label": _("Years side by side: %(agency)s") % {"agency": agency_name(agency)},
            }
            for agency in {edition.agency_id: edition.agency for edition in editions}.values()
        ],
    }
    return render(request, "portal/edition_list.html", context)


def _coming_table(user: Any) -> Table | None:
    """The years that the reader makes reports of, with what is going on; None for others."""
    if not rules.has_perm("portal.make_editions", user):
        return None
    years = covered_years(user)
    if not years:
        return None
    return Table(
        id="coming",
        caption=_("Years to report on"),
        columns=(
            Column(_("Year")),
            Column(_("Agency")),
            Column(_("Texts")),
            Column(_("Missing reports")),
        ),
        rows=tuple(
            Row(
                Cell(
                    _("Preview of %(year)s") % {"year": year},
                    url=reverse("edition-preview", args=[agency.code, year]),
                ),
                (
                    Cell(agency_name(agency)),
                    Cell(
                        _("Texts of %(year)s") % {"year": year},
                        url=reverse("report-texts", args=[agency.code, year]),
                    ),
                    Cell(
                        _("Missing of %(year)s") % {"year": year},
                        url=reverse("missing-reports", args=[agency.code, year]),
                    ),
                ),
            )
            for agency, year in years
        ),
        stack=True,
        caption_hidden=True,
    )


def _editions_table(editions: Iterable[Edition]) -> Table | None:
    rows = tuple(
        Row(
            Cell(edition_title(edition), url=edition_url(edition)),
            (
                Cell(agency_name(edition.agency)),
                Cell(day(edition.edition_date)),
                Cell(day(edition.cutoff)),
                Cell(_("Preliminary") if edition.preliminary else _("Final")),
            ),
        )
        for edition in editions
    )
    if not rows:
        return None
    return Table(
        id="editions",
        caption=_("National reports"),
        columns=(
            Column(_("National report")),
            Column(_("Agency")),
            Column(_("Date"), nowrap=True),
            Column(_("Reports received by"), nowrap=True),
            Column(_("State")),
        ),
        rows=rows,
        stack=True,
        caption_hidden=True,
    )


def edition_title(edition: Edition) -> str:
    """`National report of 2013, edition 1`."""
    return _("National report of %(year)s, edition %(number)s") % {
        "year": edition.year,
        "number": edition.number,
    }


def edition_url(edition: Edition, name: str = "edition-detail", *more: object) -> str:
    """The address of the edition, or of something in it."""
    return reverse(name, args=[edition.agency.code, edition.year, edition.number, *more])


def _comparison_url(edition: Edition) -> str:
    """Where the year's trainings stand beside its reports."""
    return f"{reverse('training-comparison')}?year={edition.agency.code}-{edition.year}"


def _edition(request: HttpRequest, *, agency: str, year: int, number: int) -> Edition:
    return get_object_or_404(
        editions_visible_to(request.user), agency__code=agency, year=year, number=number
    )


@require_safe
@told_when_damaged
def edition_detail(request: HttpRequest, *, agency: str, year: int, number: int) -> HttpResponse:
    """The national report as a page. Those who may see the reports find them behind each cell."""
    edition = _edition(request, agency=agency, year=year, number=number)
    content = content_of(edition, language())
    behind = looks_into(request.user, edition.agency)

    def cell_url(table: int, row: str, column: str) -> str:
        return edition_url(edition, "cell-detail", table, row, column) if behind else ""

    def compare_url(stream: str, table: int) -> str:
        return reverse("years-table", args=[edition.agency.code, stream, edition.year, table])

    change = changes_since_previous(edition)
    newer = newer_edition(edition)
    compares = rules.has_perm("portal.make_editions", request.user) and behind
    context = {
        "crumbs": [
            Crumb(_("National reports"), reverse("edition-list")),
            Crumb(edition_title(edition)),
        ],
        "training_url": _comparison_url(edition) if compares else "",
        "content": content,
        "streams": [outcome.stream_of(stream, cell_url, compare_url) for stream in content.streams],
        "changes": outcome.changes_table(change.before.number, change.differences, content)
        if change
        else None,
        "changes_title": _("Changes since the edition before"),
        "changed_reports": changed_reports_table(
            changes_of_reports(change.before, edition), edition, request.user
        )
        if change and behind
        else None,
        "newer_url": edition_url(newer) if newer else "",
        "newer_title": edition_title(newer) if newer else "",
        "downloads": [
            {
                "label": _("Download %(format)s") % {"format": label},
                "url": edition_url(edition, "edition-file", name),
            }
            for name, label in (("pdf", "PDF"), ("xlsx", "Excel"), ("csv", "CSV"), ("json", "JSON"))
        ],
    }
    return render(request, "portal/edition_detail.html", context)


@require_safe
@told_when_damaged
def edition_file(
    request: HttpRequest, *, agency: str, year: int, number: int, ending: str
) -> HttpResponse:
    """The edition as a file, the same bytes each time."""
    edition = _edition(request, agency=agency, year=year, number=number)
    rendering = RENDERINGS.get(ending)
    if rendering is None:
        raise Http404
    content = content_of(edition, language())
    response = HttpResponse(_rendered(ending, content), content_type=rendering.content_type)
    response["Content-Disposition"] = f'attachment; filename="{rendering.file_name(content)}"'
    return response


@lru_cache(maxsize=16)
def _rendered(ending: str, content: ReportContent) -> bytes:
    """The file's bytes; the same content gives the same bytes, so they are kept."""
    return RENDERINGS[ending].render(content)


@require_safe
@told_when_damaged
def cell_detail(
    request: HttpRequest,
    *,
    agency: str,
    year: int,
    number: int,
    table: int,
    row: str,
    column: str,
) -> HttpResponse:
    """The reports that a figure counts, each linked to its page."""
    edition = _edition(request, agency=agency, year=year, number=number)
    if not looks_into(request.user, edition.agency):
        raise Http404
    content = content_of(edition, language())
    place = outcome.place_of(content, table, row, column)
    try:
        behind = reports_behind_cell(edition, table, row, None if column == "n" else column)
    except LookupError as error:
        raise Http404 from error
    if place is None:
        raise Http404
    found = reports_by_code(edition, [each.report for each in behind], request.user)
    context = {
        "crumbs": [
            Crumb(_("National reports"), reverse("edition-list")),
            Crumb(edition_title(edition), f"{edition_url(edition)}#table-{table}"),
            Crumb(_("Reports behind a figure")),
        ],
        "table_title": place.table,
        "heading": place.heading,
        "lead": place.lead(len(behind)),
        "table": Table(
            id="behind",
            caption=_("Reports behind the figure"),
            columns=(
                Column(_("Report"), nowrap=True),
                Column(_("Organisation")),
                Column(_("County")),
                Column(_("Stream")),
                Column(_("Year")),
                Column(_("Kind")),
                Column(_("First received"), nowrap=True),
                Column(_("State")),
            ),
            rows=tuple(report_row(found[each.report]) for each in behind if each.report in found),
            stack=True,
            caption_hidden=True,
        ),
    }
    return render(request, "portal/cell_detail.html", context)


_CHANGE_WORDS = {
    ReportChangeKind.NEW: gettext_lazy("Has come in"),
    ReportChangeKind.SENT_AGAIN: gettext_lazy("Sent in again"),
    ReportChangeKind.GONE: gettext_lazy("Is not there any more"),
    ReportChangeKind.COUNTED: gettext_lazy("Counts, since the cut-off is later"),
    ReportChangeKind.LATE: gettext_lazy("Received after the cut-off"),
}


def changed_reports_table(
    changes: Iterable[ReportChange], edition: Edition, user: Any
) -> Table | None:
    """The reports that are otherwise than in the edition before, those linked that the reader may
    see; None where there are none."""
    changes = list(changes)
    if not changes:
        return None
    found = reports_by_code(edition, [each.report for each in changes], user)

    def version(number: int | None) -> str:
        return formats.DASH if number is None else formats.number(number)

    return Table(
        id="changed-reports",
        caption=_("Reports behind the changes"),
        columns=(
            Column(_("Report"), nowrap=True),
            Column(_("Organisation")),
            Column(_("What has changed")),
            Column(_("Version before"), numeric=True),
            Column(_("Version now"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(each.report, url=reverse("report-detail", args=[found[each.report].pk])),
                (
                    Cell(each.organisation),
                    Cell(_CHANGE_WORDS[each.kind]),
                    Cell(version(each.before)),
                    Cell(version(each.after)),
                ),
            )
            for each in changes
            if each.report in found
        ),
        stack=True,
        caption_hidden=True,
    )


def latest_edition_card(request: HttpRequest) -> dict[str, object] | None:
    """The newest edition in short; None where there is none, or where it cannot be read."""
    edition = editions_visible_to(request.user).first()
    if edition is None:
        return None
    try:
        content = content_of(edition, language())
    except DatasetDamaged:
        # The rest of the front page is of use all the same.
        logger.exception("the data set of edition %s cannot be read", edition)
        return None
    return {
        "title": content.title,
        "agency": content.agency,
        "date": content.edition_date,
        "url": edition_url(edition),
        "streams": [
            {"title": stream.title, "figures": outcome.headline_figures(stream)}
            for stream in content.streams
        ],
    }
