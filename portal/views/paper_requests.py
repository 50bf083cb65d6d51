"""What a grantee asks about its grant on paper or by mail, entered by the agency's staff."""

from collections.abc import Callable
from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Crumb, Text
from grants.checks.changes import ChangeRefused
from grants.checks.claims import ClaimRefused
from grants.content import usable_sek
from grants.definitions import CarryOver
from grants.enums import ChangeKind, ChangeState
from grants.models import Application
from grants.models.changes import OPEN
from grants.selectors import fund_years
from grants.services.paper_requests import (
    register_answer,
    register_carry_over,
    register_change,
    register_withdrawal,
)
from grants.services.register import RegistrationRefused
from grants.workflow import HAS_GRANT
from portal.forms.claims import CarryOverForm
from portal.forms.paper_requests import AnswerForm, WithdrawalForm, of_paper, paper_in
from portal.selectors.changes import ChangeRoom, change_room
from portal.views.access import person_of
from portal.views.case_changes import case_crumbs, staffs_grant
from portal.views.case_documents import registration_text
from portal.views.change_forms import change_form, possible, reasons_label
from portal.views.change_texts import ASK, kind_label, refusal_of_change
from portal.views.change_unsent import ended, happened_to, not_asked, unsent
from portal.views.claim_texts import refusal_of
from portal.views.declaring import declared_or_redirect
from portal.views.labels import call_title, day, money
from portal.views.own_changes import leaving_of, partners_of
from portal.views.register import stored

LATER = "overforing"
"""What stands in the address of a request to use money after the last day."""


def _registrars_grant(request: HttpRequest, pk: int) -> Application:
    application = staffs_grant(request, pk)
    if not rules.has_perm("grants.register_change", person_of(request), application):
        raise Http404
    return application


def _left_sek(application: Application) -> int:
    """What can be asked to be used later, whole SEK; 0 where nothing can."""
    if (
        application.call.definition.carry_over is not CarryOver.BY_DECISION
        or application.status not in HAS_GRANT
        or application.carry_over_requests.filter(decided_at__isnull=True).exists()
    ):
        return 0
    return usable_sek(fund_years(application))


