"""Reading a grant's changes as pages show them."""

from dataclasses import dataclass
from functools import cached_property

from applicants.models import Organisation, User
from applicants.rules import work_of
from core.selectors.prepared import knowing
from grants.checks.changes import Ground
from grants.content.basis import DecisionBasis
from grants.content.changes import MergerChange, change_of
from grants.enums import Approval, ChangeKind, ParticipationRole
from grants.models import Application, Decision, GrantChange, Participation
from grants.models.changes import IN_EFFECT, OPEN
from grants.rules import REGISTERS_CHANGES
from grants.selectors.changes import basis_before_among, granting, ground_with
from grants.workflow import HAS_GRANT


@dataclass(frozen=True, kw_only=True)
class ChangeRoom:
    """A grant as its changes are asked for and tried. `decision` is None where there is none."""

    application: Application
    decision: Decision | None

    @cached_property
    def changes(self) -> list[GrantChange]:
        """What was asked to be changed in the case, with its people, the earliest first."""
        rows = self.application.changes.select_related(
            "decision", "asked_by", "registered_by", "prepared_by", "decided_by",
            "withdrawal_registered_by",
        )  # fmt: skip
        return knowing(list(rows.order_by("pk")), application=self.application)

    @cached_property
    def parts(self) -> list[Participation]:
        """Everybody's part in the case, those who left or declined too, with organisations."""
        return list(
            self.application.participations.select_related("organisation").order_by(
                "organisation__sort_key", "pk"
            )
        )

    @cached_property
    def ground(self) -> Ground | None:
        """What a change is tried against now."""
        if self.decision is None:
            return None
        return ground_with(
            self.application,
            self.decision,
            changes=[change_of(each.proposal) for each in self._in_effect(self.decision)],
            partners=[
                each.organisation_id
                for each in self.parts
                if each.role == ParticipationRole.PARTNER
                and each.left_on is None
                and each.approval != Approval.DECLINED
            ],
        )

    @cached_property
    def names(self) -> dict[int, str]:
        """The names of the organisations that take part, or did."""
        known = {each.organisation_id: each.organisation.name for each in self.parts}
        ids = {self.application.lead_id}
        if self.decision is not None and self.decision.basis_content is not None:
            ids |= {each.organisation for each in self.decision.basis_content.shares}
        for each in self.changes:
            made = change_of(each.wanted)
            if isinstance(made, MergerChange):
                ids |= {made.organisation, made.successor}
        others = ids - set(known)
        if others:
            known |= dict(Organisation.objects.filter(pk__in=others).values_list("pk", "name"))
        return known

    def change(self, pk: int) -> GrantChange | None:
        """The one with that number."""
        return next((each for each in self.changes if each.pk == pk), None)

    def waits(self, kind: ChangeKind) -> bool:
        """Whether a request of that kind waits for an answer or a decision."""
        return any(each.kind == kind and each.state in OPEN for each in self.changes)

    def basis_before(self, change: GrantChange) -> DecisionBasis:
        """The plan as it stood without the change: of a decided one with those that took effect
        before it, of another as it is now."""
        decision = change.decision or self.decision
        if decision is None:
            return DecisionBasis()
        return basis_before_among(change, decision, self._in_effect(decision))

    def _in_effect(self, decision: Decision) -> list[GrantChange]:
        rows = [
            each
            for each in self.changes
            if each.decision_id == decision.pk and each.state in IN_EFFECT
        ]
        return sorted(rows, key=lambda each: each.applied or 0)


def change_room(application: Application) -> ChangeRoom:
    """The grant of the case, as it is now."""
    return ChangeRoom(application=application, decision=granting(application))


def offers_registering(person: User, application: Application) -> bool:
    """Whether a page of a case that the reader sees offers to register what came on paper about
    its grant, by what the request knows already. The services ask again, under their lock."""
    return (
        application.status in HAS_GRANT
        and not application.imported
        and registers_paper(person, application)
    )


def registers_paper(person: User, application: Application) -> bool:
    """Whether the reader's work at the case's agency is to register such paper."""
    return any(
        work.agency_id == application.call.agency_id and work.role in REGISTERS_CHANGES
        for work in work_of(person)
    )
