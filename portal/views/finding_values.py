"""Findings, waivers and refusals of the assessment in words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.content import Tag, Text, Tone
from reviews.content.findings import ANSWER, EVIDENCE, REPORT
from reviews.enums import FindingValue, WaiverState

TONES: Mapping[str, Tone] = {
    FindingValue.MET: Tone.SUCCESS,
    FindingValue.BEGUN: Tone.INFO,
    FindingValue.NOT_MET: Tone.DANGER,
    FindingValue.NOT_APPLICABLE: Tone.NEUTRAL,
}
WAIVER_TONES: Mapping[str, Tone] = {
    WaiverState.ASKED: Tone.WARNING,
    WaiverState.APPROVED: Tone.INFO,
    WaiverState.REFUSED: Tone.DANGER,
    WaiverState.WITHDRAWN: Tone.NEUTRAL,
}
_REFUSED: Mapping[str, Text] = {
    "status": gettext_lazy("The case is not being handled just now, so nothing was changed."),
    "not_put_to_it": gettext_lazy("The requirement is not put to that organisation."),
    "override_reason": gettext_lazy(
        "You find something else than what is proposed. Write a reason."
    ),
    "reasons": gettext_lazy("Write a reason."),
    "no_form": gettext_lazy("The call has no assessment form."),
    "enough": gettext_lazy(
        "Those who are to assess the case have begun. The form that is left is kept for the "
        "officer who has the case."
    ),
    "not_begun": gettext_lazy("The form has not been begun."),
    "not_yours": gettext_lazy(
        "Only the officer who has the case, and has no form of their own, takes over a form."
    ),
    "done": gettext_lazy("The form has been said to be done. Take it up again to change it."),
    "unanswered": gettext_lazy("There are questions left to answer."),
    "no_waiver": gettext_lazy("The call's legal basis has no provision for a waiver."),
    "not_failing": gettext_lazy(
        "A waiver is asked for when a requirement has been found not to be met."
    ),
    "waiver_there": gettext_lazy("A waiver has been asked for already."),
    "not_asked": gettext_lazy("The waiver does not wait for a decision any more."),
}


def finding_label(value: str) -> str:
    """A finding in words."""
    return str(FindingValue(value).label) if value in FindingValue.values else value


def finding_tag(value: str) -> Tag:
    """A finding with its colour."""
    return Tag(finding_label(value), TONES.get(value, Tone.NEUTRAL))


def source_text(source: str) -> str:
    """What a proposed finding rests on."""
    kind, _sep, which = source.partition(":")
    if kind == REPORT:
        return _("The report %(report)s of last year’s grant says that the work has begun.") % {
            "report": which
        }
    if kind == EVIDENCE:
        return _("The applicant’s answer, with evidence attached.")
    if kind == ANSWER:
        return _("The applicant answers that the requirement is not met.")
    return source


def refused_text(code: str) -> str:
    """Why something in the assessment was not done, and what to do."""
    return str(_REFUSED.get(code) or _REFUSED["status"])
