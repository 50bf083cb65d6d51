"""A decision that has been made, for the agency's staff: what it says, when the parties received
it, its corrections and appeals; and correcting, reconsidering and revoking it."""

from collections.abc import Callable, Mapping, Sequence

import rules
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Cell, Column, Crumb, Row, SummaryRow, Table, Tag, Text, Tone
from grants.checks import ReconsiderationGround
from grants.checks.appeals import last_day_to_appeal
from grants.content.deciding import Attendance
from grants.definitions import CallDefinition, DecisionKind
from grants.enums import AppealOutcome, AppealState, CorrectedPlace, Outcome
from grants.models import Appeal, Application, Decision, DecisionDelivery
from grants.selectors.decided import (
    appeal_rule,
    colleagues_of,
    corrected,
    decision_alone,
    decision_of,
)
from grants.selectors.money import fund_years
from grants.services.corrections import correct_decision
from grants.services.decisions import reconsider_application
from grants.workflow import HAS_GRANT, TABLE, Action
from portal.content import status_tag
from portal.forms.deciding import CorrectionForm, ReconsiderForm, RevokeForm
from portal.selectors.deciding import case_to_revise
from portal.views.access import person_of
from portal.views.basis_tables import (
    basis_findings_table,
    lines_table,
    opinions_table,
    shares_table,
    terms_of,
)
from portal.views.case_papers import officers_crumbs
from portal.views.deciding_case import county_names, found_or_404, link_to, staffs_case_or_404
from portal.views.deciding_texts import REFUSED, texts_of
from portal.views.declaring import declared_or_redirect
from portal.views.labels import call_title, day, language, moment, money
from reviews.enums import AdmissionGround
from reviews.selectors.communication import revocation_heard
from reviews.services import revoke_application

APPEAL_TONES = {
    AppealState.RECEIVED: Tone.WARNING,
    AppealState.IN_TIME: Tone.WARNING,
    AppealState.TRIED: Tone.WARNING,
    AppealState.HANDED_OVER: Tone.INFO,
    AppealState.DISMISSED: Tone.NEUTRAL,
    AppealState.ENDED: Tone.NEUTRAL,
}


def kind_tag(decision: Decision) -> Tag:
    """The decision in words; a grant in full and one in part told apart."""
    if decision.kind is DecisionKind.GRANTED:
        return Tag(_("Granted in full"), Tone.SUCCESS)
    if decision.kind is DecisionKind.PART:
        return Tag(_("Granted in part"), Tone.WARNING)
    return status_tag(decision.outcome)


def decision_or_404(application: Application, pk: int, *, alone: bool = False) -> Decision:
    """The case's decision with that id, `alone` without what came after it. Raises Http404."""
    decision = (decision_alone if alone else decision_of)(application, pk)
    if decision is None:
        raise Http404
    decision.application = application
    return decision


def is_replaced(decision: Decision) -> bool:
    """Whether a later decision has replaced it."""
    return hasattr(decision, "superseded_by")


def decision_crumbs(application: Application, decision: Decision, *rest: Crumb) -> list[Crumb]:
    """The way to a page of the decision."""
    name = _("Decision %(day)s") % {"day": day(decision.decided_on)}
    url = reverse("case-decision", args=[application.pk, decision.pk]) if rest else ""
    decide = Crumb(_("Decision"), reverse("case-decide", args=[application.pk]))
    return officers_crumbs(application, decide, Crumb(name, url), *rest)


@require_safe
def case_decision(request: HttpRequest, *, pk: int, decision: int) -> HttpResponse:
    """The decision with all that has come after it."""
    application, person = staffs_case_or_404(request, pk), person_of(request)
    found = decision_or_404(application, decision)
    definition = application.definition
    basis = found.basis_content
    now = corrected(found)
    rule = appeal_rule(found)
    context = {
        "crumbs": decision_crumbs(application, found),
        "application": application,
        "call_title": call_title(application.call),
        "decision": found,
        "replaced": is_replaced(found),
        "summary": summary_of(found, definition),
        "now": now,
        "corrections": list(found.corrections.all()),
        "terms": [] if basis is None else terms_of(basis, definition),
        "tables": []
        if basis is None
        else [
            table
            for table in (
                shares_table(basis),
                lines_table(basis, definition),
                basis_findings_table(basis, definition),
                opinions_table(basis, county_names() if basis.opinions else {}),
            )
            if table is not None
        ],
        "deliveries": deliveries_table(found, counted=rule is not None),
        "appeal_rule": "" if rule is None else rule.rule.in_(language()),
        "appeals": appeals_table(found),
        "actions": _actions(request, application, found),
        "letter_url": link_to("case-decision-letter", application.pk, found.pk),
        "may_register": rule is not None
        and not is_replaced(found)
        and rules.has_perm("grants.register_appeal", person, application),
    }
    return render(request, "portal/decide/decision.html", context)


