"""Registering organisations, mandates and roles: who may, and what is left behind."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants import selectors, services
from applicants.checks import OrganisationNumberFault
from applicants.enums import OrganisationKind, OrganisationRole, Role
from applicants.models import Organisation
from applicants.rules import WRITERS, has_mandate
from core.enums import JournalKind
from core.formats import swedish_sort_key
from core.selectors.journal import events_of
from tests.factories import (
    AgencyFactory,
    CountyFactory,
    MandateFactory,
    MunicipalityFactory,
    OrganisationFactory,
    StaffRoleFactory,
    UserFactory,
    acting_for,
    staff,
)

pytestmark = pytest.mark.django_db


def register(agency: Any, actor: Any, **changes: Any) -> Organisation:
    fields: dict[str, Any] = {
        "name": "Ängelholms  kommun ",
        "kind": OrganisationKind.MUNICIPALITY,
        "county": CountyFactory(),
        "org_no": "2220130013",
    }
    return services.register_organisation(agency=agency, actor=actor, **fields | changes)


def test_an_organisation_is_registered_with_a_normal_number_and_a_sort_key() -> None:
    agency = AgencyFactory()
    registrar = staff(agency, Role.REGISTRAR)
    found = register(agency, registrar)
    assert (found.org_no, found.name) == ("222013-0013", "Ängelholms kommun")
    assert found.sort_key == swedish_sort_key("Ängelholms kommun")
    (event,) = events_of(kind=JournalKind.ORGANISATION, subject=str(found.pk))
    assert (event.name, event.actor) == ("organisation.registered", str(registrar.pseudonym))


def test_units_of_a_city_share_its_number() -> None:
    agency = AgencyFactory()
    registrar = staff(agency, Role.REGISTRAR)
    kind = OrganisationKind.CITY_DISTRICT
    for unit in ("Norrmalm", "Södermalm"):
        register(agency, registrar, name=unit, unit=unit, kind=kind)
    with pytest.raises(services.OrganisationThere) as caught:
        register(agency, registrar, name="Norrmalms stadsdel", unit=" Norrmalm ", kind=kind)
    assert caught.value.organisation.name == "Norrmalm"
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationFactory(org_no="222013-0013", unit="Norrmalm")


def test_only_an_association_may_lack_a_number() -> None:
    agency = AgencyFactory()
    registrar = staff(agency, Role.REGISTRAR)
    for _ in range(2):
        found = register(
            agency, registrar, name="En kvinnojour", org_no="", kind=OrganisationKind.ASSOCIATION
        )
        assert found.org_no == ""
    for org_no in ("", "222013-0014"):
        with pytest.raises(OrganisationNumberFault):
            register(agency, registrar, org_no=org_no)


def test_others_register_nothing() -> None:
    agency = AgencyFactory()
    for stranger in (
        None,
        UserFactory(),
        UserFactory(is_superuser=True),
        staff(AgencyFactory(), Role.REGISTRAR),
        staff(agency, Role.ANALYST),
    ):
        with pytest.raises(PermissionDenied):
            register(agency, stranger)
    assert not Organisation.objects.exists()


def test_a_municipality_lies_in_the_organisations_county() -> None:
    agency = AgencyFactory()
    registrar = staff(agency, Role.REGISTRAR)
    elsewhere = MunicipalityFactory(code="1480", county=CountyFactory(code="14"))
    for fields in ({"municipality": elsewhere}, {"name": "  "}):
        with pytest.raises(ValueError, match="an organisation has"):
            register(agency, registrar, **fields)


def test_a_mandate_is_given_by_those_who_act_for_the_organisation() -> None:
    organisation = OrganisationFactory()
    administrator, newcomer = (
        acting_for(organisation, OrganisationRole.ADMINISTRATOR),
        UserFactory(),
    )
    today = timezone.localdate()
    give: dict[str, Any] = {
        "organisation": organisation,
        "user": newcomer,
        "role": OrganisationRole.WRITER,
        "starts_on": today,
    }
    for stranger in (None, newcomer, acting_for(organisation), acting_for(OrganisationFactory())):
        with pytest.raises(PermissionDenied):
            services.give_mandate(**give, actor=stranger)
    mandate = services.give_mandate(**give, actor=administrator)
    assert has_mandate(newcomer, organisation.pk, WRITERS)
    assert list(selectors.organisations_acted_for(newcomer)) == [organisation]
    with pytest.raises(PermissionDenied):
        services.end_mandate(mandate=mandate, actor=newcomer, ends_on=today)
    services.end_mandate(mandate=mandate, actor=administrator, ends_on=today)
    assert has_mandate(newcomer, organisation.pk, WRITERS)
    mandate.refresh_from_db()
    mandate.starts_on = mandate.ends_on = today - timedelta(days=1)
    mandate.save()
    assert not has_mandate(newcomer, organisation.pk, WRITERS)
    assert not selectors.organisations_acted_for(newcomer).exists()
    with pytest.raises(ValueError, match="ends after"):
        services.end_mandate(mandate=mandate, actor=administrator, ends_on=date(2010, 1, 1))
    names = [e.name for e in events_of(kind=JournalKind.ORGANISATION, subject=str(organisation.pk))]
    assert names == ["mandate.given", "mandate.ended"]


def test_a_role_is_given_by_the_agencys_administrator_only() -> None:
    agency, newcomer = AgencyFactory(), UserFactory()
    give: dict[str, Any] = {"agency": agency, "user": newcomer, "role": Role.ANALYST}
    for stranger in (staff(agency, Role.CASE_OFFICER), staff(AgencyFactory(), Role.ADMINISTRATOR)):
        with pytest.raises(PermissionDenied):
            services.give_role(**give, actor=stranger)
    administrator = staff(agency, Role.ADMINISTRATOR)
    first = services.give_role(**give, actor=administrator)
    assert services.give_role(**give, actor=administrator) == first
    assert [e.name for e in events_of(kind=JournalKind.INSTALLATION, subject="")] == ["role.given"]


def test_agencies_of_a_person() -> None:
    agency = AgencyFactory()
    officer = staff(agency)
    StaffRoleFactory(user=officer, agency=AgencyFactory(), role=Role.ANALYST)
    assert list(selectors.agencies_of(officer, [Role.CASE_OFFICER])) == [agency]
    assert selectors.agencies_of(officer).count() == 2
    assert not selectors.agencies_of(None).exists()
    assert not selectors.agencies_of(UserFactory()).exists()


def test_people_behind_pseudonyms() -> None:
    user = UserFactory()
    found = selectors.people_by_pseudonym([str(user.pseudonym), str(user.pseudonym)])
    assert found == {str(user.pseudonym): user}


def test_a_person_holds_each_role_for_an_organisation_once() -> None:
    mandate = MandateFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        MandateFactory(user=mandate.user, organisation=mandate.organisation)
