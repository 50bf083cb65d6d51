"""A case as its party sees it: state, next step, what has happened, papers."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from applicants.enums import OrganisationRole
from applicants.models import User
from applicants.rules import SIGNATORIES, WRITERS, mandates_held
from core.content import Cell, Column, Crumb, Row, SummaryRow, Table, Text, TimelineItem
from core.enums import ActorKind
from core.models import Event
from grants.enums import Status
from grants.models import Application, Decision, Participation
from grants.services.delay import UNDECIDED
from portal.content import report_tag, status_tag
from portal.selectors.own_cases import (
    case_file,
    events_a_party_may_see,
    own_case,
    own_case_with_parts,
    report_waiting,
    reports_of_case,
)
from portal.views import journal
from portal.views.access import person_of
from portal.views.applying_sections import address
from portal.views.communicated import communicated_lines
from portal.views.completion_items import request_line
from portal.views.files import file_item
from portal.views.labels import agency_name, call_title, day, money, part_text, second
from portal.views.next_steps import next_step
from reporting.models import Report
from reporting.selectors.reports import UNSEEN

PARTY_MAY_SEE = (
    "application.begun",
    "application.signed",
    "application.submitted",
    "application.registered",
    "application.taken_back",
    "application.assigned",
    "application.decision_asked",
    "application.decision_ask_refused",
    "application.completion_requested",
    "application.completed",
    "application.lapsed",
    "application.assessed",
    "application.granted",
    "application.rejected",
    "application.dismissed",
    "application.reconsidered",
    "application.revoked",
    "application.withdrawn",
    "application.interim_reported",
    "application.final_reported",
    "application.closed",
    "participation.answered",
    "participation.changed",
    "message.sent",
    "communication.sent",
    "communication.answered",
    "payment.asked",
    "payment.paid",
    "payment.refused",
    "payment.stopped",
    "payment.stop_lifted",
    "claim.sent",
    "claim.reminded",
    "carry_over.asked",
    "carry_over.registered",
    "carry_over.decided",
    "change.asked",
    "change.registered",
    "change.question",
    "change.answered",
    "change.answer_registered",
    "change.withdrawn",
    "change.withdrawal_registered",
    "change.decided",
    "change.merged",
    "application.partners_back",
    "report.required",
    "report.received",
    "report.returned",
    "report.accepted",
)
"""The events that a party's own page tells of. What the agency works with inside the case
(findings, proposals, declarations of conflict) is not among them."""


def found_case(request: HttpRequest, pk: int) -> Application:
    """The application or case, for one of its own. Raises Http404."""
    application = own_case(person_of(request), pk)
    if application is None:
        raise Http404
    return application


def case_crumbs(application: Application, *rest: Crumb) -> list[Crumb]:
    """The way to a page of the case."""
    draft = application.status == Status.DRAFT
    page = "application-tasks" if draft else "application-file"
    label = application.number if application.number and not draft else call_title(application.call)
    return [
        Crumb(_("My pages"), reverse("my-pages")),
        Crumb(label, reverse(page, args=[application.pk])),
        *rest,
    ]


@require_safe
def application_file(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The case: where it is, what comes next, what has happened, and its papers."""
    person = person_of(request)
    application = own_case_with_parts(person, pk)
    if application is None:
        raise Http404
    if application.status == Status.DRAFT and not application.register_number:
        return redirect("application-tasks", pk=pk)
    full = case_file(application)
    definition = application.definition
    today = timezone.localdate()
    parts = list(full.participations.all())
    title = call_title(application.call)
    decisions = list(full.decisions.all())
    # Without a grant there is none, and nothing is asked.
    reports = [] if application.granted_sek is None else reports_of_case(application)
    superseded = {each.supersedes_id for each in decisions}
    crumbs = case_crumbs(application)
    context = {
        "crumbs": [crumbs[0], Crumb(application.number)],
        "application": application,
        "call_title": title,
        "tag": status_tag(application.status),
        "step": next_step(application, definition, today, report_waiting(reports)),
        "summary": _summary(application, title),
        "parts": [(part.organisation.name, part_text(part)) for part in parts],
        "versions": list(full.versions.all()),
        "requests": [request_line(each) for each in full.completion_requests.all()],
        "communicated": communicated_lines(application, person),
        "actions": _actions(application, person),
        "unread": getattr(application, "unread", 0),
        "may_write_message": application.status not in {Status.DRAFT, Status.DISCARDED}
        and any(acts_as(person, part.organisation_id, WRITERS) for part in parts),
        "decisions": [_decision(each, replaced=each.pk in superseded) for each in decisions],
        "reports": _reports(reports, reads_all=_acts_for_some(person, parts)),
        "files": [
            file_item(
                each.file,
                url=address("attachment-file", application.pk, each.pk),
                note=each.organisation.name if each.organisation and len(parts) > 1 else "",
            )
            for each in full.attachments.all()
        ],
        "events": party_timeline(application, [part.organisation_id for part in parts]),
        "is_draft": application.status == Status.DRAFT,
        "lapsed": _lapsed(full),
    }
    return render(request, "portal/own/case.html", context)


