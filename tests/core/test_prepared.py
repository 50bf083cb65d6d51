"""Queries and statements that are put together once, against what Django says each time."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Q
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applicants.enums import Role
from applicants.models import StaffRole, User
from core.models import Agency, NumberSeries, OutboxMessage
from core.selectors.prepared import Prepared, keep_prefetched, knowing
from core.services.rows import insert, insert_all, update
from tests.factories import AgencyFactory, StaffRoleFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_rows_are_those_of_the_queryset() -> None:
    role = StaffRoleFactory(role=Role.ANALYST)
    StaffRoleFactory()
    work = Prepared(
        lambda user: (
            StaffRole.objects.filter(user=user)
            .select_related("agency")
            .annotate(number=Count("agency__staff_roles"), named=F("user__name"))
        )
    )
    with CaptureQueriesContext(connection) as asked:
        (found,) = work(role.user_id)
        assert (found, found.agency, found.number) == (role, role.agency, 1)
        assert found.named == role.user.name
    assert len(asked) == 1
    assert work(0) == []
    assert work.first(0) is None


def test_a_query_is_put_together_once_for_each_shape() -> None:
    written = []

    def write(pks: Any) -> Any:
        written.append(len(pks))
        return User.objects.filter(pk__in=pks).order_by("pk")

    people, users = Prepared(write), [UserFactory() for _ in range(3)]
    pks = [user.pk for user in users]
    for _ in range(3):
        assert people(pks[:2]) == users[:2]
        assert people(pks) == users
        assert people([]) == []
    assert written == [2, 3, 0]


def test_values_of_every_kind_come_as_django_gives_them() -> None:
    user = UserFactory(name="O'Hara % \\ å")
    other = UserFactory()
    now = timezone.now()
    kinds: tuple[tuple[Prepared[Any], tuple[Any, ...]], ...] = (
        (Prepared(lambda at: User.objects.filter(created_at__lte=at)), (now,)),
        (Prepared(lambda day: User.objects.filter(created_at__date__lte=day)), (now.date(),)),
        (Prepared(lambda uuid: User.objects.filter(pseudonym=uuid)), (user.pseudonym,)),
        (Prepared(lambda name: User.objects.filter(name=name)), (user.name,)),
        (Prepared(lambda role: User.objects.filter(Q(language=role))), (user.language,)),
        (Prepared(lambda yes: User.objects.filter(is_active=yes)), (True,)),
        (Prepared(lambda pks: User.objects.exclude(pk__in=pks)), ([other.pk],)),
        (
            Prepared(lambda pk: User.objects.filter(pk=pk).values_list("pseudonym", "created_at")),
            (user.pk,),
        ),
        (Prepared(lambda pk: User.objects.filter(pk=pk).values_list("name", flat=True)), (1,)),
    )
    for prepared, values in kinds:
        expected = list(prepared.queryset(*values))
        assert prepared(*values) == prepared(*values) == expected
    assert kinds[2][0](user.pseudonym) == kinds[3][0](user.name) == [user]


def test_a_value_is_never_taken_for_sql() -> None:
    UserFactory()
    named = Prepared(lambda name: User.objects.filter(name=name))
    for name in ("' OR 1=1 --", "%s", "%(name)s", "{}", "$1", '"'):
        assert named(name) == []
        user = UserFactory(name=name)
        assert named(name) == [user]


@pytest.mark.parametrize("value", [None, 1.5, object(), b"1"])
def test_a_value_of_no_known_kind_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        Prepared(lambda pk: User.objects.filter(pk=pk))(value)


def test_a_row_that_has_changed_is_read_anew() -> None:
    user = UserFactory(name="Före")
    people = Prepared(lambda pk: User.objects.filter(pk=pk))
    assert people(user.pk)[0].name == "Före"
    User.objects.filter(pk=user.pk).update(name="Efter")
    assert people(user.pk)[0].name == "Efter"
    assert people(user.pk)[0] is not people(user.pk)[0]


def test_deferred_fields_are_fetched_when_asked_for() -> None:
    user = UserFactory(name="Anna")
    people = Prepared(lambda pk: User.objects.filter(pk=pk).defer("name"))
    (found,) = people(user.pk)
    assert found.get_deferred_fields() == {"name"}
    assert found.name == "Anna"


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_a_lock_needs_a_transaction_each_time() -> None:
    agency = AgencyFactory()
    locked = Prepared(lambda pk: Agency.objects.select_for_update().filter(pk=pk))
    for _ in range(2):
        with transaction.atomic():
            assert locked(agency.pk) == [agency]
        with pytest.raises(TransactionManagementError):
            locked(agency.pk)


@pytest.mark.postgresql
def test_the_server_keeps_the_plan() -> None:
    user = UserFactory()
    people = Prepared(lambda email: User.objects.filter(email=email))
    for _ in range(8):
        assert people(user.email) == [user]
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [sql for (sql,) in cursor.fetchall() if '"applicants_user"."email" = ' in sql]
    assert len(kept) == 1, kept


def test_rows_know_what_they_belong_to_and_are_not_asked_for_again() -> None:
    role = StaffRoleFactory()
    rows = knowing(list(StaffRole.objects.filter(agency=role.agency)), agency=role.agency)
    keep_prefetched(role.agency, "staff_roles", rows)
    with CaptureQueriesContext(connection) as asked:
        assert list(role.agency.staff_roles.all()) == [role]
        assert role.agency.staff_roles.all()[0].agency is role.agency
    assert not asked


def _mail(key: str) -> OutboxMessage:
    now = timezone.now()
    return OutboxMessage(
        dedupe_key=key,
        recipient="a@example.com",
        language="sv",
        subject="O'Hara",
        body="100 % \\ å",
        created_at=now,
        next_attempt_at=now + timedelta(minutes=1),
    )


def test_a_row_inserted_is_as_one_saved() -> None:
    with CaptureQueriesContext(connection) as asked:
        mail = insert(_mail("en"))
    assert len(asked) == 1
    assert not mail._state.adding
    found, saved = OutboxMessage.objects.get(pk=mail.pk), _mail("två")
    saved.save()
    for name in ("recipient", "subject", "body", "state", "attempts", "lease_token", "sent_at"):
        assert getattr(found, name) == getattr(OutboxMessage.objects.get(pk=saved.pk), name)
    assert (found.created_at, found.next_attempt_at) == (mail.created_at, mail.next_attempt_at)


def test_a_row_that_the_database_refuses_is_not_inserted() -> None:
    insert(_mail("en"))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(_mail("en"))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_all([_mail("två"), _mail("två")])
    assert OutboxMessage.objects.count() == 1


def test_several_rows_are_inserted_in_one_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        insert_all([_mail(str(number)) for number in range(5)])
        insert_all([])
    assert len(asked) == 1
    assert OutboxMessage.objects.count() == 5


def test_only_the_named_fields_are_written() -> None:
    mail = insert(_mail("en"))
    OutboxMessage.objects.filter(pk=mail.pk).update(recipient="b@example.com")
    mail.attempts, mail.recipient = 3, "c@example.com"
    update(mail, ["attempts"])
    found = OutboxMessage.objects.get(pk=mail.pk)
    assert (found.attempts, found.recipient) == (3, "b@example.com")


def test_a_row_that_is_gone_is_not_written() -> None:
    with pytest.raises(NumberSeries.DoesNotExist):
        update(NumberSeries(pk=0, last=1), ["last"])
