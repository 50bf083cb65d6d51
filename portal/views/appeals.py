"""Appeals: sent in by a party on its own pages, or registered by the agency, and step by step until
the court has answered."""

from collections.abc import Callable, Mapping
from typing import Any

import rules
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from applicants.models import Organisation, User
from applicants.rules import SIGNATORIES
from applicants.selectors import organisations_acted_for
from core.checks.files import FileRefused
from core.content import Crumb, FileItem, SummaryRow, Text
from core.models import StoredFile
from core.services.files import store_upload
from grants.checks.appeals import last_day_to_appeal
from grants.enums import AppealOutcome, AppealState, Approval, TriedResult
from grants.models import Appeal, Application, Decision
from grants.selectors.decided import appeal_rule, decision_of
from grants.services.appeals import (
    admit_appeal,
    appeal_decision,
    dismiss_appeal,
    end_appeal,
    hand_over_appeal,
    register_appeal,
    try_appeal,
)
from portal.forms.deciding import OwnAppealForm, RegisterAppealForm, StepForm
from portal.views.access import person_of
from portal.views.case_messages import MOST_FILES
from portal.views.deciding_case import staffs_case_or_404
from portal.views.decisions import (
    appeal_tag,
    decision_crumbs,
    decision_or_404,
    in_time_text,
    is_replaced,
    outcome_text,
    step_page,
    tried,
)
from portal.views.files import download_response, file_item, refusal_text
from portal.views.labels import call_title, day, language
from portal.views.own_case import case_crumbs, found_case

STEPS: Mapping[AppealState, tuple[str, ...]] = {
    AppealState.RECEIVED: ("admit", "dismiss", "withdrawn"),
    AppealState.IN_TIME: ("try", "withdrawn"),
    AppealState.TRIED: ("hand_over", "withdrawn"),
    AppealState.HANDED_OVER: ("end",),
}
_HEADINGS: Mapping[str, Text] = {
    "admit": gettext_lazy("Take up the appeal"),
    "dismiss": gettext_lazy("Dismiss the appeal, which came too late"),
    "try": gettext_lazy("Try the decision for reconsideration"),
    "hand_over": gettext_lazy("Hand over to the court"),
    "end": gettext_lazy("What the court decided"),
    "withdrawn": gettext_lazy("The party withdraws the appeal"),
}
_DONE: Mapping[str, Text] = {
    "admit": gettext_lazy("The appeal is taken up."),
    "dismiss": gettext_lazy("The appeal is dismissed, and the parties are told."),
    "try": gettext_lazy("What the reconsideration came to is kept."),
    "hand_over": gettext_lazy("It is kept that the appeal is with the court."),
    "end": gettext_lazy("The outcome is kept."),
    "withdrawn": gettext_lazy("It is kept that the appeal is withdrawn."),
}
_PERMISSIONS: Mapping[str, str] = {
    "admit": "grants.admit_appeal",
    "dismiss": "grants.try_appeal",
    "try": "grants.try_appeal",
}


def _stored(request: HttpRequest, form: forms.Form, person: User) -> list[StoredFile]:
    """The files that were chosen, received; what is wrong becomes errors of the form."""
    uploads = list(form.cleaned_data.get("file") or [])
    if len(uploads) > MOST_FILES:
        text = _("Send at most %(number)d documents at a time.") % {"number": MOST_FILES}
        form.add_error("file", text)
        return []
    files = []
    for upload in uploads:
        try:
            files.append(store_upload(upload=upload, uploaded_by=person.pseudonym))
        except FileRefused as refused:
            form.add_error("file", f"{upload.name}: {refusal_text(refused)}")
    return files


# The party ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def own_appeal(request: HttpRequest, *, pk: int, decision: int) -> HttpResponse:
    """Appeal the decision, for those who sign for an organisation of the case."""
    application, person = found_case(request, pk), person_of(request)
    found = decision_of(application, decision, own=True)
    if found is None:
        raise Http404
    found.application = application
    rule = appeal_rule(found)
    mine = _signed_for(application, person)
    form = OwnAppealForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        organisations=[(str(each.pk), each.name) for each in mine],
    )
    may = rule is not None and not is_replaced(found) and bool(mine)
    if request.method == "POST" and may and form.is_valid():
        files = _stored(request, form, person)
        chosen = next(each for each in mine if str(each.pk) == form.cleaned_data["organisation"])
        if not form.errors and tried(
            request,
            form,
            lambda: appeal_decision(
                decision=found,
                organisation=chosen,
                actor=person,
                text=form.cleaned_data["text"],
                files=files,
            ),
            done=_("The appeal is sent in. The agency first tries whether it came in time."),
        ):
            return redirect("own-appeal", pk=pk, decision=decision)
    context = {
        "crumbs": case_crumbs(application, Crumb(_("Appeal"))),
        "application": application,
        "decision": found,
        "call_title": call_title(application.call),
        "form": form,
        "may": may,
        "rule": rule,
        "text": "" if rule is None else rule.text.in_(language()),
        "replaced": is_replaced(found),
        "last_days": _last_days(found, {each.pk for each in mine}),
        "sent": [_own(each) for each in found.appeals.all() if each.organisation in mine],
    }
    return render(request, "portal/decide/own_appeal.html", context)


