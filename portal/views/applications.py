"""The list of applications, and one application's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from core.content import Cell, Crumb, Row, Table
from grants.models import Application
from grants.selectors import applications_visible_to, fund_years, with_case_file
from portal.content import status_tag
from portal.forms import ApplicationFilter
from portal.selectors.definitions import definition_of
from portal.selectors.listing import (
    APPLICATION_KEYS,
    applications_found,
    calls_looked_at,
    counties,
)
from portal.views import case, journal
from portal.views.labels import call_title, day, money, partners_text
from portal.views.lists import Heading, listing

HEADINGS = (
    Heading(gettext_lazy("Case"), "number", nowrap=True),
    Heading(gettext_lazy("Lead applicant"), "organisation"),
    Heading(gettext_lazy("County")),
    Heading(gettext_lazy("Kind")),
    Heading(gettext_lazy("Received"), "received", nowrap=True),
    Heading(pgettext_lazy("amount", "Requested"), "requested", numeric=True),
    Heading(pgettext_lazy("amount", "Granted"), "granted", numeric=True),
    Heading(gettext_lazy("State")),
)


@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """The cases that the reader may see, newest first."""
    form = ApplicationFilter(
        request.GET,
        calls=[(str(call.pk), call_title(call)) for call in calls_looked_at(request.user)],
        counties=counties(),
    )
    found = applications_found(applications_visible_to(request.user), form.chosen)
    page = listing(
        request,
        found.select_related("call", "lead", "lead__county"),
        form=form,
        headings=HEADINGS,
        keys=APPLICATION_KEYS,
        default="-received",
    )
    table = Table(
        id="applications",
        caption=_("Applications"),
        columns=page.columns,
        rows=tuple(_row(application) for application in page.rows),
        stack=True,
        caption_hidden=True,
    )
    return render(
        request, "portal/application_list.html", {"form": form, "page": page, "table": table}
    )


def _row(application: Application) -> Row:
    lead = application.lead
    partners = application.partner_count
    return Row(
        Cell(application.number, url=reverse("application-detail", args=[application.pk])),
        (
            Cell(lead.name, note=partners_text(partners) if partners else ""),
            Cell(lead.county.name),
            Cell(lead.get_kind_display()),
            Cell(day(application.received_at)),
            Cell(money(application.requested_sek)),
            Cell(money(application.granted_sek)),
            Cell(tag=status_tag(application.status)),
        ),
    )


@require_safe
def application_detail(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One case: parties, money, decision, reports and journal."""
    application = get_object_or_404(with_case_file(applications_visible_to(request.user)), pk=pk)
    definition = definition_of(application.call)
    title = call_title(application.call)
    context = {
        "crumbs": [
            Crumb(_("Applications"), reverse("application-list")),
            Crumb(application.number),
        ],
        "application": application,
        "tag": status_tag(application.status),
        "call_title": title,
        "summary": case.summary_of(application, title),
        "participants": case.participants_table(application),
        "money": case.money_table(fund_years(application)),
        "ledger": case.ledger_table(application),
        "decisions": case.decisions_of(application),
        "findings": case.findings_table(application, definition),
        "requirements": definition.requirements,
        "reports": case.reports_behind(application, request.user),
        "events": journal.timeline_of(application),
    }
    return render(request, "portal/application_detail.html", context)
