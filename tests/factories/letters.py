"""Decisions with their letters, made as the services make them, on a basis that is given."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import Organisation, User
from core.checks import canonical_json, sha256_text
from core.models import Agency
from grants.content.basis import DecisionBasis, FindingOutcome, LineOutcome, OpinionOutcome, Share
from grants.enums import Direction, DocumentKind, Outcome, Status
from grants.models import Application, Call, Decision
from grants.services.deliveries import open_deliveries
from grants.services.letters import freeze_letter
from grants.services.register import register_document

from .applicants import OrganisationFactory, acting_for, staff
from .assessing import assessed_call
from .core import AgencyFactory
from .grants import ApplicationFactory, DecisionFactory

STATUS = {
    Outcome.GRANTED: Status.GRANTED,
    Outcome.REJECTED: Status.REJECTED,
    Outcome.DISMISSED: Status.DISMISSED,
    Outcome.REVOKED: Status.REVOKED,
}


@dataclass
class Deciding:
    """A call with letters, and the people around it."""

    agency: Agency = field(default_factory=lambda: AgencyFactory(name_sv="Provmyndigheten"))
    call: Call = field(init=False)

    def __post_init__(self) -> None:
        self.call = assessed_call(agency=self.agency, closes_in=-20)
        self.officer: User = staff(self.agency, Role.CASE_OFFICER, name="Hanna Handläggare")
        self.decider: User = staff(self.agency, Role.DECISION_MAKER, name="Bo Beslutsfattare")
        self.registrar: User = staff(self.agency, Role.REGISTRAR)
        self.lead: Organisation = OrganisationFactory(name="Ale kommun")
        self.signatory: User = acting_for(self.lead, name="Siv Signerare")
        self.reader: User = acting_for(self.lead, OrganisationRole.READER)

    def decided(
        self,
        outcome: Outcome = Outcome.GRANTED,
        *,
        amount_sek: int | None = 400_000,
        asked_sek: int = 500_000,
        partners: tuple[Organisation, ...] = (),
        lead: Organisation | None = None,
        basis: DecisionBasis | None = None,
        **fields: Any,
    ) -> Decision:
        """A decision with its letter, document and deliveries."""
        granted = amount_sek if outcome in (Outcome.GRANTED, Outcome.REVOKED) else None
        application: Application = ApplicationFactory(
            call=self.call,
            lead=lead or self.lead,
            partners=list(partners),
            status=STATUS[outcome],
            requested_sek=asked_sek,
            granted_sek=granted,
            decided_on=timezone.localdate(),
            late=fields.pop("late", False),
        )
        return self.decide(application, outcome, amount_sek=granted, basis=basis, **fields)

    def decide(
        self,
        application: Application,
        outcome: Outcome,
        *,
        amount_sek: int | None,
        basis: DecisionBasis | None = None,
        **fields: Any,
    ) -> Decision:
        """A decision in a case that is there."""
        found = basis or self.basis(application, amount_sek or 0)
        text = canonical_json(found.document())
        with transaction.atomic():
            decision: Decision = DecisionFactory(
                application=application,
                outcome=outcome,
                amount_sek=amount_sek if outcome == Outcome.GRANTED else None,
                asked_sek=application.requested_sek,
                decided_on=fields.pop("decided_on", timezone.localdate()),
                decider=self.decider,
                preparer=self.officer,
                basis=text,
                basis_sha256=sha256_text(text),
                **{"reasons": "Kraven är prövade.", **fields},
            )
            register_document(
                application=application,
                direction=Direction.OUT,
                kind=DocumentKind.DECISION,
                source=f"decision:{decision.pk}",
                actor=self.decider,
                party=application.lead.name,
            )
            freeze_letter(decision=decision)
            open_deliveries(decision=decision)
        return decision

    @staticmethod
    def basis(application: Application, amount_sek: int) -> DecisionBasis:
        """One organisation's share and one line, cut where less is granted than was asked."""
        asked = application.requested_sek or 0
        lead = application.lead
        whole = amount_sek == asked
        return DecisionBasis(
            shares=(Share(lead.pk, lead.name, lead.org_no, asked, amount_sek),),
            lines=(
                LineOutcome(
                    1,
                    "Projektledare",
                    "Lön",
                    "mapping",
                    "Kartlägga våldet",
                    lead.pk,
                    asked,
                    amount_sek,
                    amount_sek,
                    "" if whole else "bought_housing",
                    "" if whole else "Tre platser drivs av en annan.",
                ),
            ),
            findings=(FindingOutcome("knowledge", lead.pk, "met", satisfied=True),),
            opinions=(OpinionOutcome("14", "recommended"),),
            conditions=("Huvudsökanden för medlen vidare.",),
            purpose=("mapping",),
            use_from=date(2027, 4, 1),
            use_until=date(2028, 4, 30),
            interim_due=date(2028, 1, 31),
            final_due=date(2028, 6, 1),
        )


def told_days_ago(decision: Decision, days: int) -> None:
    """Let the parties have been told of it so many days ago."""
    decision.deliveries.update(sent_at=timezone.now() - timedelta(days=days))
