"""The report of a year that is going on: what has come in, who is missing, and what it gives."""

import logging
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import formats
from core.content import Cell, Column, Crumb, Row, Table
from core.models import Agency
from grants.enums import Stream
from portal.forms.editions import CutoffForm, MissingFilter
from portal.forms.lists import CutoffField
from portal.selectors.coverage import (
    MISSING_KEYS,
    coverage,
    covered_year,
    missing_reports,
    reminders_of,
    reports_of_year,
)
from portal.selectors.listing import counties
from portal.views import outcome
from portal.views.editions import changed_reports_table, edition_title, edition_url
from portal.views.labels import agency_name, day, language, moment
from portal.views.lists import Heading, listing
from reporting.models import Edition
from reporting.selectors.cells import differences
from reporting.selectors.datasets import DatasetDamaged
from reporting.selectors.editions import edition_json, published_editions
from reporting.selectors.texts import doubted
from reporting.services.previews import Preview, preview

logger = logging.getLogger(__name__)

AGAIN = "again"
"""In the address when the year is to be computed anew, though nothing may have been written."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Which year of which agency, and by which day its reports are received: the day is in the
    address where it is not that of the year's calls."""

    agency: Agency
    year: int
    cutoff: date
    own_cutoff: date

    @property
    def query(self) -> str:
        """What keeps the day in an address."""
        if self.cutoff == self.own_cutoff:
            return ""
        return "?" + urlencode({"cutoff": self.cutoff.isoformat()})

    def url(self, name: str, *more: object) -> str:
        """The address of a page of the year, with the day."""
        return reverse(name, args=[self.agency.code, self.year, *more]) + self.query

    @property
    def crumbs(self) -> list[Crumb]:
        """The way to the year's pages."""
        return [Crumb(_("National reports"), reverse("edition-list"))]

    @property
    def preview_crumb(self) -> Crumb:
        """The year's preview, on the way to what is under it."""
        title = _("Preview of %(year)s") % {"year": self.year}
        return Crumb(title, self.url("edition-preview"))


def basis_of(request: HttpRequest, *, agency: str, year: int) -> Basis:
    """The year, for an analyst of the agency. Raises Http404 for anybody else, and where no report
    has been required."""
    covered = covered_year(request.user, agency=agency, year=year)
    if covered is None:
        raise Http404
    found, own = covered
    return Basis(found, year, _cutoff(request) or own, own)


def _cutoff(request: HttpRequest) -> date | None:
    """The day in the address; what is no day is the page's own form to say."""
    try:
        found: date | None = CutoffField().clean(request.GET.get("cutoff", ""))
    except forms.ValidationError:
        return None
    return found


def only_shows(request: HttpRequest) -> bool:
    """Whether figures computed before will do: not for whoever sends something in, or asks for
    them anew."""
    return request.method != "POST" and AGAIN not in request.GET


def previewed(basis: Basis, *, kept: bool, beside: Edition | None = None) -> Preview:
    """The report of the year as it would be now, in the reader's language; `kept` as in
    `preview`."""
    return preview(
        agency=basis.agency,
        year=basis.year,
        language=language(),
        cutoff=basis.cutoff,
        beside=beside,
        kept=kept,
    )


def _no_link(_table: int, _row: str, _column: str) -> str:
    return ""


@never_cache
@require_safe
def edition_preview(request: HttpRequest, *, agency: str, year: int) -> HttpResponse:
    """What the report would say if it were made now. Nothing is entered."""
    basis = basis_of(request, agency=agency, year=year)
    form = CutoffForm(request.GET if request.GET else None, initial={"cutoff": basis.cutoff})
    latest = published_editions().filter(agency=basis.agency, year=year).first()
    damaged = False
    try:
        found = previewed(basis, kept=only_shows(request), beside=latest)
    except DatasetDamaged:
        # What has come in can be shown all the same.
        logger.exception("the data set of %s cannot be read", latest)
        found, damaged = previewed(basis, kept=True), True
    changes = differences(edition_json(latest), found.outcome) if latest else ()
    reports = reports_of_year(request.user, agency=basis.agency, year=year)
    covered = coverage(reports, cutoff=basis.cutoff, today=timezone.localdate())
    missing = sum(each.missing for each in covered)
    doubts = doubted_sentences(found)
    content = found.told
    context = {
        "crumbs": [*basis.crumbs, Crumb(_("Preview of %(year)s") % {"year": year})],
        "basis": basis,
        "agency_name": agency_name(basis.agency),
        "computed_at": moment(found.computed_at),
        "form": form,
        "content": content,
        "streams": [outcome.stream_of(stream, _no_link) for stream in content.streams],
        "coverage": _coverage_table(covered),
        "missing": missing,
        "missing_text": ngettext(
            "%(number)s report is missing: see which",
            "%(number)s reports are missing: see which",
            missing,
        )
        % {"number": formats.number(missing)},
        "missing_url": reverse("missing-reports", args=[agency, year]),
        "texts_url": basis.url("report-texts"),
        "doubts": doubts,
        "doubts_text": doubts_text(doubts),
        "latest_title": edition_title(latest) if latest else "",
        "latest_url": edition_url(latest) if latest else "",
        "damaged": damaged,
        "changes": outcome.changes_table(latest.number, changes, content) if latest else None,
        "changes_title": _("What would be otherwise than in edition %(number)s")
        % {"number": latest.number}
        if latest
        else "",
        "changed_reports": changed_reports_table(found.changed, latest, request.user)
        if latest
        else None,
    }
    return render(request, "portal/edition_preview.html", context)


