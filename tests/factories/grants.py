"""Calls with their parts, applications, decisions and ledger entries, put straight in place.

These do not go through the services: for a case with its whole history use
`tests.factories.scenario`.
"""

from datetime import UTC, date, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from core.checks import sha256_text
from grants.enums import Approval, EntryKind, Outcome, ParticipationRole, Status, Stream
from grants.models import (
    ActivityArea,
    Application,
    ApplicationVersion,
    Call,
    CallDefinitionRecord,
    Decision,
    DevelopmentField,
    LedgerEntry,
    Participation,
    Requirement,
)
from grants.workflow import HAS_GRANT

from .applicants import OrganisationFactory, UserFactory
from .core import AgencyFactory
from .definitions import stored_document


class CallDefinitionRecordFactory(DjangoModelFactory[CallDefinitionRecord]):
    """`changes` is passed on to `call_document`."""

    code: Any = factory.Sequence(lambda n: f"provutlysning-{n}")
    version = 1

    class Meta:
        model = CallDefinitionRecord

    class Params:
        changes: Any = None

    document = factory.LazyAttribute(
        lambda each: stored_document(code=each.code, **(each.changes or {}))[0]
    )
    sha256 = factory.LazyAttribute(
        lambda each: stored_document(code=each.code, **(each.changes or {}))[1]
    )


class CallFactory(DjangoModelFactory[Call]):
    """A call with the fields, areas and requirements of its definition; never closes."""

    agency = factory.SubFactory(AgencyFactory)
    code: Any = factory.Sequence(lambda n: f"utlysning-{n}")
    year = 2013
    stream = Stream.MUNICIPALITIES
    definition_record = factory.SubFactory(
        CallDefinitionRecordFactory,
        changes=factory.LazyAttribute(
            lambda each: {
                "year": each.factory_parent.year,
                "stream": str(each.factory_parent.stream),
            }
        ),
    )
    frame_sek = 1_000_000
    opens_on = None
    closes_on = None
    measured_on = factory.LazyAttribute(lambda call: date(call.year, 12, 31))
    spend_by = factory.LazyAttribute(lambda call: date(call.year + 1, 4, 30))
    report_cutoff = factory.LazyAttribute(lambda call: date(call.year + 1, 6, 1))

    class Meta:
        model = Call
        skip_postgeneration_save = True

    @factory.post_generation
    def parts(self: Call, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        """`parts=False` leaves out the fields, areas and requirements."""
        if create and extracted is not False:
            add_parts(self)


def add_parts(call: Call) -> None:
    """The call's fields, areas and requirements as rows, as its definition has them."""
    definition = call.definition
    fields = {
        each.code: DevelopmentField.objects.create(call=call, code=each.code, position=position)
        for position, each in enumerate(definition.development_fields, 1)
    }
    for position, placed in enumerate(definition.placed_areas, 1):
        field = fields[placed.field.code] if placed.field else None
        ActivityArea.objects.create(
            call=call, code=placed.area.code, field=field, position=position
        )
    for position, requirement in enumerate(definition.requirements, 1):
        Requirement.objects.create(
            call=call,
            code=requirement.code,
            position=position,
            satisfied_by=[str(value) for value in requirement.satisfied_by],
            applies_to=str(requirement.applies_to),
        )


class ApplicationFactory(DjangoModelFactory[Application]):
    """An application in any status, with what the database asks of it; no history."""

    call = factory.SubFactory(CallFactory)
    lead = factory.SubFactory(OrganisationFactory)
    status = Status.SUBMITTED
    requested_sek = 500_000

    class Meta:
        model = Application
        skip_postgeneration_save = True

    reference = ""
    register_number: Any = factory.Maybe(
        factory.LazyAttribute(
            lambda each: each.status in {Status.DRAFT, Status.DISCARDED} or bool(each.reference)
        ),
        yes_declaration="",
        no_declaration=factory.Sequence(lambda n: f"801-{n + 1}-2012"),
    )
    imported = factory.LazyAttribute(lambda each: bool(each.reference))
    received_at = factory.LazyAttribute(
        lambda each: (
            None
            if each.status in {Status.DRAFT, Status.DISCARDED}
            else datetime(2012, 11, 20, 12, tzinfo=UTC)
        )
    )
    granted_sek = factory.LazyAttribute(
        lambda each: each.requested_sek if each.status in HAS_GRANT else None
    )
    decided_on = factory.LazyAttribute(
        lambda each: (
            date(2013, 3, 14)
            if each.status in {*HAS_GRANT, Status.REJECTED, Status.WITHDRAWN}
            else None
        )
    )

    @factory.post_generation
    def partners(self: Application, create: bool, extracted: Any, **kwargs: Any) -> None:
        """`partners=[organisation, …]`: the lead's own participation is always made."""
        if not create:
            return
        ParticipationFactory(application=self, organisation=self.lead, role=ParticipationRole.LEAD)
        for organisation in extracted or ():
            ParticipationFactory(
                application=self, organisation=organisation, role=ParticipationRole.PARTNER
            )
        if extracted:
            self.partner_count = len(extracted)
            self.save(update_fields=["partner_count"])


class ParticipationFactory(DjangoModelFactory[Participation]):
    application = factory.SubFactory(ApplicationFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = ParticipationRole.PARTNER
    approval = Approval.APPROVED

    class Meta:
        model = Participation


class ApplicationVersionFactory(DjangoModelFactory[ApplicationVersion]):
    application = factory.SubFactory(ApplicationFactory)
    number = 1
    document = "{}"
    sha256 = factory.LazyAttribute(lambda each: sha256_text(each.document))
    submitted_at = datetime(2012, 11, 20, 12, tzinfo=UTC)
    submitted_by = factory.SubFactory(UserFactory)

    class Meta:
        model = ApplicationVersion


class DecisionFactory(DjangoModelFactory[Decision]):
    application = factory.SubFactory(ApplicationFactory, status=Status.GRANTED)
    outcome = Outcome.GRANTED
    amount_sek = factory.LazyAttribute(
        lambda each: each.application.granted_sek if each.outcome == Outcome.GRANTED else None
    )
    decided_on = date(2013, 3, 14)
    imported = False
    decider = factory.SubFactory(UserFactory)
    preparer = factory.SubFactory(UserFactory)
    assessor_ids = factory.LazyAttribute(lambda each: [each.preparer.pk] if each.preparer else [])
    reasons = "Kraven är uppfyllda."

    class Meta:
        model = Decision


class LedgerEntryFactory(DjangoModelFactory[LedgerEntry]):
    application = factory.SubFactory(ApplicationFactory, status=Status.GRANTED)
    organisation = factory.SelfAttribute("application.lead")
    kind = EntryKind.GRANTED
    year = factory.SelfAttribute("application.call.year")
    amount_sek = 500_000
    booked_on = date(2013, 3, 14)
    actor = "system"
    idempotency_key: Any = factory.Sequence(lambda n: f"prov:{n}")

    class Meta:
        model = LedgerEntry
