"""A case's claims, for the agency: demanding, booking repayments, writing off, carrying over."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import rules
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from core.content import Crumb, Figure, Text
from grants.checks.claims import ClaimRefused
from grants.content import usable_sek
from grants.models import Application
from grants.selectors import fund_years_in, visible_application
from grants.selectors.claims import (
    carry_overs_of,
    claims_of,
    interest_of,
    owed_in,
    pay_to_of,
    write_offs_of,
)
from grants.selectors.money import entries_of
from grants.services.carrying_over import decide_carry_over
from grants.services.claims import (
    decide_write_off,
    propose_write_off,
    register_repayment,
    repayment_terms,
    send_claim,
)
from portal.forms.claims import CarryOverDecisionForm, ClaimForm, RepaymentForm, WriteOffForm
from portal.selectors.definitions import parse_definitions
from portal.views.access import person_of
from portal.views.case import money_table
from portal.views.claim_texts import (
    carry_overs_table,
    claims_table,
    interest_row,
    refusal_of,
    write_offs_table,
)
from portal.views.labels import call_title, money
from portal.views.letter_links import letter_links
from portal.views.rates import missing_notice

DONE: Mapping[str, Text] = {
    "claim": gettext_lazy("The claim is made."),
    "repayment": gettext_lazy("The repayment is booked."),
    "write-off": gettext_lazy("The write-off is proposed. A decision maker decides."),
    "decide-write-off": gettext_lazy("The decision is made."),
    "carry-over": gettext_lazy("The decision is made."),
}
BY_CONTROLLER = ("claim", "repayment", "write-off")


@require_http_methods(["GET", "HEAD", "POST"])
def case_claims(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What is owed in the case; a post is one of its forms."""
    person = person_of(request)
    application: Application | None = visible_application(person, pk)
    if application is None or application.imported:
        raise Http404
    parse_definitions([application.call])
    handles = rules.has_perm("grants.book_money", person, application)
    decides = rules.has_perm("grants.decide_money", person, application)
    wanted = request.POST.get("action", "")
    earliest = timezone.localdate() + timedelta(days=repayment_terms(application).due_days)
    data = {name: request.POST if wanted == name else None for name in DONE}
    claim_form = ClaimForm(
        data["claim"],
        due_on=earliest,
        pay_to=pay_to_of(application) if handles and request.method != "POST" else "",
    )
    repayment, write_off = RepaymentForm(data["repayment"]), WriteOffForm(data["write-off"])
    carried = list(carry_overs_of(application))
    asked = next((each for each in carried if each.decided_at is None), None)
    carry = CarryOverDecisionForm(
        data["carry-over"], asked_sek=None if asked is None else asked.amount_sek
    )
    if request.method == "POST":
        if wanted not in DONE or not (handles if wanted in BY_CONTROLLER else decides):
            raise Http404
        posted: dict[str, forms.Form] = {
            "claim": claim_form, "repayment": repayment, "write-off": write_off,
            "carry-over": carry, "decide-write-off": forms.Form(request.POST),
        }  # fmt: skip
        form = posted[wanted]
        if form.is_valid() and _done(request, application, wanted, form):
            messages.success(request, str(DONE[wanted]))
            return redirect("case-claims", pk=pk)
        if wanted == "decide-write-off":
            return redirect("case-claims", pk=pk)
        shown: forms.Form | None = form
    else:
        shown = None
    entries, claims = list(entries_of(application)), list(claims_of(application))
    years, today = fund_years_in(entries), timezone.localdate()
    found = owed_in(entries, claims)
    ended = today > application.call.spend_by and usable_sek(years) > 0
    counted = interest_of(application, claims, entries, today)
    late = interest_row(counted, repayment_terms(application), today)
    offs = list(write_offs_of(application))
    letters = letter_links(application, own=False)
    waiting = next((each for each in offs if each.decided_at is None), None)
    context = {
        "crumbs": [
            Crumb(_("Applications"), reverse("application-list")),
            Crumb(application.number, reverse("application-detail", args=[pk])),
            Crumb(_("Claims")),
        ],
        "application": application,
        "call_title": call_title(application.call),
        "figures": [
            Figure(_("To repay"), money(found.claimed_sek)),
            Figure(
                pgettext("claim", "Never paid out"),
                money(found.not_paid_sek),
                _("Written off, and not asked for"),
            ),
            Figure(pgettext("claim", "Asked for"), money(found.demanded_sek)),
            Figure(pgettext("money", "Still to be repaid"), money(found.open_sek)),
            *([] if late is None else [late]),
        ],
        "rate_notice": None
        if counted is None or counted.unknown_from is None
        else missing_notice(request, counted.unknown_from),
        "claims": claims_table(claims, today, letters),
        "money": money_table(years) if years else None,
        "write_offs": write_offs_table(offs),
        "carry_overs": carry_overs_table(carried, letters),
        "shown": shown,
        "claim_form": claim_form if handles and (found.undemanded_sek or ended) else None,
        "repayment_form": repayment if handles and found.due_sek else None,
        "write_off_form": write_off if handles and found.due_sek and not waiting else None,
        "waiting": waiting if decides else None,
        "waiting_amount": "" if waiting is None else money(waiting.amount_sek),
        "carry_form": carry if decides and asked is not None else None,
        "asked": asked,
        "asked_amount": "" if asked is None else money(asked.amount_sek),
    }
    return render(request, "portal/money/claims_case.html", context)


def _done(request: HttpRequest, application: Application, action: str, form: forms.Form) -> bool:
    person, said = person_of(request), form.cleaned_data
    every: Mapping[str, Callable[[], Any]] = {
        "claim": lambda: send_claim(
            application=application,
            actor=person,
            text=said["text"],
            due_on=said["due_on"],
            pay_to=said["pay_to"],
        ),
        "repayment": lambda: register_repayment(
            application=application,
            actor=person,
            amount_sek=said["amount"],
            reference=said["reference"],
        ),
        "write-off": lambda: propose_write_off(
            application=application,
            actor=person,
            amount_sek=said["amount"],
            grounds=said["grounds"],
        ),
        "decide-write-off": lambda: _write_off_decided(request, application),
        "carry-over": lambda: _carry_over_decided(request, application, said),
    }
    try:
        every[action]()
    except ClaimRefused as refused:
        field, text = refusal_of(refused)
        field = {"amount": "granted", "due_on": "use_by"}.get(field, field) if (
            action == "carry-over"
        ) else field  # fmt: skip
        form.add_error(field if field in form.fields else None, text)
        if action == "decide-write-off":
            messages.error(request, text)
        return False
    except PermissionDenied as error:
        raise Http404 from error
    return True


def _write_off_decided(request: HttpRequest, application: Application) -> None:
    waiting = application.write_offs.filter(decided_at__isnull=True).first()
    if waiting is None:
        raise ClaimRefused("decided")
    decide_write_off(
        write_off=waiting,
        actor=person_of(request),
        granted=request.POST.get("granted") == "yes",
    )


def _carry_over_decided(
    request: HttpRequest, application: Application, said: Mapping[str, Any]
) -> None:
    asked = application.carry_over_requests.filter(decided_at__isnull=True).first()
    if asked is None:
        raise ClaimRefused("decided")
    decide_carry_over(
        request=asked,
        actor=person_of(request),
        granted_sek=said["granted"],
        use_by=said["use_by"],
        answer=said["answer"],
    )