def _decision(decision: Decision, *, replaced: bool) -> list[SummaryRow]:
    """A decision in short. Its reasons stand in its letter, whose opening is kept."""
    has_letter = getattr(decision, "letter", None) is not None
    address = reverse("own-decision", args=[decision.application_id, decision.pk])
    rows = [
        SummaryRow(
            _("Decision"),
            decision.get_outcome_display(),
            note=_("replaced by a later decision") if replaced else "",
            action=_("Read the decision") if has_letter else "",
            action_url=address if has_letter else "",
        ),
        SummaryRow(_("Decided"), day(decision.decided_on)),
        SummaryRow(_("Amount"), money(decision.amount_sek)),
    ]
    if not has_letter:
        rows.append(SummaryRow(_("Reasons"), decision.reasons or _("Not recorded")))
    return rows


def _summary(application: Application, title: str) -> list[SummaryRow]:
    rows = [
        SummaryRow(_("Register number"), application.number),
        SummaryRow(
            _("Call"),
            title,
            url=reverse("call-detail", args=[application.call.agency.code, application.call.code]),
        ),
        SummaryRow(_("Agency"), agency_name(application.call.agency)),
        SummaryRow(
            _("Received"),
            second(application.received_at),
            note=_("after the last day to apply") if application.late else "",
        ),
        SummaryRow(_("Amount applied for"), money(application.requested_sek)),
    ]
    if application.granted_sek is not None:
        rows.append(SummaryRow(_("Amount granted"), money(application.granted_sek)))
    officer = str(application.assigned_to) if application.assigned_to else _("Nobody yet")
    return [*rows, SummaryRow(_("Case officer"), officer)]


def _lapsed(application: Application) -> bool:
    """Whether the last request ran out unanswered, so that an answer is sent as a message."""
    requests = list(application.completion_requests.all())
    return (
        bool(requests)
        and requests[0].closed_at is not None
        and not requests[0].answered
        and application.status == Status.SUBMITTED
    )


def _actions(application: Application, person: User) -> list[tuple[Text, str]]:
    """What the reader may do with the case now: label and address."""
    found: list[tuple[Text, str]] = []
    pk = application.pk
    if may_take_back(application, person):
        label = _("Take the application back to change it")
        found.append((label, reverse("application-take-back", args=[pk])))
    if may_withdraw(application, person):
        found.append((_("Withdraw the application"), reverse("application-withdraw", args=[pk])))
    if application.status in UNDECIDED:
        found.append((_("Ask for a decision after six months"), reverse("delay-ask", args=[pk])))
    return found


def may_take_back(application: Application, person: User) -> bool:
    """Whether the reader may make it a draft again now."""
    closes_on = application.call.closes_on
    return (
        application.status == Status.SUBMITTED
        and application.assigned_to_id is None
        and closes_on is not None
        and timezone.localdate() <= closes_on
        and acts_as(person, application.lead_id, SIGNATORIES)
    )


