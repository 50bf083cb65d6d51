"""Mandates: given, changed, ended, left, and never without an administrator."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from applicants import selectors, services
from applicants.checks import RepresentationRefused, check_roles
from applicants.enums import OrganisationRole, Role, Signing
from applicants.models import Mandate, User
from applicants.rules import has_mandate
from core.enums import JournalKind
from core.selectors.journal import events_of
from tests.core.concurrency import in_threads
from tests.factories import (
    AgencyFactory,
    MandateFactory,
    OrganisationEntryFactory,
    OrganisationFactory,
    UserFactory,
    acting_for,
    staff,
)

pytestmark = pytest.mark.django_db
ADMINISTRATOR, WRITER = OrganisationRole.ADMINISTRATOR, OrganisationRole.WRITER
SIGNATORY, READER = OrganisationRole.SIGNATORY, OrganisationRole.READER


def in_a_year() -> date:
    return timezone.localdate() + timedelta(days=365)


def given(organisation: Any, role: OrganisationRole, actor: User, **changes: Any) -> Mandate:
    fields: dict[str, Any] = {
        "organisation": organisation,
        "user": changes.pop("user", None) or UserFactory(),
        "role": role,
        "actor": actor,
        "starts_on": timezone.localdate(),
        "ends_on": in_a_year(),
    }
    return services.give_mandate(**fields | changes)


def roles_of(user: User) -> set[str]:
    return {each.role for each in selectors.mandates_of(user)}


def test_a_signatory_signs_alone_or_jointly_and_nobody_else_signs() -> None:
    organisation = OrganisationFactory()
    administrator = acting_for(organisation, ADMINISTRATOR)
    alone = given(organisation, SIGNATORY, administrator)
    jointly = given(organisation, SIGNATORY, administrator, signing=Signing.JOINTLY)
    writer = given(organisation, WRITER, administrator, signing=Signing.JOINTLY)
    assert [each.signing for each in (alone, jointly, writer)] == ["sole", "jointly", ""]
    assert {each.pk for each in selectors.signatories_of(organisation)} == {alone.pk, jointly.pk}
    for fields in ({"role": SIGNATORY, "signing": ""}, {"role": WRITER, "signing": "sole"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MandateFactory(**fields)


def test_only_administrators_give_mandates() -> None:
    organisation = OrganisationFactory()
    for stranger in (
        acting_for(organisation, SIGNATORY),
        acting_for(organisation, WRITER),
        acting_for(OrganisationFactory(), ADMINISTRATOR),
        staff(AgencyFactory(), Role.ADMINISTRATOR),
    ):
        with pytest.raises(PermissionDenied):
            given(organisation, READER, stranger)


def test_a_mandate_given_again_leaves_the_earlier_one_as_history() -> None:
    organisation = OrganisationFactory()
    administrator, user = acting_for(organisation, ADMINISTRATOR), UserFactory()
    first = given(organisation, SIGNATORY, administrator, user=user)
    same = given(organisation, SIGNATORY, administrator, user=user)
    assert same == first
    second = given(organisation, SIGNATORY, administrator, user=user, signing=Signing.JOINTLY)
    first.refresh_from_db()
    assert first.ended_at is not None
    assert [each.pk for each in selectors.signatories_of(organisation)] == [second.pk]
    with pytest.raises(RepresentationRefused, match="ended"):
        services.end_mandate(mandate=first, actor=administrator, ends_on=timezone.localdate())


def test_what_is_taken_back_ends_at_once_and_stays_as_history() -> None:
    organisation = OrganisationFactory()
    administrator, colleague = acting_for(organisation, ADMINISTRATOR), acting_for(organisation)
    given(organisation, WRITER, administrator, user=colleague)
    mandate = Mandate.objects.get(user=colleague, role=SIGNATORY)
    services.take_back_mandate(mandate=mandate, actor=administrator)
    assert roles_of(colleague) == {WRITER}
    services.remove_colleague(organisation=organisation, user=colleague, actor=administrator)
    assert not has_mandate(colleague, organisation.pk, OrganisationRole)
    assert Mandate.objects.filter(user=colleague).count() == 2
    (former,) = [each for each in selectors.colleagues_of(organisation) if not each.holds]
    assert (former.user, len(former.mandates)) == (colleague, 2)
    with pytest.raises(RepresentationRefused, match="not_colleague"):
        services.remove_colleague(organisation=organisation, user=colleague, actor=administrator)


def test_a_mandate_ends_with_its_last_day() -> None:
    mandate = MandateFactory(role=WRITER, ends_on=timezone.localdate())
    assert roles_of(mandate.user) == {WRITER}
    mandate.ends_on = timezone.localdate() - timedelta(days=1)
    mandate.save()
    assert roles_of(mandate.user) == set()
    assert not selectors.organisations_acted_for(mandate.user).exists()


def test_roles_are_changed_in_one_go() -> None:
    organisation = OrganisationFactory()
    administrator, colleague = acting_for(organisation, ADMINISTRATOR), acting_for(organisation)
    change: dict[str, Any] = {
        "organisation": organisation,
        "user": colleague,
        "roles": ["administrator", "reader"],
        "signing": "",
        "ends_on": in_a_year(),
    }
    for stranger in (colleague, UserFactory(), staff(AgencyFactory())):
        with pytest.raises(PermissionDenied):
            services.change_roles(**change, actor=stranger)
    services.change_roles(**change, actor=administrator)
    assert roles_of(colleague) == {ADMINISTRATOR, READER}
    with pytest.raises(RepresentationRefused, match="not_colleague"):
        services.change_roles(**change | {"user": UserFactory()}, actor=administrator)
    with pytest.raises(RepresentationRefused, match="no_roles"):
        services.change_roles(**change | {"roles": []}, actor=administrator)


# The last administrator -------------------------------------------------------------------------


def test_the_last_administrator_does_not_go_in_any_way() -> None:
    organisation = OrganisationFactory()
    last = acting_for(organisation, ADMINISTRATOR)
    mandate = Mandate.objects.get(user=last)
    acting_for(organisation, WRITER)
    MandateFactory(organisation=organisation, role=ADMINISTRATOR, user=UserFactory(is_active=False))
    MandateFactory(organisation=organisation, role=ADMINISTRATOR, ends_on=date(2011, 1, 1))
    common: dict[str, Any] = {"actor": last}
    tries = [
        lambda: services.leave_organisation(organisation=organisation, **common),
        lambda: services.remove_colleague(organisation=organisation, user=last, **common),
        lambda: services.take_back_mandate(mandate=mandate, **common),
        lambda: services.end_mandate(mandate=mandate, ends_on=in_a_year(), **common),
        lambda: given(organisation, ADMINISTRATOR, last, user=last),
        lambda: services.change_roles(
            organisation=organisation,
            user=last,
            roles=["reader"],
            signing="",
            ends_on=in_a_year(),
            **common,
        ),
    ]
    for attempt in tries:
        with pytest.raises(RepresentationRefused, match="last_administrator"):
            attempt()
    assert roles_of(last) == {ADMINISTRATOR}


def test_the_last_administrator_leaves_by_naming_a_colleague() -> None:
    organisation = OrganisationFactory()
    last, colleague = acting_for(organisation, ADMINISTRATOR), acting_for(organisation, READER)
    with pytest.raises(RepresentationRefused, match="not_colleague"):
        services.leave_organisation(organisation=organisation, actor=last, successor=UserFactory())
    with pytest.raises(RepresentationRefused, match="not_colleague"):
        services.leave_organisation(organisation=organisation, actor=last, successor=last)
    services.leave_organisation(organisation=organisation, actor=last, successor=colleague)
    assert roles_of(last) == set()
    assert roles_of(colleague) == {ADMINISTRATOR, READER}


def test_others_leave_as_they_like() -> None:
    organisation = OrganisationFactory()
    acting_for(organisation, ADMINISTRATOR)
    writer = acting_for(organisation, WRITER)
    services.leave_organisation(organisation=organisation, actor=writer)
    assert roles_of(writer) == set()
    with pytest.raises(RepresentationRefused, match="not_colleague"):
        services.leave_organisation(organisation=organisation, actor=writer)


def test_an_officer_who_knows_the_organisation_ends_even_the_last_with_a_reason() -> None:
    organisation = OrganisationFactory()
    last, agency = acting_for(organisation, ADMINISTRATOR), AgencyFactory()
    remove: dict[str, Any] = {"organisation": organisation, "user": last, "reason": "Har slutat."}
    officer = staff(agency)
    with pytest.raises(PermissionDenied):
        services.remove_colleague(**remove, actor=officer)
    OrganisationEntryFactory(organisation=organisation, agency=agency)
    for stranger in (None, UserFactory(), staff(AgencyFactory()), staff(agency, Role.ANALYST)):
        with pytest.raises(PermissionDenied):
            services.remove_colleague(**remove, actor=stranger)
    with pytest.raises(RepresentationRefused, match="no_reason"):
        services.remove_colleague(**remove | {"reason": " "}, actor=officer)
    services.remove_colleague(**remove, actor=officer)
    assert not selectors.administrators_of(organisation).exists()
    event = events_of(kind=JournalKind.ORGANISATION, subject=str(organisation.pk)).last()
    assert event is not None
    assert (event.name, event.actor) == ("mandate.taken_back", str(officer.pseudonym))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_leave_at_once_one_stays() -> None:
    organisation = OrganisationFactory()
    people = [acting_for(organisation, ADMINISTRATOR) for _ in range(2)]

    def leave(user: User) -> str:
        try:
            services.leave_organisation(organisation=organisation, actor=user)
        except RepresentationRefused as refused:
            return refused.code
        return "left"

    answers = in_threads(*[lambda user=each: leave(user) for each in people])
    assert sorted(answers) == ["last_administrator", "left"]
    assert selectors.administrators_of(organisation).count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_role_given_twice_at_once_is_held_once() -> None:
    organisation = OrganisationFactory()
    administrator, user = acting_for(organisation, ADMINISTRATOR), UserFactory()
    in_threads(*[lambda: given(organisation, WRITER, administrator, user=user)] * 4)
    assert Mandate.objects.filter(user=user).count() == 1


def test_details_are_for_the_organisations_own_people_and_staff() -> None:
    import rules

    organisation = OrganisationFactory()
    for person in (acting_for(organisation, READER), staff(AgencyFactory(), Role.CONTROLLER)):
        assert rules.has_perm("applicants.see_details", person, organisation)
    ended = MandateFactory(organisation=organisation, ends_on=date(2011, 1, 1)).user
    for person in (None, ended, acting_for(OrganisationFactory()), UserFactory(is_superuser=True)):
        assert not rules.has_perm("applicants.see_details", person, organisation)
        assert not rules.has_perm("applicants.see_details", person, None)


def test_roles_are_kept_once_and_in_order() -> None:
    assert check_roles(["reader", "administrator", "reader"], "") == ((ADMINISTRATOR, READER), None)
    assert check_roles(["signatory"], "jointly") == ((SIGNATORY,), Signing.JOINTLY)
