"""Grants whose changes are asked for and decided, with the people around them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from applicants.enums import Role
from applicants.models import Organisation, User
from grants.content.basis import DecisionBasis, Share
from grants.content.changes import Change
from grants.enums import ChangeState
from grants.models import Application, GrantChange
from grants.services.changes import ask_for_change, prepare_change
from portal.services.changes import decide
from reviews import services as reviews

from .applicants import OrganisationFactory, acting_for, staff
from .paying import AT_ONCE
from .reports import MAPPING_SEK, TRAINING_SEK, Reporting


@dataclass
class Changing(Reporting):
    """A call whose grants are paid and reported, and whose shares add up; the reports of a grant
    are due in `due_in` days, its time plan ends in as many."""

    payments: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.payments = self.payments or AT_ONCE
        super().__post_init__()
        self.controller: User = staff(self.agency, Role.CONTROLLER, name="Cia Controller")
        self.second: User = staff(self.agency, Role.CONTROLLER, name="Curt Controller")

    @property
    def later(self) -> date:
        """A day after every day of the grant, within the call's time."""
        return self.today + timedelta(days=self.due_in + 30)

    def _basis(
        self, application: Application, second: Organisation, interim_in: int | None
    ) -> DecisionBasis:
        found = super()._basis(application, second, interim_in)
        lead = application.lead
        shares: tuple[Share, ...] = (
            Share(lead.pk, lead.name, lead.org_no, MAPPING_SEK + TRAINING_SEK,
                  MAPPING_SEK + TRAINING_SEK),
        )  # fmt: skip
        if second.pk != lead.pk:
            shares = (
                Share(lead.pk, lead.name, lead.org_no, MAPPING_SEK, MAPPING_SEK),
                Share(second.pk, second.name, second.org_no, TRAINING_SEK, TRAINING_SEK),
            )
        return replace(found, shares=shares, use_until=self.today + timedelta(days=self.due_in))

    def successor(self) -> Organisation:
        """An organisation for which somebody signs."""
        found: Organisation = OrganisationFactory(
            name="Nya Ale kommun", kind="municipality", giro_kind="bankgiro",
            giro_number="5050-1055",
        )  # fmt: skip
        self.successors_signatory: User = acting_for(found, name="Nils Ny")
        return found

    def asked(self, case: Application, change: Change, reasons: str = "Skäl.") -> GrantChange:
        """The lead asks for the change."""
        return ask_for_change(
            application=case, actor=self.signatory, change=change, reasons=reasons
        )

    def declared(self, case: Application) -> None:
        """Officer and decision maker have said that they have no conflict of interest."""
        for person in (self.officer, self.decider):
            reviews.declare_conflict(application=case, actor=person, has_conflict=False)

    def prepared(
        self, case: Application, change: Change, proposal: Change | None = None
    ) -> GrantChange:
        """The same, with the officer's proposal: as it was asked for, unless another is given."""
        return self.propose(self.asked(case, change), proposal or change)

    def propose(self, asked: GrantChange, proposal: Change | None) -> GrantChange:
        """The officer proposes to grant this, or to refuse it."""
        return prepare_change(
            change=asked,
            actor=self.officer,
            outcome=ChangeState.REFUSED if proposal is None else ChangeState.GRANTED,
            proposal=proposal,
            reasons="Ändringen ryms i syftet med bidraget.",
        )

    def decided(
        self, case: Application, change: Change, proposal: Change | None = None
    ) -> GrantChange:
        """The same, decided as proposed."""
        return decide(change=self.prepared(case, change, proposal), actor=self.decider)
