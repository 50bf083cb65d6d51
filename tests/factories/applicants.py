"""People, organisations, mandates and staff."""

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory
from stdnum import luhn

from applicants.enums import OrganisationKind, OrganisationRole, Role
from applicants.models import Mandate, Organisation, OrganisationEntry, StaffRole, User
from core.formats import swedish_sort_key

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
        user: User = model_class.objects.create_user(*args, password=password, **kwargs)
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

    class Meta:
        model = Mandate


def staff(agency: Any, role: Role = Role.CASE_OFFICER, **fields: Any) -> User:
    """A person who works as that at the agency."""
    return StaffRoleFactory(agency=agency, role=role, user=UserFactory(**fields)).user


def acting_for(
    organisation: Organisation, role: OrganisationRole = OrganisationRole.SIGNATORY, **fields: Any
) -> User:
    """A person who acts for the organisation."""
    return MandateFactory(organisation=organisation, role=role, user=UserFactory(**fields)).user