def summary_of(decision: Decision, definition: CallDefinition) -> list[SummaryRow]:
    """Outcome, amount, day and who made it."""
    rows = [SummaryRow(_("Decision"), tag=kind_tag(decision))]
    if decision.amount_sek is not None:
        asked = decision.asked_sek
        note = "" if asked is None else _("of %(asked)s asked for") % {"asked": money(asked)}
        rows.append(SummaryRow(_("Amount"), money(decision.amount_sek), note=note))
    if decision.claimed_sek is not None:
        rows.append(SummaryRow(_("To repay"), money(decision.claimed_sek)))
    if decision.ground:
        rows.append(SummaryRow(_("Ground"), _ground(decision, definition)))
    rows.append(SummaryRow(_("Decided"), day(decision.decided_on)))
    unknown = _("Not recorded")
    rows.append(
        SummaryRow(_("Decision maker"), str(decision.decider) if decision.decider else unknown)
    )
    rows.append(
        SummaryRow(_("Rapporteur"), str(decision.preparer) if decision.preparer else unknown)
    )
    if decision.took_part:
        rows.append(SummaryRow(_("Others who took part"), ", ".join(decision.took_part)))
    if decision.delegation_rule is not None and decision.delegation_rule.reference:
        rows.append(SummaryRow(_("Delegation"), decision.delegation_rule.reference))
    return rows


def _ground(decision: Decision, definition: CallDefinition) -> Text:
    if decision.outcome == Outcome.DISMISSED and decision.ground in AdmissionGround:
        return AdmissionGround(decision.ground).label
    for each in definition.revocation_grounds:
        if each.code == decision.ground:
            return each.text.in_(language())
    return decision.ground


def deliveries_table(decision: Decision, *, counted: bool) -> Table | None:
    """When each party received the decision, and where it can be appealed until when."""
    rows = list(decision.deliveries.all())
    if not rows:
        return None
    columns = [
        Column(_("Party")),
        Column(_("Told"), nowrap=True),
        Column(_("Opened"), nowrap=True),
        Column(_("Delivered on paper"), nowrap=True),
        Column(_("Received by the party"), nowrap=True),
    ]
    if counted:
        columns.append(Column(_("Last day to appeal"), nowrap=True))
    return Table(
        id="deliveries",
        caption=_("When the parties received the decision"),
        columns=tuple(columns),
        rows=tuple(_delivery(each, counted=counted) for each in rows),
        stack=True,
    )


def _delivery(delivery: DecisionDelivery, *, counted: bool) -> Row:
    received = delivery.received_on
    cells = [
        Cell(moment(delivery.sent_at)),
        Cell(moment(delivery.opened_at)),
        Cell(day(delivery.paper_on)),
        Cell(day(received) if received else _("Not known")),
    ]
    if counted:
        cells.append(Cell(day(last_day_to_appeal(received)) if received else _("Not counted")))
    return Row(Cell(delivery.organisation.name), tuple(cells))


def appeals_table(decision: Decision) -> Table | None:
    """The appeals; None where there is none."""
    rows = list(decision.appeals.all())
    if not rows:
        return None
    return Table(
        id="appeals",
        caption=_("Appeals"),
        columns=(
            Column(_("Received"), nowrap=True),
            Column(_("Party")),
            Column(_("In time")),
            Column(_("State")),
        ),
        rows=tuple(
            Row(
                Cell(
                    day(each.received_on),
                    url=reverse(
                        "case-appeal", args=[decision.application_id, decision.pk, each.pk]
                    ),
                ),
                (
                    Cell(each.organisation.name),
                    Cell(in_time_text(each)),
                    Cell(tag=appeal_tag(each), note=outcome_text(each)),
                ),
            )
            for each in rows
        ),
        stack=True,
    )


