"""Calls: public pages."""

from collections.abc import Iterable
from datetime import date

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from applicants.enums import OrganisationKind
from core import formats
from core.content import Cell, Column, Crumb, Figure, Row, SummaryRow, Table, Tag, Tone
from core.definitions import describe
from grants.content import CallTotals
from grants.definitions import AppliesTo, CallDefinition
from grants.models import Call
from grants.selectors import call_totals, calls_visible_to
from portal.selectors.calls import coming_on, open_on, with_sums
from portal.selectors.definitions import definition_of
from portal.views.labels import agency_name, call_title, day, day_or_not_recorded, language, money


@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    """Open, coming and earlier calls."""
    visible = calls_visible_to(request.user)
    calls = list(visible)
    sums = with_sums(visible)
    today = timezone.localdate()
    opened, coming = open_on(calls, today), coming_on(calls, today)
    shown = {call.pk for call in (*opened, *coming)}
    context = {
        "open_calls": [call_card(call, today) for call in opened],
        "coming_calls": [call_card(call, today) for call in coming],
        "earlier": _table([call for call in calls if call.pk not in shown], sums),
    }
    return render(request, "portal/call_list.html", context)


def call_card(call: Call, today: date) -> dict[str, object]:
    """A call in short, with how long is left."""
    return {
        "call": call,
        "title": call_title(call),
        "agency": agency_name(call.agency),
        "purpose": definition_of(call).purpose.in_(language()),
        "url": call_url(call),
        "tag": call_tag(call, today),
    }


def call_url(call: Call) -> str:
    """The call's own page."""
    return reverse("call-detail", args=[call.agency.code, call.code])


def call_tag(call: Call, today: date) -> Tag:
    """Whether the call can be applied to."""
    if call.opens_on and call.opens_on > today:
        return Tag(_("Opens %(day)s") % {"day": day(call.opens_on)}, Tone.INFO)
    if call.closes_on and call.opens_on and call.closes_on >= today:
        return Tag(_("Open until %(day)s") % {"day": day(call.closes_on)}, Tone.SUCCESS)
    return Tag(pgettext("call", "Closed"))


def _table(calls: Iterable[Call], sums: dict[int, dict[str, int]]) -> Table | None:
    rows = tuple(
        Row(
            Cell(call_title(call), url=call_url(call)),
            (
                Cell(agency_name(call.agency)),
                Cell(str(call.year)),
                Cell(money(call.frame_sek)),
                Cell(formats.number(sums.get(call.pk, {}).get("applications", 0))),
                Cell(formats.number(sums.get(call.pk, {}).get("granted", 0))),
                Cell(money(sums.get(call.pk, {}).get("granted_sek", 0))),
            ),
        )
        for call in calls
    )
    if not rows:
        return None
    return Table(
        id="earlier-calls",
        caption=_("Earlier calls"),
        columns=(
            Column(_("Call")),
            Column(_("Agency")),
            Column(_("Year")),
            Column(_("Frame"), numeric=True),
            Column(_("Applications"), numeric=True),
            Column(_("Granted applications"), numeric=True),
            Column(_("Amount granted"), numeric=True),
        ),
        rows=rows,
        stack=True,
        caption_hidden=True,
    )


@require_safe
def call_detail(request: HttpRequest, *, agency: str, code: str) -> HttpResponse:
    """One call: what for, for whom, how much, when, and what came of it."""
    call = get_object_or_404(calls_visible_to(request.user), agency__code=agency, code=code)
    definition = definition_of(call)
    here = language()
    titles = definition.area_titles(here)
    looks_around = rules.has_perm("portal.look_around", request.user)
    context = {
        "crumbs": [Crumb(_("Calls"), reverse("call-list")), Crumb(definition.title.in_(here))],
        "call": call,
        "title": definition.title.in_(here),
        "agency": agency_name(call.agency),
        "purpose": definition.purpose.in_(here),
        "tag": call_tag(call, timezone.localdate()),
        "summary": _summary(call, definition),
        "figures": _figures(call_totals(call)),
        "groups": _area_groups(definition),
        "requirements": _requirements(definition),
        "form": describe(definition.report_questionnaire, here, area_titles=titles),
        "cases_url": f"{reverse('application-list')}?call={call.pk}" if looks_around else "",
    }
    return render(request, "portal/call_detail.html", context)


def _summary(call: Call, definition: CallDefinition) -> list[SummaryRow]:
    basis = definition.legal_basis
    kinds = [str(OrganisationKind(kind).label) for kind in definition.who_may_apply]
    return [
        SummaryRow(_("Agency"), agency_name(call.agency)),
        SummaryRow(_("Legal basis"), basis.in_(language()) if basis else _("Not recorded")),
        SummaryRow(_("Frame"), money(call.frame_sek)),
        SummaryRow(_("Who may apply"), ", ".join(kinds)),
        SummaryRow(_("Opens"), day_or_not_recorded(call.opens_on)),
        SummaryRow(_("Last day to apply"), day_or_not_recorded(call.closes_on)),
        SummaryRow(_("Measuring date"), day(call.measured_on)),
        SummaryRow(_("Last day to use the money"), day(call.spend_by)),
        SummaryRow(_("Last day for reports to be counted"), day(call.report_cutoff)),
    ]


def _figures(totals: CallTotals) -> list[Figure]:
    return [
        Figure(
            _("Applications"),
            formats.number(totals.applications),
            _("of which %(number)s joint") % {"number": formats.number(totals.joint_applications)},
        ),
        Figure(pgettext("amount", "Requested"), money(totals.requested_sek)),
        Figure(_("Granted applications"), formats.number(totals.granted)),
        Figure(
            _("Amount granted"),
            money(totals.granted_sek),
            _("of the frame %(amount)s") % {"amount": money(totals.frame_sek)},
        ),
        Figure(_("Rejected applications"), formats.number(totals.rejected)),
        Figure(_("Withdrawn applications"), formats.number(totals.withdrawn)),
    ]


def _area_groups(definition: CallDefinition) -> list[tuple[str, list[tuple[str, str]]]]:
    here = language()
    groups = [
        (
            field.title.in_(here),
            [
                (area.title.in_(here), area.description.in_(here) if area.description else "")
                for area in field.areas
            ],
        )
        for field in definition.development_fields
    ]
    others = [
        (area.title.in_(here), area.description.in_(here) if area.description else "")
        for area in definition.other_areas
    ]
    return [*groups, (_("Outside the development fields"), others)] if others else groups


def _requirements(definition: CallDefinition) -> list[tuple[str, str, str]]:
    here = language()
    return [
        (
            each.title.in_(here),
            each.text.in_(here),
            _("Applies to those who were granted money the year before.")
            if each.applies_to is AppliesTo.GRANTED_LAST_YEAR
            else "",
        )
        for each in definition.requirements
    ]
