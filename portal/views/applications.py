"""The list of applications, and one application's page."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from core.content import Cell, Crumb, Row, Table
from core.models import County
from grants.models import Application
from grants.selectors import applications_visible_to, case_file, fund_years_in
from portal.content import status_tag
from portal.exports.applications import applications_csv
from portal.forms import ApplicationFilter
from portal.selectors.changes import offers_registering
from portal.selectors.definitions import parse_definitions
from portal.selectors.listing import (
    APPLICATION_KEYS,
    applications_found,
    applications_listed,
    calls_looked_at,
    counties,
)
from portal.views import case, case_handling, case_steps, journal
from portal.views.access import person_of
from portal.views.incidents import late_incidents
from portal.views.labels import call_title, day, money, partners_text
from portal.views.lists import Heading, listing
from reviews.services.in_hand import IN_HAND

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
    form, places = _filter(request)
    found = applications_found(applications_visible_to(request.user), form.chosen)
    page = listing(
        request,
        found.select_related("lead"),
        whole=applications_listed(),
        form=form,
        headings=HEADINGS,
        keys=APPLICATION_KEYS,
        default="-received",
    )
    names = {county.code: county.name for county in places}
    table = Table(
        id="applications",
        caption=_("Applications"),
        columns=page.columns,
        rows=tuple(_row(application, names) for application in page.rows),
        stack=True,
        caption_hidden=True,
    )
    context = {
        "form": form,
        "page": page,
        "table": table,
        "export_url": f"{reverse('application-export')}{_query(form)}",
    }
    return render(request, "portal/application_list.html", context)


@require_safe
def application_export(request: HttpRequest) -> StreamingHttpResponse:
    """All the cases that the list's filters find, as CSV, sent as they are fetched."""
    form, _places = _filter(request)
    found = applications_found(applications_visible_to(request.user), form.chosen)
    name = pgettext("file name", "applications")
    return StreamingHttpResponse(
        applications_csv(found),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{timezone.localdate()}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


def _filter(request: HttpRequest) -> tuple[ApplicationFilter, list[County]]:
    calls, places = list(calls_looked_at(request.user)), list(counties())
    parse_definitions(calls)
    form = ApplicationFilter(
        request.GET,
        calls=[(str(call.pk), call_title(call)) for call in calls],
        counties=places,
    )
    return form, places


def _query(form: ApplicationFilter) -> str:
    return f"?{urlencode(form.chosen)}" if form.chosen else ""


def _row(application: Application, counties: Mapping[str, str]) -> Row:
    lead = application.lead
    partners = application.partner_count
    return Row(
        Cell(application.number, url=reverse("application-detail", args=[application.pk])),
        (
            Cell(lead.name, note=partners_text(partners) if partners else ""),
            Cell(counties[lead.county_id]),
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
    application = case_file(request.user, pk)
    if application is None:
        raise Http404
    definition = application.definition
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
        "money": case.money_table(fund_years_in(application.ledger_entries.all())),
        "ledger": case.ledger_table(application),
        "may_register_requests": offers_registering(person_of(request), application),
        "decisions": case.decisions_of(application),
        "findings": case.findings_table(application, definition),
        "requirements": definition.requirements,
        "reports": None
        if application.status in IN_HAND and not application.decisions.all()
        else case.reports_behind(application, request.user),
        # A case that is handled here has its journal at an address of its own, fetched by itself.
        "events": journal.timeline_of(application, person_of(request))
        if application.imported
        else [],
        "late_incidents": late_incidents(application),
        "steps": case_steps.plain_steps(application, person_of(request)),
        "side": case_steps.side_links(application, person_of(request)),
        "handling": case_handling.handling_of(application, definition, person_of(request)),
    }
    return render(request, "portal/application_detail.html", context)
