"""Lists of participants beside what the reports say of taking part in regional training."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from core import formats
from core.checks import half_up_percent
from core.content import Cell, Column, Crumb, Row, Table, Tag, Text, Tone
from grants.enums import Stream
from portal.forms.trainings import YearForm
from portal.selectors.editions import programme_years
from portal.views.access import person_of
from reporting.selectors.trainings import Attendance, Deviation, Said, Why, attendance

MOST = 500
"""So many deviations are shown."""
SAID: Mapping[Said, Text] = {
    Said.YES: gettext_lazy("Yes"),
    Said.NO: gettext_lazy("No"),
    Said.NOT_ANSWERED: gettext_lazy("Not answered"),
    Said.NOT_ASKED: gettext_lazy("Not asked"),
    Said.NOTHING: pgettext_lazy("training", "No report in time"),
}
WHY: Mapping[Why, Text] = {
    Why.LATE: gettext_lazy("the report came after the last day to be counted"),
    Why.AWAITED: gettext_lazy("the report has not come"),
    Why.NOT_TO_REPORT: gettext_lazy("no grant to report for the year"),
}


@require_safe
def training_comparison(request: HttpRequest) -> HttpResponse:
    """A year's reports beside its lists of participants, and where they differ."""
    form = YearForm(request.GET or None, years=programme_years(request.user))
    chosen = form.chosen
    found = None if chosen is None else attendance(person_of(request), *chosen)
    context = {
        "crumbs": [
            Crumb(_("Trainings"), reverse("training-list")),
            Crumb(_("Compare with the reports")),
        ],
        "form": form,
        "year": None if chosen is None else chosen[1],
        "found": found,
        "streams": None if found is None else _streams(found),
        "deviations": None
        if found is None or not found.deviations
        else _deviations(found.deviations[:MOST]),
        "number": 0 if found is None else len(found.deviations),
        "most": MOST,
    }
    return render(request, "portal/trainings/comparison.html", context)


def _share(part: int, whole: int) -> str:
    if not whole:
        return formats.DASH
    return formats.percent(half_up_percent(part, whole))


def _streams(found: Attendance) -> Table:
    return Table(
        id="streams",
        caption=_("What the reports in time answer, and what the lists say"),
        columns=(
            Column(_("Stream")),
            Column(_("Reports in time"), numeric=True),
            Column(_("Answer yes"), numeric=True),
            Column(_("Share"), numeric=True),
            Column(_("Answer no"), numeric=True),
            Column(_("Not answered"), numeric=True),
            Column(_("Not asked"), numeric=True),
            Column(_("In a list of participants"), numeric=True),
            Column(_("Answer yes and in a list"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(Stream(each.stream).label),
                (
                    Cell(formats.number(each.reports)),
                    Cell(formats.number(each.said[Said.YES])),
                    Cell(_share(each.said[Said.YES], each.reports)),
                    Cell(formats.number(each.said[Said.NO])),
                    Cell(formats.number(each.said[Said.NOT_ANSWERED])),
                    Cell(formats.number(each.said[Said.NOT_ASKED])),
                    Cell(formats.number(each.listed), note=_share(each.listed, each.reports)),
                    Cell(formats.number(each.yes_and_listed)),
                ),
            )
            for each in found.streams
        ),
        stack=True,
        caption_hidden=True,
    )


def _deviations(deviations: Sequence[Deviation]) -> Table:
    return Table(
        id="deviations",
        caption=_("Where reports and lists differ"),
        columns=(
            Column(_("Organisation")),
            Column(_("County")),
            Column(_("Stream")),
            Column(_("Report")),
            Column(_("The report answers")),
            Column(_("The lists")),
        ),
        rows=tuple(_row(each) for each in deviations),
        stack=True,
        caption_hidden=True,
    )


def _row(each: Deviation) -> Row:
    report = each.report
    organisation = each.organisation
    named = ", ".join(name for name in each.named if name != organisation.name)
    return Row(
        Cell(organisation.name, note=organisation.org_no),
        (
            Cell(organisation.county.name),
            Cell("" if report is None else report.get_stream_display()),
            Cell(formats.DASH)
            if report is None
            else Cell(report.code, url=reverse("report-detail", args=[report.pk])),
            Cell(str(SAID[each.said]), note="" if each.why is None else str(WHY[each.why])),
            Cell(
                tag=Tag(_("In a list"), Tone.INFO)
                if each.listed
                else Tag(_("In no list"), Tone.WARNING),
                note=named,
            ),
        ),
    )
