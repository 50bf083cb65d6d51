"""One case before the decision maker: what it rests on, and the decision."""

from collections.abc import Mapping
from typing import Any

import rules
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from applicants.models import User
from core.content import Cell, Column, Crumb, Figure, Row, SummaryRow, Table, Text
from core.models import County
from grants.checks.delegation import DelegationRefused, rule_for
from grants.content.deciding import Attendance
from grants.enums import Outcome, Status
from grants.models import Application
from grants.rules import delegation_held
from grants.selectors.decided import colleagues_of, decisions_of
from portal.content import status_tag
from portal.forms.deciding import DecideForm
from portal.selectors.deciding import case_to_decide
from portal.selectors.letters import staffs_case
from portal.views.access import person_of
from portal.views.basis_tables import (
    basis_findings_table,
    lines_table,
    opinions_table,
    shares_table,
    terms_of,
)
from portal.views.case_papers import officers_crumbs
from portal.views.deciding import days_old, frame_figures, proposal_in, proposed_tag
from portal.views.deciding_texts import REFUSED, delegation_text, texts_of
from portal.views.declaring import declared_or_redirect
from portal.views.labels import call_title, day, money
from reviews import services as reviews
from reviews.checks import ReviewRefused
from reviews.enums import AdmissionGround
from reviews.models import Admission, Proposal
from reviews.selectors import proposed_dismissal
from reviews.selectors.basis import basis_of
from reviews.selectors.deciding import seen_of

_IN_HAND = (Status.SUBMITTED, Status.COMPLETION_REQUESTED)
PROPOSED, REJECT, SEND_BACK = "proposed", "reject", "send_back"
_DONE: Mapping[str, Text] = {
    Outcome.GRANTED: gettext_lazy("The grant is decided."),
    Outcome.REJECTED: gettext_lazy("The rejection is decided."),
    Outcome.DISMISSED: gettext_lazy("The dismissal is decided."),
}


def staffs_case_or_404(request: HttpRequest, pk: int) -> Application:
    """The case, for the agency's case officers, decision makers and registrars. Raises Http404."""
    return found_or_404(staffs_case(person_of(request), pk))


def found_or_404(application: Application | None) -> Application:
    """The case where there is one. Raises Http404."""
    if application is None:
        raise Http404
    return application


