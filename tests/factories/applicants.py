"""People, organisations, mandates and staff."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory
from stdnum import luhn

from applicants.checks import INVITATION_HOLDS
from applicants.enums import OrganisationKind, OrganisationRole, RequestState, Role, Signing
from applicants.models import (
    Evidence,
    Invitation,
    Mandate,
    Organisation,
    OrganisationEntry,
    RepresentationRequest,
    StaffRole,
    User,
)
from applicants.selectors import token_digest
from core.formats import swedish_sort_key
from core.models import StoredFile

from .core import AgencyFactory, CountyFactory

PASSWORD = "provlösenord-för-alla-2013"


def org_no(n: int) -> str:
    """The n-th of a series of made-up numbers with right check digits."""
    digits = f"802{n:06d}"
    whole = digits + luhn.calc_check_digit(digits)
    return f"{whole[:6]}-{whole[6:]}"


class UserFactory(DjangoModelFactory[User]):
    email: Any = factory.Sequence(lambda n: f"person{n}@example.se")
    name: Any = factory.Sequence(lambda n: f"Person {n}")

    class Meta:
        model = User

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", PASSWORD)
        verified = kwargs.pop("verified", True)
        user: User = model_class.objects.create_user(*args, password=password, **kwargs)
        if verified:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


class StaffRoleFactory(DjangoModelFactory[StaffRole]):
    user = factory.SubFactory(UserFactory)
    agency = factory.SubFactory(AgencyFactory)
    role = Role.CASE_OFFICER

    class Meta:
        model = StaffRole


class OrganisationFactory(DjangoModelFactory[Organisation]):
    org_no: Any = factory.Sequence(org_no)
    name: Any = factory.Sequence(lambda n: f"Provkommun {n}")
    sort_key = factory.LazyAttribute(lambda each: swedish_sort_key(each.name))
    kind = OrganisationKind.MUNICIPALITY
    county = factory.SubFactory(CountyFactory)
    municipality = None

    class Meta:
        model = Organisation


class OrganisationEntryFactory(DjangoModelFactory[OrganisationEntry]):
    agency = factory.SubFactory(AgencyFactory)
    year = 2013
    key: Any = factory.Sequence(lambda n: f"K{n:05d}")
    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.SelfAttribute("organisation.name")
    sort_key = factory.LazyAttribute(lambda each: swedish_sort_key(each.name))
    kind = factory.SelfAttribute("organisation.kind")
    county = factory.SelfAttribute("organisation.county")
    municipality = factory.SelfAttribute("organisation.municipality")

    class Meta:
        model = OrganisationEntry


class MandateFactory(DjangoModelFactory[Mandate]):
    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = OrganisationRole.SIGNATORY
    starts_on = date(2010, 1, 1)
    ends_on = None
    signing = factory.LazyAttribute(
        lambda each: Signing.SOLE if each.role == OrganisationRole.SIGNATORY else ""
    )

    class Meta:
        model = Mandate


class StoredFileFactory(DjangoModelFactory[StoredFile]):
    """A received file, without its bytes on disk."""

    name = "stadgar.pdf"
    size = 1200
    sha256: Any = factory.Sequence(lambda n: f"{n:064x}")
    media_type = "application/pdf"
    uploaded_by = factory.LazyFunction(uuid4)
    created_at = factory.LazyFunction(timezone.now)
    next_attempt_at = factory.LazyFunction(timezone.now)

    class Meta:
        model = StoredFile


class RepresentationRequestFactory(DjangoModelFactory[RepresentationRequest]):
    """A request that waits for an answer, with a file."""

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    agency = factory.SubFactory(AgencyFactory)
    roles = factory.LazyFunction(lambda: ["administrator", "writer"])
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=365))
    state = RequestState.WAITING
    created_at = factory.LazyFunction(timezone.now)
    sent_at = factory.LazyAttribute(
        lambda each: None if each.state == RequestState.DRAFT else timezone.now()
    )

    class Meta:
        model = RepresentationRequest
        skip_postgeneration_save = True

    @factory.post_generation
    def files(self, create: bool, extracted: int | None, **kwargs: Any) -> None:
        for _ in range(1 if extracted is None else extracted):
            Evidence.objects.create(request=self, file=StoredFileFactory())


class InvitationFactory(DjangoModelFactory[Invitation]):
    """An invitation that can be taken; `token` is the secret of its link."""

    organisation = factory.SubFactory(OrganisationFactory)
    email: Any = factory.Sequence(lambda n: f"inbjuden{n}@example.se")
    roles = factory.LazyFunction(lambda: ["writer"])
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=365))
    token_sha256 = factory.LazyAttribute(lambda each: token_digest(each.token))
    invited_by = factory.SubFactory(UserFactory)
    created_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda each: each.created_at + INVITATION_HOLDS)

    class Meta:
        model = Invitation

    class Params:
        token: Any = factory.Sequence(lambda n: f"secret-{n}")


def staff(agency: Any, role: Role = Role.CASE_OFFICER, **fields: Any) -> User:
    """A person who works as that at the agency."""
    return StaffRoleFactory(agency=agency, role=role, user=UserFactory(**fields)).user


def acting_for(
    organisation: Organisation, role: OrganisationRole = OrganisationRole.SIGNATORY, **fields: Any
) -> User:
    """A person who acts for the organisation."""
    return MandateFactory(organisation=organisation, role=role, user=UserFactory(**fields)).user
