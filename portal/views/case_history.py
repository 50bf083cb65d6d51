"""Parts of a case's page that have addresses of their own: history and journal."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from core.content import Cell, Column, Crumb, Row, Table
from portal.selectors.case_history import Past, PastYear, history_of_case
from portal.views.access import person_of
from portal.views.case_opinions import supervision_table
from portal.views.case_papers import officers_crumbs, received_case
from portal.views.journal import timeline_of
from portal.views.labels import call_title, money
from reviews.selectors.supervision import supervision_beside


@require_safe
def case_history(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What each organisation in the case was granted, spent, carried over and repaid over the
    years, and how it reported."""
    application = received_case(request, pk)
    context = {
        "crumbs": officers_crumbs(application, Crumb(_("Earlier years"))),
        "application": application,
        "call_title": call_title(application.call),
        "organisations": [
            {
                "name": past.organisation.name,
                "url": reverse("organisation-detail", args=[past.organisation.pk]),
                "table": _table(past),
            }
            for past in history_of_case(application, person_of(request))
        ],
        "supervision": supervision_table(list(supervision_beside(application))),
    }
    return render(request, "portal/assess/history.html", context)


@require_safe
def case_journal(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Everything that has happened in the case."""
    application = received_case(request, pk)
    context = {
        "crumbs": officers_crumbs(application, Crumb(_("What has happened"))),
        "application": application,
        "call_title": call_title(application.call),
        "events": timeline_of(application),
    }
    return render(request, "portal/assess/journal.html", context)


def _table(past: Past) -> Table | None:
    if not past.years:
        return None
    return Table(
        id=f"years-{past.organisation.pk}",
        caption=past.organisation.name,
        columns=(
            Column(_("Year")),
            Column(_("Cases")),
            Column(pgettext("amount", "Granted"), numeric=True),
            Column(_("Carried in"), numeric=True),
            Column(_("Spent"), numeric=True),
            Column(_("Carried over"), numeric=True),
            Column(_("To repay"), numeric=True),
            Column(_("Repaid"), numeric=True),
            Column(_("Reports")),
        ),
        rows=tuple(_row(each) for each in past.newest_first),
        stack=True,
        caption_hidden=True,
    )


def _row(past: PastYear) -> Row:
    cases = []
    if past.led:
        cases.append(_("%(number)d as lead") % {"number": past.led})
    if past.as_partner:
        cases.append(_("%(number)d as partner") % {"number": past.as_partner})
    notes = []
    if past.late:
        notes.append(_("%(number)d late") % {"number": past.late})
    if past.returned:
        notes.append(_("%(number)d sent back with questions") % {"number": past.returned})
    return Row(
        Cell(str(past.year)),
        (
            Cell(", ".join(cases) or "–"),
            Cell(money(past.granted_sek)),
            Cell(money(past.carried_in_sek)),
            Cell(money(past.spent_sek) if past.spent_known else _("Not reported")),
            Cell(money(past.carried_over_sek)),
            Cell(money(past.to_repay_sek)),
            Cell(money(past.repaid_sek)),
            Cell(str(past.reports), note=", ".join(notes)),
        ),
    )