@require_http_methods(["GET", "HEAD", "POST"])
def case_decide(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The case's decisions, and for a decision maker the one that waits to be made."""
    person = person_of(request)
    application: Any = found_or_404(case_to_decide(person, pk))
    dismissal = proposed_dismissal(application) if application.status in _IN_HAND else None
    waits = application.status == Status.ASSESSED or dismissal is not None
    if not waits or not rules.has_perm("grants.decide_application", person, application):
        return _decisions_page(request, application, waits=waits)
    elsewhere = declared_or_redirect(request, application)
    if elsewhere is not None:
        return elsewhere
    proposal = None if dismissal is not None else proposal_in(application)
    form = DecideForm(
        request.POST if request.method == "POST" else None,
        actions=_actions(proposal, dismissal),
        colleagues=colleagues_of(application, besides=person),
    )
    # Read with the case, first of all: what is written while the rest is read makes another.
    form.initial["seen"] = application.seen or ""
    if request.method == "POST" and form.is_valid():
        done = _decide(request, application, person, form)
        if done is not None:
            return done
        application = found_or_404(case_to_decide(person, pk))
        dismissal = proposed_dismissal(application) if application.status in _IN_HAND else None
        if application.status != Status.ASSESSED and dismissal is None:
            return redirect("case-decide", pk=pk)
        proposal = None if dismissal is not None else proposal_in(application)
    return _page(request, application, proposal, dismissal, form)


def _actions(proposal: Proposal | None, dismissal: Admission | None) -> list[tuple[str, Text]]:
    if dismissal is not None:
        return [(PROPOSED, _("Dismiss, as proposed"))]
    found: list[tuple[str, Text]] = []
    if proposal is not None and proposal.grants:
        amount = {"amount": money(proposal.amount_sek)}
        found.append((PROPOSED, _("Grant %(amount)s, as proposed") % amount))
        found.append((REJECT, _("Reject, against the proposal")))
    elif proposal is not None:
        found.append((PROPOSED, _("Reject, as proposed")))
    return [*found, (SEND_BACK, _("Send back to the case officer"))]


def _decide(
    request: HttpRequest, application: Application, person: User, form: DecideForm
) -> HttpResponse | None:
    """Do what was chosen; None where it was refused, which the form then says."""
    asked = form.cleaned_data
    attendance = Attendance(form.names, form.ids, asked["dissent"].strip())
    try:
        if asked["action"] == SEND_BACK:
            reviews.send_back(
                application=application,
                actor=person,
                reasons=asked["reasons"],
                seen=asked["seen"],
            )
            messages.success(request, _("The case is sent back, and the case officer is told."))
            return redirect("case-decide", pk=application.pk)
        if asked["action"] == REJECT:
            made = reviews.reject_against_proposal(
                application=application,
                actor=person,
                reasons=asked["reasons"],
                seen=asked["seen"],
                attendance=attendance,
            )
        else:
            made = reviews.decide_as_proposed(
                application=application, actor=person, seen=asked["seen"], attendance=attendance
            )
    except REFUSED as refused:
        for each in texts_of(refused):
            form.add_error(None, each)
        if isinstance(refused, ReviewRefused) and refused.code == "changed":
            # What is shown now is the case as it has become.
            posted = request.POST.copy()
            posted["seen"] = seen_of(application)
            form.data = posted
        return None
    messages.success(request, str(_DONE[made.outcome]))
    return redirect("case-decision", pk=application.pk, decision=made.pk)


def _page(
    request: HttpRequest,
    application: Application,
    proposal: Proposal | None,
    dismissal: Admission | None,
    form: DecideForm,
) -> HttpResponse:
    definition = application.definition
    amount = None if proposal is None else proposal.amount_sek
    opinions = application.opinions.select_related("county")
    basis = basis_of(application, amount, proposal=proposal, opinions=opinions)
    context = {
        "crumbs": [
            Crumb(_("Decisions"), reverse("decision-list")),
            Crumb(application.number),
        ],
        "application": application,
        "call_title": call_title(application.call),
        "summary": _summary(application, proposal, dismissal),
        "proposal": proposal,
        "dismissal": dismissal,
        "conditions": basis.conditions,
        "terms": terms_of(basis, definition),
        "tables": [
            table
            for table in (
                shares_table(basis, decided=False),
                lines_table(basis, definition, decided=False),
                basis_findings_table(basis, definition),
                opinions_table(basis, {each.county_id: each.county.name for each in opinions}),
            )
            if table is not None
        ],
        "figures": _figures(application, proposal),
        "delegation": delegation_warning(application, person_of(request), proposal, dismissal),
        "form": form,
        "preview_url": link_to("letter-preview", application.pk),
        "earlier": _decisions_table(application),
    }
    return render(request, "portal/decide/case.html", context)


def county_names() -> dict[str, str]:
    """The counties' names by code."""
    return dict(County.objects.values_list("code", "name"))


def link_to(name: str, *values: int) -> str:
    """The address of a page; "" where there is no such page."""
    try:
        return reverse(name, args=values)
    except NoReverseMatch:
        return ""


def _figures(application: Any, proposal: Proposal | None) -> object:
    wanted = [application] if proposal is not None and proposal.grants else []
    *figures, after = frame_figures(application.call, wanted, left=application.frame_left)
    if not wanted:
        return figures
    label = _("Left if the case is granted")
    note = _("The frame does not suffice for what is proposed.") if after.note else ""
    return [*figures, Figure(label, after.value, note)]


def _summary(
    application: Application, proposal: Proposal | None, dismissal: Admission | None
) -> list[SummaryRow]:
    rows = [SummaryRow(_("Lead applicant"), application.lead.name)]
    age = days_old(application.received_at)
    note = "" if not age else _("%(days)d days ago") % {"days": age}
    rows.append(SummaryRow(_("Received"), day(application.received_at), note=note))
    rows.append(SummaryRow(_("Requested amount"), money(application.requested_sek)))
    if dismissal is not None:
        application.dismissal = dismissal.ground  # type: ignore[attr-defined]
        rows.append(
            SummaryRow(
                _("Proposal"),
                AdmissionGround(dismissal.ground).label,
                tag=proposed_tag(application),
            )
        )
        rows.append(SummaryRow(_("Rapporteur"), str(dismissal.made_by)))
    elif proposal is not None:
        amount = money(proposal.amount_sek) if proposal.grants else ""
        rows.append(SummaryRow(_("Proposal"), amount, tag=proposed_tag(application)))
        rows.append(SummaryRow(_("Rapporteur"), str(proposal.prepared_by)))
    return rows


def delegation_warning(
    application: Application,
    person: User,
    proposal: Proposal | None,
    dismissal: Admission | None,
) -> str:
    """What the person's delegation does not cover of what is proposed; "" where it covers it."""
    held = delegation_held(application.call.agency_id, person, timezone.localdate())
    outcome, amount = Outcome.REJECTED, application.requested_sek
    if dismissal is not None:
        outcome = Outcome.DISMISSED
    elif proposal is not None and proposal.grants:
        outcome, amount = Outcome.GRANTED, proposal.amount_sek
    try:
        rule_for(held, outcome=str(outcome), amount_sek=amount)
    except DelegationRefused as refused:
        return delegation_text(refused)
    return ""


def _decisions_page(request: HttpRequest, application: Application, *, waits: bool) -> HttpResponse:
    context = {
        "crumbs": officers_crumbs(application, Crumb(_("Decision"))),
        "application": application,
        "call_title": call_title(application.call),
        "tag": status_tag(application.status),
        "waits": waits,
        "table": _decisions_table(application),
    }
    return render(request, "portal/decide/decisions.html", context)


def _decisions_table(application: Any) -> Table | None:
    """The case's decisions, the newest first, each with its page; None where there is none. The
    case is one of `case_to_decide`."""
    if not application.decided_before:
        return None
    return Table(
        id="decisions",
        caption=_("Decisions in the case"),
        columns=(
            Column(_("Decided"), nowrap=True),
            Column(_("Decision")),
            Column(_("Amount"), numeric=True),
            Column(_("Decision maker")),
            Column(_("State")),
        ),
        rows=tuple(
            Row(
                Cell(
                    day(each.decided_on),
                    url=reverse("case-decision", args=[each.application_id, each.pk]),
                ),
                (
                    Cell(tag=status_tag(each.outcome)),
                    Cell(money(each.amount_sek)),
                    Cell(str(each.decider) if each.decider else _("Not recorded")),
                    Cell(
                        _("Replaced by a later decision")
                        if hasattr(each, "superseded_by")
                        else _("Stands")
                    ),
                ),
            )
            for each in decisions_of(application)
        ),
        stack=True,
    )
