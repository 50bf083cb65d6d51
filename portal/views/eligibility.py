"""A check of a few questions whether one may apply: public, and nothing of it is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.content import Crumb, Text, Tone
from grants.definitions import ApplicationForm, Verdict
from grants.models import Call
from grants.selectors import calls_visible_to
from portal.forms.eligibility import EligibilityForm
from portal.selectors.definitions import definition_of
from portal.views.calls import call_url, calls_crumb
from portal.views.countdown import CallState, call_state, countdown, left_texts
from portal.views.labels import agency_name, call_title, language


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer that is not a plain yes: why, and what to do about it."""

    question: str
    answer: str
    reason: str
    advice: str
    stops: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What the answers come to."""

    verdict: Verdict
    tone: Tone
    heading: Text
    text: Text
    findings: tuple[Finding, ...]


@require_safe
def call_eligibility(request: HttpRequest, *, agency: str, code: str) -> HttpResponse:
    """May we apply? The answers are in the address alone, so that a result can be shared."""
    call = get_object_or_404(calls_visible_to(request.user), agency__code=agency, code=code)
    application = definition_of(call).application
    if application is None or not application.eligibility:
        raise Http404
    context = {
        "crumbs": [
            calls_crumb(),
            Crumb(call_title(call), call_url(call)),
            Crumb(_("May we apply?")),
        ],
        "call_url": call_url(call),
    }
    response = render(
        request,
        "portal/call_eligibility.html",
        context | eligibility_context(request, call, application, timezone.now()),
    )
    # The answers are in the address: pages that this one leads to are not told it.
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def eligibility_context(
    request: HttpRequest, call: Call, application: ApplicationForm, now: datetime
) -> dict[str, Any]:
    """The questions and, where they are answered, what the answers come to at that moment (UTC)."""
    form = EligibilityForm(
        request.GET or None, questions=application.eligibility, language=language()
    )
    return {
        "call": call,
        "title": call_title(call),
        "agency": agency_name(call.agency),
        "form": form,
        "result": _result(application, form.cleaned_data) if form.is_valid() else None,
        "open": call_state(call, timezone.localdate(now)) is CallState.OPEN,
        "countdown": countdown(call, now),
        "left_texts": left_texts(),
    }


def _result(application: ApplicationForm, chosen: dict[str, str]) -> Result:
    verdict = application.eligible(chosen) or Verdict.DEPENDS
    tone, heading, text = {
        Verdict.YES: (
            Tone.SUCCESS,
            _("Yes, you can apply"),
            _("Nothing in your answers speaks against it. The agency tries the whole application."),
        ),
        Verdict.DEPENDS: (
            Tone.WARNING,
            _("You may be able to apply"),
            _("It depends on what is said below. You can begin an application already now."),
        ),
        Verdict.NO: (
            Tone.DANGER,
            _("No, not as it is now"),
            _("Below is why, and what you can do about it."),
        ),
    }[verdict]
    return Result(verdict, tone, heading, text, _findings(application, chosen))


def _findings(application: ApplicationForm, chosen: dict[str, str]) -> tuple[Finding, ...]:
    """What stands in the way first, then what is open."""
    here = language()
    found = [
        Finding(
            question=question.text.in_(here),
            answer=answer.label.in_(here),
            reason=answer.reason.in_(here) if answer.reason else "",
            advice=answer.advice.in_(here) if answer.advice else "",
            stops=answer.verdict is Verdict.NO,
        )
        for question in application.eligibility
        for answer in [question.answer(chosen[question.key])]
        if answer is not None and answer.verdict is not Verdict.YES
    ]
    return tuple(sorted(found, key=lambda each: not each.stops))