def appeal_tag(appeal: Appeal) -> Tag:
    """How far the appeal has come."""
    state = AppealState(appeal.state)
    return Tag(state.label, APPEAL_TONES[state])


def outcome_text(appeal: Appeal) -> Text:
    """How it ended; "" while it has not."""
    return AppealOutcome(appeal.outcome).label if appeal.outcome else ""


def in_time_text(appeal: Appeal) -> str:
    """Whether it came in time, and by which day it had to."""
    if appeal.last_day is None:
        return _("Not known when the party received the decision: counts as in time")
    last = {"day": day(appeal.last_day)}
    if appeal.in_time:
        return _("Yes, the last day was %(day)s") % last
    return _("No, the last day was %(day)s") % last


def _actions(
    request: HttpRequest, application: Application, decision: Decision
) -> list[tuple[str, str]]:
    """What a decision maker can do with the decision as the case now is: address and text."""
    person = person_of(request)
    found: list[tuple[str, str]] = []

    def link(name: str, label: str) -> None:
        found.append((reverse(name, args=[application.pk, decision.pk]), label))

    if is_replaced(decision) or decision.imported:
        return found
    if rules.has_perm("grants.correct_decision", person, application):
        link("decision-correct", _("Correct an obvious error"))
    status = application.status
    if status in TABLE[Action.RECONSIDER].sources and rules.has_perm(
        "grants.reconsider_application", person, application
    ):
        link("decision-reconsider", _("Reconsider"))
    if status in HAS_GRANT and rules.has_perm("grants.revoke_application", person, application):
        link("decision-revoke", _("Revoke"))
    return found


def _for_deciders(
    request: HttpRequest, pk: int, decision: int, permission: str
) -> tuple[Application, Decision] | HttpResponse:
    """The case and its standing decision, for a decision maker who has declared; else where to."""
    application = found_or_404(case_to_revise(person_of(request), pk))
    if not rules.has_perm(permission, person_of(request), application):
        raise Http404
    found = decision_or_404(application, decision, alone=True)
    elsewhere = declared_or_redirect(request, application)
    if elsewhere is not None:
        return elsewhere
    if is_replaced(found) or found.imported:
        messages.info(request, _("A later decision has replaced this one."))
        return redirect("case-decision", pk=pk, decision=decision)
    return application, found


def tried(request: HttpRequest, form: object, act: Callable[[], object], *, done: str) -> bool:
    """Do it, or let the form say why not."""
    try:
        act()
    except REFUSED as refused:
        for each in texts_of(refused):
            form.add_error(None, each)  # type: ignore[attr-defined]
        return False
    messages.success(request, done)
    return True


