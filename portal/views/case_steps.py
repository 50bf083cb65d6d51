"""The handling of a case as a task list, and the check before it is said to be assessed."""

from collections.abc import Mapping

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from applicants.enums import Role
from applicants.models import User
from core.content import Crumb, Tag, Task, TaskSection, Text, Tone
from grants.checks import TransitionRefused
from grants.enums import Status
from grants.models import Application
from grants.services.handling import reopen_application
from grants.workflow import HAS_GRANT, Condition
from portal.content import status_tag
from portal.selectors.handling import Progress, progress_of
from portal.selectors.proposing import case_to_propose
from portal.views.access import person_of
from portal.views.case_papers import officers_crumbs
from portal.views.case_roles import takes_part, works_as
from portal.views.finding_texts import refusal_text
from portal.views.labels import call_title
from portal.views.saving import clean
from reviews.checks import ReviewRefused
from reviews.services import assess_application
from reviews.services.in_hand import IN_HAND

STEPS: Mapping[str, Text] = {
    "case-conflict": gettext_lazy("Declare conflict of interest"),
    "case-admission": gettext_lazy("Admission"),
    "case-findings": gettext_lazy("Performance requirements"),
    "case-assessment": gettext_lazy("Assessment form"),
    "case-costs": gettext_lazy("Cost check"),
    "case-opinions": gettext_lazy("Opinions of county boards"),
    "case-communication": gettext_lazy("Communication with the applicant"),
    "case-proposal": gettext_lazy("Proposal for a decision"),
    "case-assess": gettext_lazy("Say that the case is assessed"),
    "case-decide": gettext_lazy("Decision"),
}
"""The steps of handling a case, in order, by the address of their pages."""
SIDE: Mapping[str, Text] = {
    "case-notes": gettext_lazy("Official notes"),
    "case-documents": gettext_lazy("Documents in the case"),
}
"""What stands beside the steps."""
WHERE: Mapping[Condition, str] = {
    Condition.NO_CONFLICT: "case-conflict",
    Condition.FINDINGS_COMPLETE: "case-findings",
    Condition.ASSESSMENT_DONE: "case-assessment",
    Condition.OPINIONS_IN: "case-opinions",
    Condition.PROPOSAL_WITH_REASONS: "case-proposal",
    Condition.COMMUNICATED: "case-communication",
    Condition.ASSIGNED: "application-detail",
}
"""Where each thing that an assessed case must have is done."""
UNADMITTED: Mapping[str, Text] = {
    "admission": gettext_lazy(
        "It has not been said whether the application is admitted though it came late or from "
        "somebody who may not apply."
    ),
    "dismissal_proposed": gettext_lazy(
        "It is proposed that the application be dismissed. The decision maker decides that."
    ),
}
"""Why a case that is not admitted cannot be said to be assessed."""


def page_url(name: str, application: Application) -> str:
    """The address of a page of the case; "" for one that there is not."""
    try:
        return reverse(name, args=[application.pk])
    except NoReverseMatch:
        return ""


def plain_steps(application: Application, person: User) -> list[tuple[str, Text]]:
    """The steps' addresses and names without their states, for those who may open them."""
    if application.imported or not takes_part(person, application):
        return []
    return [
        (url, label)
        for name, label in STEPS.items()
        if (url := page_url(name, application)) and _is_for(name, application)
    ]


def side_links(application: Application, person: User) -> list[tuple[str, Text]]:
    """The addresses and names of what stands beside the steps, for those who may open it."""
    beside = dict(SIDE)
    if not takes_part(person, application) and rules.has_perm(
        "grants.register_appeal", person, application
    ):
        # A registrar has no steps, and registers appeals among the decisions.
        beside["case-decide"] = _("Decisions")
    return [(url, label) for name, label in beside.items() if (url := page_url(name, application))]


