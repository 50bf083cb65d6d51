"""How far the handling of a case has come, step by step."""

from dataclasses import dataclass, replace

from django.utils import timezone

from applicants.models import User
from grants.checks import Refusal, refusals
from grants.models import Application
from grants.workflow import Action, Condition
from reviews.checks import failing, missing
from reviews.selectors import (
    assessment_facts,
    assessments_of,
    demands_of,
    found,
    waived,
)
from reviews.selectors.admission import stands_unadmitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The handling of a case as one of its readers meets it.

    `declared` is the reader's own: None where nothing is declared. `demanded` requirements are
    put to the organisations, `judged` of them have a finding, `failing` organisations do not meet
    all. `forms` are to be done, `forms_done` are. `unadmitted` is what `stands_unadmitted` says.
    `refused` is why the case cannot be said to be assessed by the reader now.
    """

    declared: bool | None
    demanded: int
    judged: int
    failing: int
    forms: int
    forms_begun: int
    forms_done: int
    proposed: bool
    proposal_stands: bool
    opinions_missing: int | None
    communicated: bool | None
    unadmitted: str
    refused: tuple[Refusal, ...]

    def refuses(self, condition: Condition) -> bool:
        """Whether that is one of the reasons."""
        return any(each.condition is condition for each in self.refused)


def progress_of(application: Application, person: User) -> Progress:
    """How far the case has come; the same facts as assessing goes by."""
    demands = demands_of(application)
    findings = found(application)
    left = missing(demands, findings)
    form = application.call.definition.assessment
    forms = assessments_of(application) if form is not None else []
    known = assessment_facts(application, person, demands=demands, findings=findings)
    facts = replace(
        known,
        assigned_to=application.assigned_to_id,
        assignment_known=True,
        actor_id=person.pk,
        today=timezone.localdate(),
    )
    tried = [each for each in demands if (each.requirement, each.organisation) in findings]
    return Progress(
        declared=known.has_conflict,
        demanded=len(demands),
        judged=len(demands) - left,
        failing=len(failing(tried, findings, waived(application))),
        forms=form.officers if form is not None else 0,
        forms_begun=len(forms),
        forms_done=sum(each.done_at is not None for each in forms),
        proposed=known.communicated_or_noted is not None,
        proposal_stands=bool(known.proposal_has_reasons),
        opinions_missing=known.opinions_missing if application.call.asks_opinion else None,
        communicated=known.communicated_or_noted,
        unadmitted=stands_unadmitted(application),
        refused=refusals(Action.ASSESS, facts),
    )