def doubted_sentences(found: Preview) -> int:
    """How many sentences of the year's texts do not fit the figures."""

    return sum(len(each.sentences) for each in doubted(found.texts, found.figures))


def doubts_text(number: int) -> str:
    """So many sentences do not fit."""
    return ngettext(
        "%(number)s sentence does not fit the figures",
        "%(number)s sentences do not fit the figures",
        number,
    ) % {"number": formats.number(number)}


def _coverage_table(covered: Any) -> Table:
    names = dict(Stream.choices)
    return Table(
        id="coverage",
        caption=_("What has come in"),
        columns=(
            Column(_("Stream")),
            Column(_("Reports required"), numeric=True),
            Column(_("Received in time"), numeric=True),
            Column(_("Received after the cut-off"), numeric=True),
            Column(_("Returned and not in again"), numeric=True),
            Column(_("Missing"), numeric=True),
            Column(_("Missing past the due date"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(names.get(each.stream, each.stream)),
                tuple(
                    Cell(formats.number(number))
                    for number in (
                        each.required,
                        each.in_time,
                        each.late,
                        each.returned,
                        each.missing,
                        each.overdue,
                    )
                ),
            )
            for each in covered
        ),
        stack=True,
        caption_hidden=True,
    )


HEADINGS = (
    Heading(gettext_lazy("Organisation"), "organisation"),
    Heading(gettext_lazy("County")),
    Heading(gettext_lazy("Stream")),
    Heading(gettext_lazy("Report"), nowrap=True),
    Heading(gettext_lazy("Due"), "due", nowrap=True),
    Heading(gettext_lazy("Reminders sent"), numeric=True),
    Heading(gettext_lazy("Last reminder"), nowrap=True),
)


@require_safe
def missing(request: HttpRequest, *, agency: str, year: int) -> HttpResponse:
    """The reports of the year that have not come in, and how often each was reminded of."""
    basis = basis_of(request, agency=agency, year=year)
    form = MissingFilter(request.GET, counties=counties())
    reports = missing_reports(request.user, agency=basis.agency, year=year)
    chosen = form.chosen
    if words := chosen.get("q"):
        reports = reports.filter(organisation__sort_key__contains=words.casefold())
    if county := chosen.get("county"):
        reports = reports.filter(organisation__county=county)
    if stream := chosen.get("stream"):
        reports = reports.filter(stream=stream)
    page = listing(request, reports, form=form, headings=HEADINGS, keys=MISSING_KEYS, default="due")
    reminded = reminders_of(page.rows)
    today = timezone.localdate()
    rows = []
    for report in page.rows:
        told = reminded.get(report.pk)
        overdue = report.due_on is not None and report.due_on < today
        rows.append(
            Row(
                Cell(
                    report.organisation.name,
                    url=reverse("organisation-detail", args=[report.organisation_id]),
                ),
                (
                    Cell(report.organisation.county.name),
                    Cell(report.get_stream_display()),
                    Cell(report.code),
                    Cell(day(report.due_on), note=_("The due date has passed") if overdue else ""),
                    Cell(formats.number(told.times if told else 0)),
                    Cell(day(told.last if told else None)),
                ),
            )
        )
    table = Table(
        id="missing",
        caption=_("Missing reports"),
        columns=page.columns,
        rows=tuple(rows),
        stack=True,
        caption_hidden=True,
    )
    context = {
        "crumbs": [*basis.crumbs, basis.preview_crumb, Crumb(_("Missing reports"))],
        "year": year,
        "agency_name": agency_name(basis.agency),
        "form": form,
        "page": page,
        "table": table,
    }
    return render(request, "portal/missing_reports.html", context)
