"""Fields of findings and assessment forms, and what the system proposes to be found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.content import Text
from core.definitions import QuestionKind
from grants.content.fields import FieldOption, FieldSpec
from reviews.enums import FindingValue

FINDING, ASSESSMENT = "finding", "assessment"
REASON_LENGTH = 4_000
"""Longest reason for a finding, in characters."""
REPORT, EVIDENCE, ANSWER = "report", "evidence", "answer"
"""Where a proposed finding comes from: an accepted or received report (`report:<code>`), the
applicant's answer with evidence, or its answer that the requirement is not met."""


@dataclass(frozen=True, slots=True)
class ProposedFinding:
    """What the system can tell of a requirement, and from what."""

    value: FindingValue
    source: str


def finding_path(requirement: str, organisation: int, name: str) -> str:
    """A field of a finding: `value`, `reason` or `evidence`."""
    return f"{FINDING}.{requirement}.{organisation}.{name}"


def answer_path(form: int, question: str) -> str:
    """An answer in the assessment form with that number."""
    return f"{ASSESSMENT}.{form}.{question}"


def finding_specs(
    requirement: str, organisation: int, files: Mapping[int, str] | Iterable[tuple[int, str]] = ()
) -> tuple[FieldSpec, ...]:
    """What is written of a finding. `files` are what can be pointed at: names by attachment."""
    there = dict(files)
    value = FieldSpec(
        path=finding_path(requirement, organisation, "value"),
        kind=QuestionKind.ONE_CHOICE,
        label=_("Finding"),
        required=True,
        options=tuple(FieldOption(each.value, each.label) for each in FindingValue),
    )
    reason = FieldSpec(
        path=finding_path(requirement, organisation, "reason"),
        kind=QuestionKind.TEXT,
        label=_("Reason"),
        help=REASON_HELP,
        max_length=REASON_LENGTH,
        rows=3,
    )
    if not there:
        return (value, reason)
    evidence = FieldSpec(
        path=finding_path(requirement, organisation, "evidence"),
        kind=QuestionKind.SEVERAL_CHOICES,
        label=_("The finding rests on"),
        options=tuple(FieldOption(str(pk), name) for pk, name in there.items()),
    )
    return (value, reason, evidence)


REASON_HELP: Text = _("Needed when you find something else than what is proposed.")
