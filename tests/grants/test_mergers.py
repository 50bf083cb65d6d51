"""Organisations absorbed one after the other: what has ended is read by whoever is left, and what
is in hand elsewhere is handed over to it."""

from itertools import pairwise
from typing import Any

import pytest
import rules
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.models import Organisation, User
from applicants.rules import remember_work
from applicants.selectors import absorbed_by, organisation_ids_read_by, successors_of
from grants.checks.changes import ChangeRefused
from grants.content.changes import MergerChange
from grants.enums import Status
from grants.models import GrantChange
from grants.selectors import own_applications
from portal.services.changes import decide
from tests.factories import ApplicationFactory, OrganisationFactory, acting_for
from tests.factories.changing import Changing

pytestmark = pytest.mark.django_db


def merged(*line: Organisation) -> None:
    """Each absorbed by the next."""
    for absorbed, successor in pairwise(line):
        Organisation.objects.filter(pk=absorbed.pk).update(
            merged_into=successor, merged_on=timezone.localdate()
        )


def test_who_acts_for_the_last_of_a_line_reads_what_has_ended_of_the_first() -> None:
    first, second, third, alone = OrganisationFactory.create_batch(4)
    cases = [ApplicationFactory(lead=each, status=Status.CLOSED) for each in (first, second, third)]
    joint = ApplicationFactory(lead=alone, partners=[first], status=Status.CLOSED)
    theirs = ApplicationFactory(lead=alone, status=Status.CLOSED)
    merged(first, second, third)
    person, between = acting_for(third), acting_for(second)
    for reader in (person, _of_a_request(person)):
        assert set(own_applications(reader)) == {*cases, joint}
        assert rules.has_perm("grants.view_application", reader, cases[0])
        assert not rules.has_perm("grants.view_application", reader, theirs)
        assert not rules.has_perm("grants.message_agency", reader, cases[0])
    assert set(own_applications(between)) == {*cases[:2], joint}
    client = Client()
    client.force_login(person)
    for page in ("application-file", "application-messages"):
        assert client.get(reverse(page, args=[cases[0].pk])).status_code == 200
        assert client.get(reverse(page, args=[theirs.pk])).status_code == 404


def _of_a_request(person: User) -> User:
    found = User.objects.get(pk=person.pk)
    remember_work(found)
    return found


def test_a_longer_line_asks_no_more_of_the_database(
    django_assert_num_queries: Any,
) -> None:
    alone, last, *line = OrganisationFactory.create_batch(8)
    person = acting_for(alone)
    with django_assert_num_queries(1):
        assert organisation_ids_read_by(person) == [alone.pk]
    merged(line[0], last)
    person = acting_for(last)
    with django_assert_num_queries(2):
        assert organisation_ids_read_by(person) == sorted([last.pk, line[0].pk])
    merged(*reversed(line))
    with django_assert_num_queries(2):
        assert organisation_ids_read_by(person) == sorted([last.pk, *(each.pk for each in line)])


def test_a_ring_of_mergers_ends_the_reading() -> None:
    first, second, third = OrganisationFactory.create_batch(3)
    merged(first, second, third, first)
    assert absorbed_by([third.pk]) == {first.pk, second.pk}
    assert successors_of(first.pk) == [second.pk, third.pk, first.pk]
    assert organisation_ids_read_by(acting_for(first)) == sorted([first.pk, second.pk, third.pk])
    assert absorbed_by([]) == set()


def test_a_case_elsewhere_is_handed_over_to_the_last_of_the_line() -> None:
    here, there = Changing(), Changing()
    between, last = OrganisationFactory(), there.successor()
    acting_for(between)
    case = there.granted()
    merged(there.lead, between, last)
    day = timezone.localdate()
    made = MergerChange(there.lead.pk, between.pk, day, between.name, between.org_no)
    refused = there.prepared(case, made)
    with pytest.raises(ChangeRefused) as caught:
        _decided(there, refused)
    assert caught.value.code == "merged"
    there.propose(refused, MergerChange(there.lead.pk, here.lead.pk, day, here.lead.name, ""))
    with pytest.raises(ChangeRefused) as caught:
        _decided(there, refused)
    assert caught.value.code == "merged"
    there.propose(refused, MergerChange(there.lead.pk, last.pk, day, last.name, last.org_no))
    _decided(there, refused)
    case.refresh_from_db(fields=["lead"])
    assert case.lead == last
    # Who absorbed whom, and when, stands as it was.
    assert Organisation.objects.get(pk=there.lead.pk).merged_into == between


def _decided(desk: Changing, change: GrantChange) -> None:
    decide(change=GrantChange.objects.get(pk=change.pk), actor=desk.decider)
