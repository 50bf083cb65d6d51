"""Failures on our side: the list for staff, and what a late application's page says of them."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.content import Cell, Column, Row, Table
from core.enums import IncidentKind
from core.models import Incident
from grants.models import Application
from portal.content import incident_label
from portal.forms.mail import IncidentFilter
from portal.selectors.incidents import INCIDENT_KEYS, around_deadline, incidents_found
from portal.views.labels import moment
from portal.views.lists import Heading, listing

HEADINGS = (
    Heading(gettext_lazy("From"), "started", nowrap=True),
    Heading(gettext_lazy("Until"), nowrap=True),
    Heading(gettext_lazy("What")),
    Heading(gettext_lazy("Where")),
    Heading(gettext_lazy("Times"), "count", numeric=True),
    Heading(gettext_lazy("Reference"), nowrap=True),
)


@require_safe
def incident_list(request: HttpRequest) -> HttpResponse:
    """What failed, when and how many times, the latest first."""
    form = IncidentFilter(request.GET)
    page = listing(
        request,
        incidents_found(form.chosen),
        form=form,
        headings=HEADINGS,
        keys=INCIDENT_KEYS,
        default="-started",
    )
    table = Table(
        id="incidents",
        caption=_("Incidents"),
        columns=page.columns,
        rows=tuple(_row(incident) for incident in page.rows),
        stack=True,
        caption_hidden=True,
    )
    context = {"form": form, "page": page, "table": table}
    return render(request, "portal/incident_list.html", context)


def late_incidents(application: Application) -> Table | None:
    """For a late application: what failed on our side in the last hours before the last day was
    over, which can be a reason to admit it. None for one in time, or where nothing failed."""
    if not application.late:
        return None
    incidents = around_deadline(application.call)
    return _table(incidents) if incidents else None


def _table(incidents: Iterable[Incident]) -> Table:
    return Table(
        id="late-incidents",
        caption=_("Failures on our side in the 48 hours before the last day to apply was over"),
        columns=tuple(Column(each.label, each.numeric, each.nowrap) for each in HEADINGS),
        rows=tuple(_row(incident) for incident in incidents),
        stack=True,
        caption_hidden=True,
    )


def _row(incident: Incident) -> Row:
    error = incident.kind == IncidentKind.ERROR
    status = _("answer %(status)d") % {"status": incident.status} if incident.status else ""
    if incident.status == 0:
        status = _("the web server did not answer")
    return Row(
        Cell(moment(incident.started_at)),
        (
            Cell(moment(incident.ended_at)),
            Cell(incident_label(incident.kind), note=status),
            Cell(incident.address or _("The whole service")),
            Cell(str(incident.count) if error else "–"),
            Cell(incident.reference),
        ),
    )
