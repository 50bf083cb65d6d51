"""Reading a grant's changes as pages show them."""

from dataclasses import dataclass
from functools import cached_property

from applicants.models import Organisation, User
from applicants.selectors import work_of
from grants.checks.changes import Ground
from grants.content.basis import DecisionBasis
from grants.content.changes import MergerChange, change_of
from grants.models import Application, Decision, GrantChange
from grants.rules import REGISTERS_CHANGES
from grants.selectors.changes import basis_before, granting, ground_of
from grants.workflow import HAS_GRANT


@dataclass(frozen=True, kw_only=True)
class ChangeRoom:
    """A grant as its changes are asked for and tried. `decision` is None where there is none."""

    application: Application
    decision: Decision | None

    @cached_property
    def ground(self) -> Ground | None:
        """What a change is tried against now."""
        return None if self.decision is None else ground_of(self.application, self.decision)

    @cached_property
    def names(self) -> dict[int, str]:
        """The names of the organisations that take part, or did."""
        ids = {self.application.lead_id}
        ids |= set(self.application.participations.values_list("organisation", flat=True))
        if self.decision is not None and self.decision.basis_content is not None:
            ids |= {each.organisation for each in self.decision.basis_content.shares}
        for proposal in self.application.changes.values_list("wanted", flat=True):
            made = change_of(proposal)
            if isinstance(made, MergerChange):
                ids |= {made.organisation, made.successor}
        return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))

    def basis_before(self, change: GrantChange) -> DecisionBasis:
        """The plan as it stood without the change: of a decided one with those that took effect
        before it, of another as it is now."""
        return basis_before(change, self.decision)


def change_room(application: Application) -> ChangeRoom:
    """The grant of the case."""
    return ChangeRoom(application=application, decision=granting(application))


def offers_registering(person: User, application: Application) -> bool:
    """Whether a page of a case that the reader sees offers to register what came on paper about
    its grant, by what the request knows already. The services ask again, under their lock."""
    return (
        application.status in HAS_GRANT
        and not application.imported
        and any(
            work.agency_id == application.call.agency_id and work.role in REGISTERS_CHANGES
            for work in work_of(person)
        )
    )


def change_in(application: Application, pk: int) -> GrantChange | None:
    """A change of the case, with its people."""
    return (
        application.changes.select_related(
            "decision", "asked_by", "registered_by", "prepared_by", "decided_by", "application"
        )
        .filter(pk=pk)
        .first()
    )