def step_page(
    request: HttpRequest,
    application: Application,
    decision: Decision,
    form: object,
    *,
    heading: str,
    lead: str,
    button: str,
    tone: str = "accent",
    quoted: Sequence[tuple[Text, str]] = (),
    rows: Sequence[SummaryRow] = (),
    notice: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A page with one form about the decision. `notice` has a `text`, and a `link` to `url`."""
    context = {
        "crumbs": decision_crumbs(application, decision, Crumb(heading)),
        "application": application,
        "decision": decision,
        "call_title": call_title(application.call),
        "form": form,
        "heading": heading,
        "lead": lead,
        "button": button,
        "tone": tone,
        "quoted": quoted,
        "rows": rows,
        "notice": notice,
        "back_url": reverse("case-decision", args=[application.pk, decision.pk]),
    }
    return render(request, "portal/decide/step.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decision_correct(request: HttpRequest, *, pk: int, decision: int) -> HttpResponse:
    """Correct an obvious error: the decision is kept, the correction stands beside it."""
    found = _for_deciders(request, pk, decision, "grants.correct_decision")
    if isinstance(found, HttpResponse):
        return found
    application, row = found
    now = corrected(row)
    places = [each for each in CorrectedPlace if now.text_of(each)]
    form = CorrectionForm(request.POST if request.method == "POST" else None, places=places)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if tried(
            request,
            form,
            lambda: correct_decision(
                decision=row,
                actor=person_of(request),
                place=CorrectedPlace(asked["place"]),
                before=asked["before"],
                after=asked["after"],
                why=asked["why"],
            ),
            done=_("The decision is corrected, and the parties are told."),
        ):
            return redirect("case-decision", pk=pk, decision=decision)
    return step_page(
        request,
        application,
        row,
        form,
        heading=_("Correct an obvious error"),
        lead=_(
            "What was decided is never changed here: neither outcome nor amount. The decision is "
            "kept as it was, with the correction beside it."
        ),
        button=_("Correct"),
        quoted=[(each.label, now.text_of(each)) for each in places],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def decision_reconsider(request: HttpRequest, *, pk: int, decision: int) -> HttpResponse:
    """Try the case anew, on one's own initiative, a party's request or a court's order."""
    found = _for_deciders(request, pk, decision, "grants.reconsider_application")
    if isinstance(found, HttpResponse):
        return found
    application, row = found
    form = ReconsiderForm(
        request.POST if request.method == "POST" else None,
        grounds=[
            (
                ReconsiderationGround.RECONSIDERATION.value,
                _("Reconsideration (37–39 §§ förvaltningslagen)"),
            ),
            (ReconsiderationGround.COURT_ORDER.value, _("A court's order")),
        ],
        initial={"ground": ReconsiderationGround.RECONSIDERATION.value},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        if tried(
            request,
            form,
            lambda: reconsider_application(
                application=application,
                actor=person_of(request),
                ground=ReconsiderationGround(asked["ground"]),
                reasons=asked["reasons"],
            ),
            done=_("The case is tried anew. The decision stands until another replaces it."),
        ):
            return redirect("case-decide", pk=pk)
    return step_page(
        request,
        application,
        row,
        form,
        heading=_("Reconsider"),
        lead=_(
            "The case waits for a decision again, and can be sent back to the case officer. Its "
            "amount is free in the frame until then. The decision stays readable."
        ),
        button=_("Reconsider"),
    )


def _unheard(application: Application) -> Mapping[str, str]:
    return {
        "text": _(
            "The grant cannot be revoked yet: all that take part have to have been sent what that "
            "rests on and have had time to answer, or it has to be noted why that is not needed."
        ),
        "link": _("See the communication in the case"),
        "url": reverse("case-communication", args=[application.pk]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def decision_revoke(request: HttpRequest, *, pk: int, decision: int) -> HttpResponse:
    """Revoke the grant on a ground of the call's list, and claim money back."""
    found = _for_deciders(request, pk, decision, "grants.revoke_application")
    if isinstance(found, HttpResponse):
        return found
    application, row = found
    if application.status not in HAS_GRANT:
        messages.info(request, _("There is no grant in force to revoke."))
        return redirect("case-decision", pk=pk, decision=decision)
    definition, person = application.definition, person_of(request)
    form = RevokeForm(
        request.POST if request.method == "POST" else None,
        grounds=[(each.code, each.text.in_(language())) for each in definition.revocation_grounds],
        colleagues=colleagues_of(application, besides=person),
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        attendance = Attendance(form.names, form.ids, asked["dissent"].strip())
        if tried(
            request,
            form,
            lambda: revoke_application(
                application=application,
                actor=person,
                ground=asked["ground"],
                reasons=asked["reasons"],
                claim_sek=asked["claim_sek"],
                attendance=attendance,
            ),
            done=_("The grant is revoked, and a claim is opened."),
        ):
            return redirect("case-decide", pk=pk)
    years = fund_years(application)
    # It decides what is told; the service asks again, under its lock.
    unheard = None if revocation_heard(application).done else _unheard(application)
    return step_page(
        request,
        application,
        row,
        form,
        heading=_("Revoke the grant"),
        lead=_(
            "Only on a ground that the call has. What speaks against the grantee is communicated "
            "with it first."
        ),
        notice=unheard,
        button=_("Revoke"),
        tone="danger",
        rows=[
            SummaryRow(_("Granted"), money(application.granted_sek)),
            SummaryRow(_("Spent"), money(sum(year.spent_sek for year in years))),
            SummaryRow(_("Not used"), money(sum(year.usable_sek for year in years))),
        ],
    )
