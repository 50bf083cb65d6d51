"""What a person may is asked of the database: once by a page that only shows something, each time
by whoever writes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import Mandate, StaffRole, User
from applicants.rules import has_mandate, has_role, mandates_held, remember_work
from grants.rules import delegation_held
from tests.factories import AgencyFactory, MandateFactory, OrganisationFactory, acting_for, staff

pytestmark = pytest.mark.django_db


def test_a_role_that_has_been_taken_away_allows_no_write() -> None:
    agency = AgencyFactory()
    writer, reader = (User.objects.get(pk=staff(agency, Role.REGISTRAR).pk) for _ in range(2))
    remember_work(writer)
    remember_work(reader, reads=True)
    for person in (writer, reader):
        assert has_role(person, agency.pk, [Role.REGISTRAR])
        assert not has_role(person, agency.pk, [Role.CONTROLLER])
        assert not has_role(person, AgencyFactory().pk, [Role.REGISTRAR])
    StaffRole.objects.all().delete()
    assert not has_role(writer, agency.pk, [Role.REGISTRAR])
    assert has_role(reader, agency.pk, [Role.REGISTRAR])


def test_a_mandate_that_has_ended_allows_no_write() -> None:
    organisation = OrganisationFactory()
    writer, reader = (User.objects.get(pk=acting_for(organisation).pk) for _ in range(2))
    remember_work(writer)
    remember_work(reader, reads=True)
    for person in (writer, reader):
        assert has_mandate(person, organisation.pk, [OrganisationRole.SIGNATORY])
        assert not has_mandate(person, organisation.pk, [OrganisationRole.READER])
        assert not has_mandate(person, OrganisationFactory().pk, OrganisationRole)
    Mandate.objects.update(ended_at=timezone.now())
    assert not has_mandate(writer, organisation.pk, [OrganisationRole.SIGNATORY])
    assert has_mandate(reader, organisation.pk, [OrganisationRole.SIGNATORY])


def test_who_works_at_an_agency_may_act_for_organisations_too() -> None:
    person = User.objects.get(pk=staff(AgencyFactory(), Role.ANALYST).pk)
    ended = MandateFactory(user=person, ends_on=timezone.localdate() - timedelta(days=1))
    remember_work(person, reads=True)
    assert mandates_held(person) == []
    held = MandateFactory(user=person)
    again = User.objects.get(pk=person.pk)
    remember_work(again, reads=True)
    assert mandates_held(again) == [held]
    assert has_mandate(again, held.organisation_id, [held.role])
    assert not has_mandate(again, ended.organisation_id, OrganisationRole)


@pytest.mark.parametrize("reads", [False, True])
def test_a_page_asks_for_roles_and_delegation_once(
    reads: bool, django_assert_num_queries: Callable[..., Any]
) -> None:
    agency = AgencyFactory()
    person = User.objects.get(pk=staff(agency, Role.DECISION_MAKER).pk)
    remember_work(person, reads=reads)
    today = timezone.localdate()
    with django_assert_num_queries(2 if reads else 6):
        for _time in range(3):
            assert has_role(person, agency.pk, [Role.DECISION_MAKER])
            assert delegation_held(agency.pk, person, today) is None