def _signed_for(application: Application, person: User) -> list[Organisation]:
    parts = application.participations.exclude(approval=Approval.DECLINED).values("organisation")
    return list(
        organisations_acted_for(person, SIGNATORIES).filter(pk__in=parts).order_by("sort_key")
    )


def _last_days(decision: Decision, mine: set[int]) -> list[SummaryRow]:
    """Until when each of the person's organisations can appeal in time."""
    return [
        SummaryRow(
            each.organisation.name,
            _("Received %(received)s, last day to appeal %(last)s")
            % {
                "received": day(each.received_on),
                "last": day(last_day_to_appeal(each.received_on)),
            }
            if each.received_on
            else _("The time runs from the day on which you receive the decision."),
        )
        for each in decision.deliveries.all()
        if each.organisation_id in mine
    ]


def _own(appeal: Appeal) -> list[SummaryRow]:
    rows = [
        SummaryRow(_("Sent in"), day(appeal.received_on), tag=appeal_tag(appeal)),
        SummaryRow(_("Party"), appeal.organisation.name),
        SummaryRow(_("What is asked for, and why"), appeal.text or "–"),
    ]
    names = ", ".join(each.name for each in appeal.files.all())
    if names:
        rows.append(SummaryRow(_("Documents"), names))
    if appeal.dismissed_reasons:
        rows.append(SummaryRow(_("Why it was dismissed"), appeal.dismissed_reasons))
    if appeal.handed_over_on:
        rows.append(
            SummaryRow(_("With the court"), f"{appeal.court}, {day(appeal.handed_over_on)}")
        )
    if appeal.outcome:
        outcome = f"{outcome_text(appeal)}, {day(appeal.outcome_on)}"
        rows.append(SummaryRow(_("Outcome"), outcome))
    return rows


# The agency ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def appeal_register(request: HttpRequest, *, pk: int, decision: int) -> HttpResponse:
    """Register an appeal that came on paper or by mail."""
    application, person = staffs_case_or_404(request, pk), person_of(request)
    if not rules.has_perm("grants.register_appeal", person, application):
        raise Http404
    found = decision_or_404(application, decision, alone=True)
    if appeal_rule(found) is None or is_replaced(found):
        messages.info(request, _("This decision cannot be appealed."))
        return redirect("case-decision", pk=pk, decision=decision)
    parties = Organisation.objects.filter(participations__application=application)
    form = RegisterAppealForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        organisations=[(str(each.pk), each.name) for each in parties.order_by("sort_key")],
    )
    form.initial.setdefault("received_on", timezone.localdate())
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        files = _stored(request, form, person)
        if not form.errors and tried(
            request,
            form,
            lambda: register_appeal(
                decision=found,
                organisation=parties.get(pk=asked["organisation"]),
                actor=person,
                received_on=asked["received_on"],
                text=asked["text"],
                files=files,
            ),
            done=_("The appeal is registered."),
        ):
            return redirect("case-decision", pk=pk, decision=decision)
    return step_page(
        request,
        application,
        found,
        form,
        heading=_("Register an appeal"),
        lead=_(
            "With the day on which it came to the agency: whether it came in time is counted from "
            "when the party received the decision."
        ),
        button=_("Register"),
    )


def _appeal_or_404(
    request: HttpRequest, pk: int, decision: int, appeal: int
) -> tuple[Application, Decision, Appeal]:
    application = staffs_case_or_404(request, pk)
    found = decision_or_404(application, decision)
    row = next((each for each in found.appeals.all() if each.pk == appeal), None)
    if row is None:
        raise Http404
    row.decision = found
    return application, found, row


@require_http_methods(["GET", "HEAD", "POST"])
def case_appeal(request: HttpRequest, *, pk: int, decision: int, appeal: int) -> HttpResponse:
    """The appeal, and the next step with it."""
    application, found, row = _appeal_or_404(request, pk, decision, appeal)
    person, posted = person_of(request), request.POST.get("step", "")
    steps = _steps(application, row, person)
    sections: list[dict[str, Any]] = []
    for step in steps:
        bound = request.method == "POST" and step == posted
        form = StepForm(
            request.POST if bound else None,
            request.FILES if bound else None,
            step=_form_of(step),
            today=timezone.localdate(),
            outcomes=[] if step != "end" else _COURTS,
        )
        if step == "withdrawn":
            for name in ("outcome", "file"):
                form.fields.pop(name, None)
            form.fields["text"].label = _("What the party wrote")
        if bound and form.is_valid():
            files = _stored(request, form, person)
            if not form.errors and tried(
                request, form, _act(step, row, person, form, files), done=str(_DONE[step])
            ):
                return redirect("case-appeal", pk=pk, decision=decision, appeal=appeal)
        sections.append({"step": step, "heading": _HEADINGS[step], "form": form})
    context = {
        "crumbs": decision_crumbs(application, found, Crumb(_("Appeal"))),
        "application": application,
        "decision": found,
        "call_title": call_title(application.call),
        "summary": _summary(row),
        "appeal": row,
        "files": [_file(application, found, row, each) for each in row.files.all()],
        "sections": sections,
        "failed": next((each["form"] for each in sections if each["form"].errors), None),
    }
    return render(request, "portal/decide/appeal.html", context)