def may_withdraw(application: Application, person: User) -> bool:
    """Whether the reader may withdraw it now."""
    open_states = {Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.ASSESSED}
    return application.status in open_states and acts_as(person, application.lead_id, SIGNATORIES)


def acts_as(person: User, organisation_id: int, roles: Collection[OrganisationRole]) -> bool:
    """Whether the person acts for the organisation in any of these roles, by what the request
    knows already. It decides what a page offers; the services ask again, under their lock."""
    return any(
        mandate.organisation_id == organisation_id and mandate.role in roles
        for mandate in mandates_held(person)
    )


def _acts_for_some(person: User, parts: Sequence[Participation]) -> bool:
    """Whether the reader acts for one of them, and does not just read what it has taken over."""
    return any(acts_as(person, part.organisation_id, tuple(OrganisationRole)) for part in parts)


def _reports(reports: Sequence[Report], *, reads_all: bool) -> Table | None:
    rows = tuple(
        Row(
            Cell(
                f"{report.get_kind_display()} {report.year}",
                url=reverse("own-report", args=[report.pk])
                if reads_all or report.status not in UNSEEN
                else "",
                note=report.code,
            ),
            (
                Cell(day(report.due_on)),
                Cell(day(report.first_received_at)),
                Cell(tag=report_tag(report.status)),
            ),
        )
        for report in reports
    )
    if not rows:
        return None
    return Table(
        id="reports",
        caption=_("Reports"),
        columns=(
            Column(_("Report")),
            Column(_("Due"), nowrap=True),
            Column(_("First received"), nowrap=True),
            Column(_("State")),
        ),
        rows=rows,
        stack=True,
        caption_hidden=True,
    )


def party_timeline(application: Application, organisations: list[int]) -> list[TimelineItem]:
    """What has happened in the case, the newest first, as a party may see it: its own people
    by name, the agency's as the agency."""
    events = events_a_party_may_see(application, PARTY_MAY_SEE, organisations)
    agency = agency_name(application.call.agency)
    return [_item(event, event.person, agency) for event in reversed(events)]


def _item(event: Event, person: str, agency: str) -> TimelineItem:
    payload = json.loads(event.payload)
    imported = event.actor_kind == ActorKind.IMPORT
    missing = payload.get("not_recorded", [])
    return TimelineItem(
        at=event.occurred_at,
        heading=_heading(event.name, payload),
        who=_who(event, person, agency),
        day_only=imported and event.name not in journal.TIMED,
        dated=journal.DATE not in missing,
        details=tuple(_details(event.name, payload)),
    )


def _heading(name: str, payload: Mapping[str, Any]) -> Text:
    if name == "application.assigned" and payload.get("officer") is None:
        return _("The case has no case officer for now")
    if name == "message.sent":
        return _MESSAGE[bool(payload.get("from_agency"))]
    return journal.EVENTS.get(name, name)


_MESSAGE = {
    True: gettext_lazy("The agency sent a message"),
    False: gettext_lazy("You sent a message to the agency"),
}


def _details(name: str, payload: Mapping[str, Any]) -> list[Text]:
    if name in {"application.submitted", "application.completed"} and payload.get("version"):
        found: list[Text] = [_("Version %(number)d") % {"number": payload["version"]}]
        if payload.get("late"):
            found.append(
                _("After the last day to apply")
                if name == "application.submitted"
                else _("After the day it was asked for")
            )
        return found
    if name == "application.completion_requested" and payload.get("due"):
        return [_("To be answered by %(day)s") % {"day": payload["due"]}]
    return []


def _who(event: Event, person: str, agency: str) -> Text:
    if event.actor_kind == ActorKind.PERSON:
        return person or agency
    if event.actor_kind == ActorKind.IMPORT:
        return _("from an older register")
    return _("the system")
