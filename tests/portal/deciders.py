"""Cases that wait for a decision maker, quickly made; and an address of each page of deciding."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from grants.enums import Outcome, Status
from grants.models import Application, Call
from grants.services.appeals import appeal_decision
from grants.services.delegation import add_rule
from reviews.checks.costs import WHOLE_CASE
from reviews.enums import FindingValue, LineVerdict, ProposedOutcome
from reviews.models import LineAssessment
from tests.factories import (
    ApplicationFactory,
    OrganisationFactory,
    RequirementFindingFactory,
    staff,
)
from tests.factories.letters import Deciding
from tests.factories.reviews import ConflictDeclarationFactory, ProposalFactory
from tests.portal.fair import stored


def written(case: Application, name: str = "message.sent") -> None:
    """Something is written in the case."""
    journal.append(
        kind=JournalKind.CASE,
        subject=str(case.pk),
        name=name,
        payload={},
        actor=journal.Actor.system(),
    )


class Desk:
    """A decision maker's desk: an agency, a call with letters, and who works there."""

    def __init__(self, agency: Agency | None = None, **call: Any) -> None:
        self.deciding = Deciding(**({} if agency is None else {"agency": agency}))
        self.agency = self.deciding.agency
        self.call: Call = self.deciding.call
        Call.objects.filter(pk=self.call.pk).update(**{"frame_sek": 1_000_000, **call})
        self.call.refresh_from_db()
        self.officer, self.decider = self.deciding.officer, self.deciding.decider
        self.registrar = self.deciding.registrar

    def case(
        self,
        name: str = "Ale kommun",
        *,
        amount_sek: int | None = 400_000,
        finding: FindingValue = FindingValue.MET,
        declared: bool = True,
        days: int = 30,
    ) -> Application:
        """An assessed case with a finding of each requirement and a proposal."""
        case: Application = ApplicationFactory(
            call=self.call,
            lead=OrganisationFactory(name=name),
            status=Status.ASSESSED,
            requested_sek=500_000,
            received_at=timezone.now() - timedelta(days=days),
            assigned_to=self.officer,
        )
        for requirement in self.call.requirements.all():
            RequirementFindingFactory(
                application=case, requirement=requirement, finding=finding, made_by=self.officer
            )
        ProposalFactory(
            application=case,
            outcome=ProposedOutcome.REJECT if amount_sek is None else ProposedOutcome.PART,
            amount_sek=amount_sek,
            reasons="Kraven är uppfyllda, men en del av kostnaden godtas inte.",
            conditions=["Redovisa hur arbetet drivs vidare."] if amount_sek else [],
            prepared_by=self.officer,
        )
        if amount_sek is not None:
            # A case without a budget has one line, number 0: what was asked for.
            LineAssessment.objects.create(
                application=case,
                version=0,
                number=WHOLE_CASE,
                asked_sek=500_000,
                verdict=LineVerdict.PART,
                part_sek=amount_sek,
                approved_sek=amount_sek,
                reason="bought_housing",
                text="En del av kostnaden godtas inte.",
                assessed_by=self.officer,
                assessed_at=timezone.now(),
            )
        written(case, "application.assessed")
        if declared:
            self.declare(case)
        return case

    def declare(self, case: Application, person: User | None = None) -> None:
        ConflictDeclarationFactory(
            application=case, user=person or self.decider, has_conflict=False
        )


def decide_addresses(agency: Agency, decider: User) -> dict[str, str]:
    """An address of each page of deciding, at the agency; `decider` has declared."""
    desk = Desk(agency)
    waiting = desk.case(declared=False)
    desk.declare(waiting, decider)
    decided = desk.deciding.decided(Outcome.REJECTED)
    case, decision = decided.application_id, decided.pk
    desk.declare(decided.application, decider)
    granted = desk.deciding.decided(lead=OrganisationFactory(name="Orsa kommun"))
    desk.declare(granted.application, decider)
    appeal = appeal_decision(
        decision=decided,
        organisation=desk.deciding.lead,
        actor=desk.deciding.signatory,
        text="Vi vill ha pengarna.",
        files=[stored(desk.deciding.signatory, "overklagande.pdf")],
    )
    rule = add_rule(
        agency=agency,
        actor=staff(agency, Role.ADMINISTRATOR),
        role=Role.DECISION_MAKER,
        outcomes=list(Outcome),
    )

    def at(name: str, *values: Any) -> str:
        return reverse(name, args=values)

    return {
        "decision-list": at("decision-list"),
        "waiver-list": at("waiver-list"),
        "decision-frame": at("decision-frame"),
        "decision-batch": f"{at('decision-batch')}?case={waiting.pk}",
        "delegation": at("delegation"),
        "delegation-end": at("delegation-end", rule.pk),
        "case-decide": at("case-decide", waiting.pk),
        "case-decision": at("case-decision", case, decision),
        "decision-correct": at("decision-correct", case, decision),
        "decision-reconsider": at("decision-reconsider", case, decision),
        "decision-revoke": at("decision-revoke", granted.application_id, granted.pk),
        "appeal-register": at("appeal-register", case, decision),
        "case-appeal": at("case-appeal", case, decision, appeal.pk),
        "appeal-file": at("appeal-file", case, decision, appeal.pk, appeal.files.get().pk),
    }


__all__ = ["Desk", "decide_addresses"]
