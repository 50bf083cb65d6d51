"""The list of organisations, and one organisation's years."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from applicants.models import Organisation
from applicants.rules import work_of
from applicants.selectors import entries_of
from core import formats
from core.content import Cell, Column, Crumb, Row, SummaryRow, Table
from grants.enums import ParticipationRole
from grants.models import Application
from grants.selectors import applications_visible_to, organisations_visible_to
from portal.content import status_tag
from portal.forms import OrganisationFilter
from portal.selectors.listing import (
    ORGANISATION_KEYS,
    counties,
    organisations_found,
    organisations_listed,
)
from portal.selectors.organisations import (
    MoneyYear,
    OrganisationYear,
    cases_of,
    organisation_reports,
    years_of,
)
from portal.selectors.supervision import ENTERS, supervision_visible_to
from portal.views import case
from portal.views.case_opinions import supervision_table
from portal.views.labels import day, money
from portal.views.lists import Heading, listing
from portal.views.membership_texts import contact_rows

HEADINGS = (
    Heading(gettext_lazy("Organisation"), "name"),
    Heading(gettext_lazy("Organisation number"), nowrap=True),
    Heading(gettext_lazy("Kind")),
    Heading(gettext_lazy("County"), "county"),
    Heading(gettext_lazy("Applications as lead"), "applications", numeric=True),
    Heading(gettext_lazy("As partner"), numeric=True),
    Heading(gettext_lazy("Granted in all"), "granted", numeric=True),
)


@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    """The organisations of the cases that the reader may see, in Swedish order."""
    form = OrganisationFilter(request.GET, counties=counties())
    cases = applications_visible_to(request.user)
    page = listing(
        request,
        organisations_found(organisations_visible_to(request.user), form.chosen, within=cases),
        whole=organisations_listed(within=cases),
        form=form,
        headings=HEADINGS,
        keys=ORGANISATION_KEYS,
        default="name",
    )
    table = Table(
        id="organisations",
        caption=_("Organisations"),
        columns=page.columns,
        rows=tuple(_row(organisation) for organisation in page.rows),
        stack=True,
        caption_hidden=True,
    )
    return render(
        request, "portal/organisation_list.html", {"form": form, "page": page, "table": table}
    )


def _row(organisation: Organisation) -> Row:
    return Row(
        Cell(organisation.name, url=reverse("organisation-detail", args=[organisation.pk])),
        (
            Cell(organisation.org_no or formats.DASH),
            Cell(organisation.get_kind_display()),
            Cell(organisation.county.name),
            Cell(formats.number(getattr(organisation, "application_count", 0))),
            Cell(formats.number(getattr(organisation, "partner_count", 0))),
            Cell(money(getattr(organisation, "granted_total", 0))),
        ),
    )


@require_safe
def organisation_detail(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One organisation: its years, its cases, its reports."""
    organisation = get_object_or_404(organisations_visible_to(request.user), pk=pk)
    cases = list(cases_of(organisation, request.user))
    reports = list(organisation_reports(organisation, request.user))
    context = {
        "crumbs": [
            Crumb(_("Organisations"), reverse("organisation-list")),
            Crumb(organisation.name),
        ],
        "organisation": organisation,
        "summary": _summary(organisation),
        "years": _years_table(years_of(organisation, cases, reports)),
        "cases": _cases_table(organisation, cases),
        "reports": case.reports_table(reports),
        "enters_supervision": any(work.role in ENTERS for work in work_of(request.user)),
        "supervision": supervision_table(
            [
                each
                for each in supervision_visible_to(request.user).filter(organisation=organisation)
                if each.withdrawn_at is None
            ]
        ),
    }
    return render(request, "portal/organisation_detail.html", context)


def _summary(organisation: Organisation) -> list[SummaryRow]:
    municipality = organisation.municipality
    rows = [
        SummaryRow(_("Organisation number"), organisation.org_no or case.not_recorded()),
        SummaryRow(_("Unit"), organisation.unit),
        SummaryRow(_("Kind"), organisation.get_kind_display()),
        SummaryRow(_("County"), organisation.county.name),
        SummaryRow(_("Municipality"), municipality.name if municipality else ""),
        SummaryRow(_("Earlier names"), ", ".join(_earlier_names(organisation))),
    ]
    successor = organisation.merged_into
    if successor is not None:
        url = reverse("organisation-detail", args=[successor.pk])
        label = pgettext("merger", "Merged into")
        rows.append(SummaryRow(label, successor.name, url, note=day(organisation.merged_on)))
    return [row for row in rows if row.value] + contact_rows(organisation)


def _earlier_names(organisation: Organisation) -> list[str]:
    return [
        f"{entry.name} ({entry.year})"
        for entry in entries_of(organisation)
        if entry.name != organisation.name
    ]


def _years_table(years: Iterable[OrganisationYear]) -> Table:
    return Table(
        id="years",
        caption=_("Year by year"),
        columns=(
            Column(_("Year")),
            Column(_("Applications"), numeric=True),
            Column(pgettext("amount", "Requested"), numeric=True),
            Column(pgettext("amount", "Granted"), numeric=True),
            Column(_("Carried in"), numeric=True),
            Column(_("Spent"), numeric=True),
            Column(_("Carried over"), numeric=True),
            Column(_("To repay"), numeric=True),
            Column(_("Reports"), numeric=True),
        ),
        rows=tuple(_year_row(year) for year in years),
        stack=True,
        caption_hidden=True,
    )


def _year_row(year: OrganisationYear) -> Row:
    history, of_year = year.history, year.money
    late = _("%(number)d late") % {"number": year.late_reports} if year.late_reports else ""
    partner = history.as_partner if history else 0
    return Row(
        Cell(str(year.year)),
        (
            Cell(
                formats.number(history.applications if history else 0),
                note=_("%(number)d as partner") % {"number": partner} if partner else "",
            ),
            Cell(money(history.requested_sek if history else None)),
            Cell(money(history.granted_sek if history else None)),
            Cell(money(of_year.carried_in_sek if of_year else None)),
            Cell(_spent(of_year)),
            Cell(money(of_year.carried_over_sek if of_year else None)),
            Cell(money(of_year.to_repay_sek if of_year else None)),
            Cell(formats.number(year.reports), note=late),
        ),
    )


def _spent(of_year: MoneyYear | None) -> str:
    if of_year is not None and not of_year.reported:
        return _("Not reported")
    return money(of_year.spent_sek if of_year else None)


def _cases_table(organisation: Organisation, applications: Iterable[Application]) -> Table:
    lead, partner = ParticipationRole.LEAD.label, ParticipationRole.PARTNER.label
    return Table(
        id="cases",
        caption=_("Applications"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Year")),
            Column(_("Part")),
            Column(_("Received"), nowrap=True),
            Column(pgettext("amount", "Requested"), numeric=True),
            Column(pgettext("amount", "Granted"), numeric=True),
            Column(_("State")),
        ),
        rows=tuple(
            Row(
                Cell(each.number, url=reverse("application-detail", args=[each.pk])),
                (
                    Cell(str(each.call.year)),
                    Cell(lead if each.lead_id == organisation.pk else partner),
                    Cell(day(each.received_at)),
                    Cell(money(each.requested_sek)),
                    Cell(money(each.granted_sek)),
                    Cell(tag=status_tag(each.status)),
                ),
            )
            for each in applications
        ),
        stack=True,
        caption_hidden=True,
    )