@require_safe
def paper_requests(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What the paper asks for."""
    application = _registrars_grant(request, pk)
    room, kinds = change_room(application), list[tuple[str, Text]]()
    if application.status in HAS_GRANT:
        kinds = [
            (_address(pk, kind.value), ASK[kind])
            for kind in ChangeKind
            if not room.waits(kind) and possible(room, kind)
        ]
        if _left_sek(application):
            kinds.append((_address(pk, LATER), _("Use money after the last day to use it")))
    context = {
        "crumbs": case_crumbs(application, Crumb(_("Register a request on paper"))),
        "application": application,
        "call_title": call_title(application.call),
        "kinds": kinds,
    }
    return render(request, "portal/changes/paper_kinds.html", context)


def _address(pk: int, kind: str) -> str:
    return reverse("case-paper-request", args=[pk, kind])


@require_http_methods(["GET", "HEAD", "POST"])
def paper_request(request: HttpRequest, *, pk: int, kind: str) -> HttpResponse:
    """Register a request of that kind; of a partner that leaves, which one is chosen first."""
    application = _registrars_grant(request, pk)
    if kind == LATER:
        return _carry_over(request, application)
    if kind not in ChangeKind.values:
        raise Http404
    wanted, room = ChangeKind(kind), change_room(application)
    partners = partners_of(room) if wanted is ChangeKind.PARTNER else []
    leaving = leaving_of(request, partners)
    form: Any = None
    lost = None
    may = application.status in HAS_GRANT and not room.waits(wanted)
    data = request.POST if request.method == "POST" else None
    if may or data is not None:
        form = change_form(room, wanted, data, leaving=leaving, reasons_label=reasons_label(wanted))
    if form is not None:
        of_paper(form, request.FILES if request.method == "POST" else None)

    def register(files: Any) -> str:
        registered = register_change(
            application=application,
            actor=person_of(request),
            change=form.change,
            reasons=form.cleaned_data["reasons"],
            paper=paper_in(form, files),
        )
        return reverse("case-change", args=[pk, registered.pk])

    if data is not None:
        if form is None or not may:
            form, lost = None, unsent(form, data, why=not_asked(room, wanted))
        elif done := _registered(request, form, register, day(application.call.spend_by)):
            return redirect(done)
    return _page(
        request, application, ASK[wanted], form,
        unsent=lost,
        partners=partners if form is None and lost is None and not room.waits(wanted) else [],
        leaving="" if leaving is None else _name(room, leaving),
    )  # fmt: skip


def _name(room: ChangeRoom, organisation: int) -> str:
    return room.names.get(organisation, "")


def _carry_over(request: HttpRequest, application: Application) -> HttpResponse:
    left = _left_sek(application)
    form = None
    if left:
        posted = request.method == "POST"
        form = of_paper(
            CarryOverForm(request.POST if posted else None), request.FILES if posted else None
        )

    def register(files: Any) -> str:
        assert form is not None  # noqa: S101
        register_carry_over(
            application=application,
            actor=person_of(request),
            amount_sek=form.cleaned_data["amount"],
            reasons=form.cleaned_data["reasons"],
            paper=paper_in(form, files),
        )
        return reverse("case-claims", args=[application.pk])

    if request.method == "POST":
        if form is None:
            said = CarryOverForm(request.POST)
            why = _("Nothing is left of the grant to use later.")
            return _page(
                request, application, _("Use money after the last day to use it"), None,
                unsent=unsent(said, request.POST, why=why),
            )  # fmt: skip
        done = _registered(request, form, register)
        if done:
            return redirect(done)
    return _page(
        request, application, _("Use money after the last day to use it"), form,
        left="" if form is None else money(left),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def paper_answer(request: HttpRequest, *, pk: int, change: int) -> HttpResponse:
    """Register the answer to the question that waits."""
    application = _registrars_grant(request, pk)
    found = change_room(application).change(change)
    if found is None:
        raise Http404
    posted = request.method == "POST"
    form = of_paper(AnswerForm(request.POST if posted else None), request.FILES if posted else None)
    title = _("Answer on paper: %(what)s") % {"what": kind_label(found)}
    if found.state != ChangeState.QUESTION:
        if posted:
            why = happened_to(found, own=False, answering=True)
            return _page(
                request, application, title, None, unsent=unsent(form, request.POST, why=why)
            )
        messages.info(request, _("No question waits for an answer."))
        return redirect("case-change", pk=pk, change=change)
    asked = found.questions.get(answered_at__isnull=True)

    def register(files: Any) -> str:
        register_answer(
            change=found,
            actor=person_of(request),
            text=form.cleaned_data["text"],
            paper=paper_in(form, files),
        )
        return reverse("case-change", args=[pk, change])

    if posted:
        done = _registered(request, form, register)
        if done:
            return redirect(done)
    return _page(request, application, title, form, question=asked.text)


@require_http_methods(["GET", "HEAD", "POST"])
def paper_withdrawal(request: HttpRequest, *, pk: int, change: int) -> HttpResponse:
    """Register that the grantee has taken its request back. That ends the matter: whoever works
    with it has declared whether there is a conflict of interest, as on the request's page."""
    application, person = _registrars_grant(request, pk), person_of(request)
    found = change_room(application).change(change)
    if found is None:
        raise Http404
    posted = request.method == "POST"
    if not posted and found.state not in OPEN:
        messages.info(request, ended(found))
        return redirect("case-change", pk=pk, change=change)
    works = ("grants.prepare_change", "grants.decide_change")
    if found.state in OPEN and any(rules.has_perm(each, person, application) for each in works):
        elsewhere = declared_or_redirect(request, application)
        if elsewhere is not None:
            return elsewhere
    form = of_paper(
        WithdrawalForm(request.POST if posted else None), request.FILES if posted else None
    )
    title = _("Withdrawn on paper: %(what)s") % {"what": kind_label(found)}

    def register(files: Any) -> str:
        register_withdrawal(
            change=found,
            actor=person,
            text=form.cleaned_data["text"],
            paper=paper_in(form, files),
        )
        return reverse("case-change", args=[pk, change])

    if posted:
        done = _registered(request, form, register) if found.state in OPEN else ""
        if done:
            return redirect(done)
        # What became of it meanwhile is read anew.
        now = change_room(application).change(change) or found
        if now.state not in OPEN:
            lost = unsent(form, request.POST, why=ended(now))
            return _page(request, application, title, None, unsent=lost)
    return _page(request, application, title, form, withdrawing=day(found.asked_at))


def _page(
    request: HttpRequest, application: Application, title: Text, form: Any, **more: Any
) -> HttpResponse:
    context = {
        "crumbs": case_crumbs(
            application,
            Crumb(
                _("Register a request on paper"),
                reverse("case-paper-requests", args=[application.pk]),
            ),
            Crumb(title),
        ),
        "application": application,
        "call_title": call_title(application.call),
        "title": title,
        "form": form,
        **more,
    }
    return render(request, "portal/changes/paper.html", context)


_FIELDS = {"day": "day", "too_late": "day", "before_request": "received_on"}
"""Under which field it is said what is wrong; what is not named here is of the whole form."""


def _registered(
    request: HttpRequest, form: Any, register: Callable[[Any], str], spend_by: Text = ""
) -> str:
    """Where to go on once it is registered; empty where something is wrong, which has become
    errors of the form. Raises Http404."""
    if not form.is_valid():
        return ""
    files = stored(request, form, person_of(request))
    if files is None:
        return ""
    try:
        address = register(files)
    except RegistrationRefused as refused:
        field = {"future": "received_on", "unsigned": "signed_by", "file_elsewhere": "file"}
        form.add_error(field.get(refused.code), registration_text(refused.code))
        return ""
    except ChangeRefused as refused:
        form.add_error(_FIELDS.get(refused.code), refusal_of_change(refused, spend_by))
        return ""
    except ClaimRefused as refused:
        name, text = refusal_of(refused)
        form.add_error(name or None, text)
        return ""
    except PermissionDenied:
        raise Http404 from None
    messages.success(request, _("The paper is registered in the case."))
    return address
