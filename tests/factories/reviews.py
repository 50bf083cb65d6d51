"""Findings, declarations, opinions and proposals, put straight in place."""

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from grants.models import ShutOut
from reviews.enums import FindingValue, ProposedOutcome
from reviews.models import ConflictDeclaration, Opinion, Proposal, RequirementFinding

from .applicants import UserFactory
from .core import CountyFactory
from .grants import ApplicationFactory


class RequirementFindingFactory(DjangoModelFactory[RequirementFinding]):
    application = factory.SubFactory(ApplicationFactory)
    requirement: Any = factory.LazyAttribute(
        lambda each: each.application.call.requirements.order_by("position").first()
    )
    organisation = factory.SelfAttribute("application.lead")
    finding = FindingValue.MET
    made_by = factory.SubFactory(UserFactory)

    class Meta:
        model = RequirementFinding


class ConflictDeclarationFactory(DjangoModelFactory[ConflictDeclaration]):
    """One with a conflict shuts the person out."""

    user = factory.SubFactory(UserFactory)
    application = factory.SubFactory(ApplicationFactory)
    has_conflict = False

    class Meta:
        model = ConflictDeclaration
        skip_postgeneration_save = True

    @factory.post_generation
    def shut_out(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and self.has_conflict:
            ShutOut.objects.get_or_create(
                application=self.application, user=self.user, defaults={"since": self.declared_at}
            )


class OpinionFactory(DjangoModelFactory[Opinion]):
    application = factory.SubFactory(ApplicationFactory)
    county = factory.SubFactory(CountyFactory)
    due_on = date(2013, 1, 31)

    class Meta:
        model = Opinion


class ProposalFactory(DjangoModelFactory[Proposal]):
    application = factory.SubFactory(ApplicationFactory)
    outcome = ProposedOutcome.GRANT
    amount_sek = factory.LazyAttribute(
        lambda each: (
            each.application.requested_sek if each.outcome == ProposedOutcome.GRANT else None
        )
    )
    reasons = "Kraven är uppfyllda."
    prepared_by = factory.SubFactory(UserFactory)

    class Meta:
        model = Proposal
