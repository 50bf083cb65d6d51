"""How far the handling of a case has come, step by step."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from applicants.models import User
from grants.checks import Refusal, refusals
from grants.models import Application
from grants.workflow import Action, Condition
from reviews.checks import failing, missing
from reviews.checks.communication import Heard
from reviews.selectors import assessment_facts, assessments_of, demands_of, unheard_material
from reviews.selectors.admission import why_unadmitted
from reviews.selectors.adverse import Known, beside
from reviews.selectors.facts import Read
from reviews.selectors.findings import findings_known
from reviews.selectors.opinions import opinions_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The handling of a case as one of its readers meets it.

    `declared` is the reader's own: None where nothing is declared. `demanded` requirements are
    put to the organisations, `judged` of them have a finding, `failing` organisations do not meet
    all. `forms` are to be done, `forms_done` are. Of what speaks against the applicant
    `to_communicate` has not been sent, and of what has been sent `answers_awaited` waits for its
    answer, whatever is proposed. `unadmitted` is what `stands_unadmitted` says. `refused` is why
    the case cannot be said to be assessed by the reader now.
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
    to_communicate: int
    answers_awaited: int
    unadmitted: str
    refused: tuple[Refusal, ...]

    def refuses(self, condition: Condition) -> bool:
        """Whether that is one of the reasons."""
        return any(each.condition is condition for each in self.refused)


def progress_of(application: Application, person: User) -> Progress:
    """How far the case has come; the same facts as assessing goes by. The case is one of
    `portal.selectors.proposing.case_to_propose`."""
    case: Any = application
    around = beside(application)
    parts = around.parts
    demands = demands_of(application, parts)
    rows = findings_known(application)
    findings = {
        (row.requirement_id, row.organisation_id): row.finding
        for row in rows
        if not row.by_shut_out
    }
    left = missing(demands, findings)
    form = application.definition.assessment
    forms = assessments_of(application) if form is not None else []
    opinions = list(opinions_on(application))
    unheard = unheard_material(application, Known(beside=around, opinions=opinions, findings=rows))
    read = Read(
        declared=case.declared,
        proposal=getattr(application, "proposal", None),
        forms=forms,
        opinions=opinions,
        parts=parts,
        unheard=unheard,
    )
    known = assessment_facts(application, person, demands=demands, findings=findings, read=read)
    facts = replace(
        known,
        assigned_to=application.assigned_to_id,
        assignment_known=True,
        actor_id=person.pk,
        today=timezone.localdate(),
    )
    heard = [each.heard for each in unheard]
    waivers = frozenset((row.requirement_id, row.organisation_id) for row in rows if row.waived)
    tried = [each for each in demands if (each.requirement, each.organisation) in findings]
    return Progress(
        declared=known.has_conflict,
        demanded=len(demands),
        judged=len(demands) - left,
        failing=len(failing(tried, findings, waivers)),
        forms=form.officers if form is not None else 0,
        forms_begun=len(forms),
        forms_done=sum(each.done_at is not None for each in forms),
        proposed=known.communicated_or_noted is not None,
        proposal_stands=bool(known.proposal_has_reasons),
        opinions_missing=known.opinions_missing if application.call.asks_opinion else None,
        communicated=known.communicated_or_noted,
        to_communicate=heard.count(Heard.NOT_SENT),
        answers_awaited=heard.count(Heard.WAITING),
        unadmitted=why_unadmitted(
            application,
            case.admission_outcome,
            {part.organisation_id: str(part.organisation.kind) for part in parts},
        ),
        refused=refusals(Action.ASSESS, facts),
    )