def _is_for(name: str, application: Application) -> bool:
    """Whether the call has that step."""
    match name:
        case "case-opinions":
            return application.call.asks_opinion
        case "case-assessment":
            return application.definition.assessment is not None
        case "case-findings":
            return bool(application.definition.requirements)
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_assess(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What is done and what is left; say that the case is assessed, or take it up again."""
    person = person_of(request)
    application = case_to_propose(person, pk)
    if application is None or application.imported or not takes_part(person, application):
        raise Http404
    if request.method == "POST":
        if request.POST.get("act", "") == "reopen":
            return _reopen(request, application, person)
        return _assess(request, application, person)
    return _page(request, application, person)


def _assess(request: HttpRequest, application: Application, person: User) -> HttpResponse:
    try:
        assess_application(application=application, actor=person)
    except TransitionRefused as refused:
        for each in refused.refusals:
            messages.error(request, refusal_text(each.condition))
        return redirect(request.path)
    except ReviewRefused as refused:
        messages.error(request, str(UNADMITTED[refused.code]))
        return redirect(request.path)
    except TransitionNotAllowed:
        messages.info(request, _("That cannot be done as the case now is. Nothing was changed."))
        return redirect(request.path)
    except PermissionDenied as denied:
        raise Http404 from denied
    messages.success(request, _("The case is assessed and waits for a decision."))
    return redirect("application-detail", pk=application.pk)


def _reopen(request: HttpRequest, application: Application, person: User) -> HttpResponse:
    reasons = clean(request.POST.get("reasons", "")).strip()
    if not reasons:
        error = _("Write why the case is taken up again.")
        return _page(request, application, person, error=error, status=422)
    try:
        reopen_application(application=application, actor=person, reasons=reasons)
    except (TransitionNotAllowed, TransitionRefused):
        messages.info(request, _("That cannot be done as the case now is. Nothing was changed."))
    except PermissionDenied as denied:
        raise Http404 from denied
    else:
        messages.success(request, _("The case is taken up again."))
    return redirect(request.path)


def _page(
    request: HttpRequest,
    application: Application,
    person: User,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    progress = progress_of(application, person)
    officer = works_as(person, application, Role.CASE_OFFICER)
    context = {
        "crumbs": officers_crumbs(application, Crumb(_("Handling"))),
        "application": application,
        "call_title": call_title(application.call),
        "tag": status_tag(application.status),
        "steps": [
            TaskSection(_("Handling, step by step"), tuple(_tasks(application, person, progress)))
        ],
        "refused": [*_unadmitted(application, progress)]
        + [
            (page_url(WHERE.get(each.condition, ""), application), refusal_text(each.condition))
            for each in progress.refused
            # What there is to communicate follows from what is proposed.
            if progress.proposed or each.condition is not Condition.COMMUNICATED
        ]
        if application.status == Status.SUBMITTED
        else [],
        "may_assess": application.status == Status.SUBMITTED and officer,
        # Whoever has come this far assesses or decides.
        "may_reopen": application.status == Status.ASSESSED,
        "completion": application.status == Status.COMPLETION_REQUESTED,
        "error": error,
        "reasons": request.POST.get("reasons", ""),
    }
    return render(request, "portal/assess/check.html", context, status=status)


def _unadmitted(application: Application, progress: Progress) -> list[tuple[str, Text]]:
    if not progress.unadmitted:
        return []
    return [(page_url("case-admission", application), UNADMITTED[progress.unadmitted])]


def _tasks(application: Application, person: User, progress: Progress) -> list[Task]:
    tags = _tags(application, progress)
    return [
        Task(label, tags.get(name) or Tag(pgettext("step", "Open")), page_url(name, application))
        for name, label in STEPS.items()
        if page_url(name, application) and _is_for(name, application)
    ]


def _tags(application: Application, progress: Progress) -> dict[str, Tag]:
    """Where each step stands."""
    done, not_begun = Tag(_("Done"), Tone.SUCCESS), Tag(_("Not begun"), Tone.NEUTRAL)
    decided = application.status not in IN_HAND | {Status.ASSESSED}
    tags = {
        "case-conflict": done if progress.declared is False else Tag(_("To do"), Tone.WARNING),
        "case-admission": _admission_tag(application, progress),
        "case-findings": _findings_tag(progress),
        "case-assessment": _forms_tag(progress),
        "case-costs": done if progress.proposal_stands else Tag(_("Not finished"), Tone.NEUTRAL),
        "case-proposal": not_begun,
        "case-communication": _communication_tag(progress),
        "case-assess": Tag(_("Not assessed"), Tone.NEUTRAL),
        "case-decide": Tag(_("Not decided"), Tone.NEUTRAL),
    }
    if progress.proposed:
        tags["case-proposal"] = (
            done if progress.proposal_stands else Tag(_("Has to be made anew"), Tone.WARNING)
        )
    if progress.opinions_missing is not None:
        number = progress.opinions_missing
        waiting = ngettext("%(number)d awaited", "%(number)d awaited", number)
        tags["case-opinions"] = Tag(waiting % {"number": number}, Tone.WARNING) if number else done
    if application.status not in IN_HAND:
        tags["case-assess"] = done
    if decided:
        tags["case-decide"] = status_tag(application.status)
    elif application.status in HAS_GRANT:
        tags["case-decide"] = done
    return tags


def _admission_tag(application: Application, progress: Progress) -> Tag:
    match progress.unadmitted:
        case "admission":
            late = _("Received late") if application.late else _("May not apply")
            return Tag(late, Tone.WARNING)
        case "dismissal_proposed":
            return Tag(_("Proposed to be dismissed"), Tone.WARNING)
    return Tag(_("Admitted") if application.late else _("In time"), Tone.SUCCESS)


def _communication_tag(progress: Progress) -> Tag:
    """Before anything is proposed, too, it says that material waits."""
    if progress.communicated:
        return Tag(_("Done"), Tone.SUCCESS)
    if number := progress.to_communicate:
        text = ngettext(
            "%(number)d thing waits to be communicated",
            "%(number)d things wait to be communicated",
            number,
        )
        return Tag(text % {"number": number}, Tone.WARNING)
    if progress.answers_awaited:
        return Tag(_("Waits for an answer"), Tone.INFO)
    return Tag(_("Nothing to communicate yet"), Tone.NEUTRAL)


def _findings_tag(progress: Progress) -> Tag:
    if not progress.demanded:
        return Tag(_("Nothing is demanded"))
    if progress.judged < progress.demanded:
        text = _("%(judged)d of %(all)d judged") % {
            "judged": progress.judged,
            "all": progress.demanded,
        }
        return Tag(text, Tone.WARNING if progress.judged else Tone.NEUTRAL)
    if progress.failing:
        text = ngettext(
            "%(number)d organisation does not meet all",
            "%(number)d organisations do not meet all",
            progress.failing,
        )
        return Tag(text % {"number": progress.failing}, Tone.DANGER)
    return Tag(_("All met"), Tone.SUCCESS)


def _forms_tag(progress: Progress) -> Tag:
    if progress.forms_done >= max(progress.forms, progress.forms_begun) and progress.forms_done:
        return Tag(_("Done"), Tone.SUCCESS)
    if not progress.forms_begun:
        return Tag(_("Not begun"), Tone.NEUTRAL)
    text = _("%(done)d of %(all)d done") % {"done": progress.forms_done, "all": progress.forms}
    return Tag(text, Tone.WARNING)