_COURTS = [each for each in AppealOutcome if each != AppealOutcome.WITHDRAWN]


def _form_of(step: str) -> str:
    return "end" if step == "withdrawn" else step


def _steps(application: Application, appeal: Appeal, person: User) -> list[str]:
    """The steps that the person may take now."""
    found = []
    for step in STEPS.get(AppealState(appeal.state), ()):
        permission = _PERMISSIONS.get(step, "grants.register_appeal")
        if step == "dismiss" and appeal.in_time is not False:
            continue
        if step == "admit" and appeal.in_time is False:
            permission = "grants.try_appeal"
        if rules.has_perm(permission, person, application):
            found.append(step)
    return found


def _act(
    step: str, appeal: Appeal, person: User, form: StepForm, files: list[StoredFile]
) -> Callable[[], object]:
    asked: dict[str, Any] = form.cleaned_data
    common: dict[str, Any] = {"appeal": appeal, "actor": person}
    acts: dict[str, Callable[[], object]] = {
        "admit": lambda: admit_appeal(**common, why=asked["why"]),
        "dismiss": lambda: dismiss_appeal(**common, reasons=asked["reasons"]),
        "try": lambda: try_appeal(
            **common, result=TriedResult(asked["result"]), reasons=asked["reasons"]
        ),
        "hand_over": lambda: hand_over_appeal(
            **common, on=asked["on"], court_number=asked["court_number"]
        ),
        "end": lambda: end_appeal(
            **common,
            outcome=AppealOutcome(asked["outcome"]),
            on=asked["on"],
            text=asked["text"],
            files=files,
        ),
        "withdrawn": lambda: end_appeal(
            **common, outcome=AppealOutcome.WITHDRAWN, on=asked["on"], text=asked["text"]
        ),
    }
    return acts[step]


def _summary(appeal: Appeal) -> list[SummaryRow]:
    by_party = _("sent in on the pages") if appeal.from_party else str(appeal.registered_by)
    rows = [
        SummaryRow(_("State"), tag=appeal_tag(appeal)),
        SummaryRow(_("Party"), appeal.organisation.name),
        SummaryRow(_("Received"), day(appeal.received_on), note=by_party),
        SummaryRow(_("In time"), in_time_text(appeal)),
    ]
    if appeal.admitted_why:
        rows.append(SummaryRow(_("Why it is taken up"), appeal.admitted_why))
    if appeal.dismissed_on:
        who = f"{day(appeal.dismissed_on)}, {appeal.dismissed_by}"
        rows.append(SummaryRow(_("Dismissed"), who))
        rows.append(SummaryRow(_("Reasons for dismissing"), appeal.dismissed_reasons))
    if appeal.tried_on:
        result = TriedResult(appeal.tried_result).label
        who = f"{day(appeal.tried_on)}, {appeal.tried_by}"
        rows.append(SummaryRow(_("Reconsideration"), result, note=who))
        rows.append(SummaryRow(_("Reasons for the reconsideration"), appeal.tried_reasons))
    if appeal.handed_over_on:
        rows.append(SummaryRow(_("Handed over"), day(appeal.handed_over_on)))
        number = appeal.court_number and _("case number %(number)s") % {
            "number": appeal.court_number
        }
        rows.append(SummaryRow(_("Court"), appeal.court, note=number))
    if appeal.outcome:
        rows.append(SummaryRow(_("Outcome"), outcome_text(appeal), note=day(appeal.outcome_on)))
        if appeal.outcome_text:
            rows.append(SummaryRow(_("What the court decided"), appeal.outcome_text))
    return rows


def _file(
    application: Application, decision: Decision, appeal: Appeal, file: StoredFile
) -> FileItem:
    args = [application.pk, decision.pk, appeal.pk, file.pk]
    return file_item(file, url=reverse("appeal-file", args=args))


@require_safe
def appeal_file(
    request: HttpRequest, *, pk: int, decision: int, appeal: int, file: int
) -> HttpResponseBase:
    """A document of the appeal, for the agency's staff."""
    _application, _found, row = _appeal_or_404(request, pk, decision, appeal)
    wanted = next((each for each in row.files.all() if each.pk == file), None)
    if wanted is None:
        raise Http404
    return download_response(wanted)
