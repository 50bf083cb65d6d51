"""Calls: public pages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from applicants.enums import OrganisationKind, Role
from applicants.rules import remember_work, work_of
from applicants.selectors.people import agency_ids_for
from core import formats
from core.content import Cell, Column, Crumb, Figure, Row, SummaryRow, Table
from core.definitions import describe
from grants.definitions import AppliesTo, CallDefinition
from grants.models import Call
from grants.selectors import calls_visible_to
from grants.selectors.rounds import OutcomeCounts, outcome_counts
from portal.rules import LOOKS_AROUND
from portal.selectors.calls import coming_on, open_on, sums_by_call
from portal.selectors.definitions import definition_of, parse_definitions
from portal.views.application_form import application_texts
from portal.views.countdown import CallState, call_state, call_tag, countdown, left_texts
from portal.views.labels import agency_name, call_title, day, day_or_not_recorded, language, money


@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    """Open, coming and earlier calls."""
    calls = list(calls_visible_to(request.user))
    parse_definitions(calls)
    sums = sums_by_call()
    now = timezone.now()
    today = timezone.localdate(now)
    opened, coming = open_on(calls, today), coming_on(calls, today)
    shown = {call.pk for call in (*opened, *coming)}
    context = {
        "open_calls": [call_card(call, now) for call in opened],
        "coming_calls": [call_card(call, now) for call in coming],
        "left_texts": left_texts(),
        "earlier": _table([call for call in calls if call.pk not in shown], sums),
    }
    return render(request, "portal/call_list.html", context)


def call_card(call: Call, now: datetime) -> dict[str, object]:
    """A call in short, with how long is left. `now` is in UTC."""
    definition = definition_of(call)
    return {
        "call": call,
        "title": call_title(call),
        "agency": agency_name(call.agency),
        "purpose": definition.purpose.in_(language()),
        "frame": money(call.frame_sek),
        "who": who_may_apply(definition),
        "url": call_url(call),
        "tag": call_tag(call, timezone.localdate(now)),
        "countdown": countdown(call, now),
    }


def who_may_apply(definition: CallDefinition) -> str:
    """The kinds of organisation, in a row."""
    return ", ".join(str(OrganisationKind(kind).label) for kind in definition.who_may_apply)


def calls_crumb() -> Crumb:
    """The step to all calls."""
    return Crumb(_("Calls"), reverse("call-list"))


def call_url(call: Call) -> str:
    """The call's own page."""
    return reverse("call-detail", args=[call.agency.code, call.code])


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
    remember_work(request.user)
    looks_around = rules.has_perm("portal.look_around", request.user)
    now = timezone.now()
    state = call_state(call, timezone.localdate(now))
    context = {
        "crumbs": [calls_crumb(), Crumb(definition.title.in_(language()))],
        "cases_url": f"{reverse('application-list')}?call={call.pk}" if looks_around else "",
        "preview_url": preview_url(request.user, call) if looks_around else "",
        "data_url": f"{reverse('report-data')}?call={call.pk}" if _takes_out(request, call) else "",
        "decisions_url": reverse("round-decisions", args=[call.agency.code, call.code])
        if call.is_published
        else "",
    }
    if definition.application is None or state is CallState.CLOSED:
        context["figures"] = _figures(outcome_counts(call))
    return render(request, call_template(definition), context | call_context(call, now))


def preview_url(user: Any, call: Call) -> str:
    """Where the agency's staff see the call as others will; "" for everybody else."""
    if call.agency_id not in agency_ids_for(user, LOOKS_AROUND):
        return ""
    return reverse("call-preview", args=[call.agency.code, call.code])


def call_template(definition: CallDefinition) -> str:
    """The template of a call's page: one with an application form says how to apply."""
    name = "call_detail" if definition.application is None else "call_open"
    return f"portal/{name}.html"


def call_context(call: Call, now: datetime) -> dict[str, Any]:
    """What a call's page says by its definition, at that moment (UTC)."""
    definition = definition_of(call)
    here = language()
    titles = definition.area_titles(here)
    title = definition.title.in_(here)
    context: dict[str, Any] = {
        "call": call,
        "title": title,
        "agency": agency_name(call.agency),
        "purpose": definition.purpose.in_(here),
        "tag": call_tag(call, timezone.localdate(now)),
        "summary": _summary(call, definition),
        "groups": _area_groups(definition),
        "requirements": _requirements(definition),
        "form": describe(definition.report_questionnaire, here, area_titles=titles),
    }
    if definition.application is None:
        return context | {"summary": [*_summary(call, definition), *_days_after(call)]}
    return context | {
        "state": call_state(call, timezone.localdate(now)),
        "countdown": countdown(call, now),
        "left_texts": left_texts(),
        "dates": _dates(call, definition),
        "application": application_texts(definition, here),
    }


def _takes_out(request: HttpRequest, call: Call) -> bool:
    """Whether the reader takes the call's reports out as data: an analyst of its agency, by the
    work that the page has asked for already."""
    return any(
        work.role == Role.ANALYST and work.agency_id == call.agency_id
        for work in work_of(request.user)
    )


def _summary(call: Call, definition: CallDefinition) -> list[SummaryRow]:
    basis = definition.legal_basis
    return [
        SummaryRow(_("Agency"), agency_name(call.agency)),
        SummaryRow(_("Legal basis"), basis.in_(language()) if basis else _("Not recorded")),
        SummaryRow(_("Frame"), money(call.frame_sek)),
        SummaryRow(_("Who may apply"), who_may_apply(definition)),
        SummaryRow(_("Opens"), day_or_not_recorded(call.opens_on)),
        SummaryRow(_("Last day to apply"), day_or_not_recorded(call.closes_on)),
    ]


def _days_after(call: Call) -> list[SummaryRow]:
    return [
        SummaryRow(_("Measuring date"), day(call.measured_on)),
        SummaryRow(_("Last day to use the money"), day(call.spend_by)),
        SummaryRow(_("Last day for reports to be counted"), day(call.report_cutoff)),
    ]


def _dates(call: Call, definition: CallDefinition) -> list[SummaryRow]:
    """The days of the call in their order, those that are not decided left out."""
    dates = definition.dates
    rows = [
        (_("Opens"), call.opens_on, ""),
        (_("Last day to apply"), call.closes_on, _("until 23:59")),
        (_("Decision expected"), dates.decision_expected, ""),
        (_("Measuring date"), call.measured_on, _("what has been spent is counted")),
        (_("Last day to use the money"), call.spend_by, ""),
        (_("Report due"), dates.report_due, ""),
        (_("Final report due"), dates.final_report_due, ""),
    ]
    return [SummaryRow(term, day(value), note=note) for term, value, note in rows if value]


def _figures(totals: OutcomeCounts) -> list[Figure]:
    return [
        Figure(
            _("Applications"),
            formats.number(totals.applications),
            ngettext("of which %(number)s joint", "of which %(number)s joint", totals.joint)
            % {"number": formats.number(totals.joint)},
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
