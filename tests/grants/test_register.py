"""What comes in and goes out is numbered within its case, once, and what is wrong is corrected so
that it can be seen."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.enums import JournalKind
from core.selectors.journal import events_of
from core.selectors.verification import JournalVerifier
from grants.enums import Direction, DocumentKind, Medium
from grants.models import Application, CaseDocument
from grants.selectors.register import documents_for_party, marks_of
from grants.services import handling, submission
from grants.services.messages import send_message
from grants.services.register import (
    Registration,
    RegistrationRefused,
    correct_registration,
    mark_document,
    mark_fields,
    register_by_hand,
    register_document,
    unmark_document,
    unmark_fields,
)
from tests.core.concurrency import in_threads
from tests.factories import AgencyFactory, staff
from tests.factories.scenario import fresh
from tests.portal.everyone import uploaded
from tests.portal.own_cases import Own

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> Own:
    return Own()


@pytest.fixture
def registrar(own: Own) -> User:
    return staff(own.agency, Role.REGISTRAR, name="Rut Registrator")


def letter(**fields: Any) -> Registration:
    known: dict[str, Any] = {
        "direction": Direction.IN,
        "kind": DocumentKind.OTHER,
        "dated_on": timezone.localdate() - timedelta(days=3),
        "party": "Anna Andersson",
        "title": "Synpunkter på ansökan",
        "medium": Medium.PAPER,
    }
    return Registration(**known | fields)


def told(application: Application) -> list[tuple[int, str, str]]:
    rows = CaseDocument.objects.filter(application=application).order_by("number")
    return [(each.number, each.direction, each.kind) for each in rows]


def names(application: Application) -> list[str]:
    return [each.name for each in events_of(kind=JournalKind.CASE, subject=str(application.pk))]


def test_everything_each_way_gets_the_next_number(own: Own) -> None:
    case = own.completing()
    send_message(application=case, actor=own.writer, body="En fråga.", from_agency=False)
    send_message(application=case, actor=own.officer, body="Ett svar.", from_agency=True)
    submission.complete_application(application=fresh(case), actor=own.signatory)
    handling.withdraw_application(application=fresh(case), actor=own.signatory, reasons="Ändrat.")
    assert told(case) == [
        (1, "in", "application"),
        (2, "out", "completion_request"),
        (3, "in", "message"),
        (4, "out", "message"),
        (5, "in", "completion"),
        (6, "in", "withdrawal"),
    ]
    parties = set(CaseDocument.objects.filter(application=case).values_list("party", flat=True))
    assert parties == {"Ale kommun"}


def test_taking_back_and_sending_in_again_are_numbered(own: Own) -> None:
    case = own.received()
    submission.take_back_application(application=case, actor=own.signatory)
    submission.submit_application(
        application=fresh(case), actor=own.signatory, assurance="password+code"
    )
    assert [kind for _number, _way, kind in told(case)] == [
        "application", "withdrawal", "application",
    ]  # fmt: skip


def test_a_record_is_numbered_once(own: Own) -> None:
    case = own.received()
    fields: dict[str, Any] = {
        "application": case,
        "direction": Direction.INTERNAL,
        "kind": DocumentKind.NOTE,
        "source": "note:1",
        "actor": own.officer,
    }
    first, second = register_document(**fields), register_document(**fields)
    assert first.pk == second.pk
    assert first.number == 2


def test_what_is_marked_by_its_record_is_kept_from_the_party(own: Own) -> None:
    case = own.received()
    register_document(
        application=case, direction=Direction.INTERNAL, kind=DocumentKind.NOTE,
        source="note:1", actor=own.officer, secrecy="21 kap. 1 § OSL",
    )  # fmt: skip
    assert [each.number for each in documents_for_party(case)] == [1]


def test_numbering_a_held_case_is_one_statement(own: Own) -> None:
    case = own.received()
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        document = register_document(
            application=case, direction=Direction.OUT, kind=DocumentKind.OTHER,
            source="other:1", actor=None, held=True,
        )  # fmt: skip
    asked = [each for each in queries.captured_queries if "SAVEPOINT" not in each["sql"]]
    assert len(asked) == 1
    assert document.number == 2


def test_a_number_is_never_changed_or_taken_away(own: Own) -> None:
    case = own.received()
    document = CaseDocument.objects.get(application=case)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseDocument.objects.filter(pk=document.pk).update(number=7)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseDocument.objects.filter(pk=document.pk).delete()


def test_a_letter_is_registered_with_its_true_date(own: Own, registrar: User) -> None:
    case = own.received()
    file = uploaded(registrar, "brev.pdf")
    document = register_by_hand(
        application=case, actor=registrar, registration=letter(), files=[file]
    )
    assert document.number == 2
    assert document.dated_on == timezone.localdate() - timedelta(days=3)
    assert document.source == ""
    assert list(document.scans.all()) == [file]
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).last()
    assert event is not None
    assert event.name == "document.registered"
    assert "Anna" not in event.payload


def test_two_letters_are_two_documents(own: Own, registrar: User) -> None:
    case = own.received()
    for _each in range(2):
        register_by_hand(application=case, actor=registrar, registration=letter())
    assert len(told(case)) == 3


def test_only_the_agencys_registrar_registers(own: Own, registrar: User) -> None:
    case = own.received()
    elsewhere = staff(AgencyFactory(), Role.REGISTRAR)
    for person in (own.officer, own.signatory, elsewhere, own.stranger):
        with pytest.raises(PermissionDenied):
            register_by_hand(application=case, actor=person, registration=letter())
    assert len(told(case)) == 1


def test_a_letter_from_tomorrow_is_refused(own: Own, registrar: User) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(RegistrationRefused, match="future"):
        register_by_hand(
            application=own.received(), actor=registrar, registration=letter(dated_on=tomorrow)
        )


def test_a_scan_belongs_to_one_document(own: Own, registrar: User) -> None:
    case, file = own.received(), uploaded(registrar, "brev.pdf")
    register_by_hand(application=case, actor=registrar, registration=letter(), files=[file])
    with pytest.raises(RegistrationRefused, match="file_elsewhere"):
        register_by_hand(application=case, actor=registrar, registration=letter(), files=[file])


def test_a_correction_keeps_what_stood_before(own: Own, registrar: User) -> None:
    case = own.received()
    document = register_by_hand(application=case, actor=registrar, registration=letter())
    today = timezone.localdate()
    correct_registration(
        document=document, actor=registrar, registration=letter(dated_on=today), reason="Fel dag."
    )
    document.refresh_from_db()
    assert document.dated_on == today
    change = document.changes.get()
    assert change.before == {"dated_on": (today - timedelta(days=3)).isoformat()}
    assert change.after == {"dated_on": today.isoformat()}
    assert names(case)[-1] == "document.corrected"
    with pytest.raises(IntegrityError), transaction.atomic():
        document.changes.update(reason="")


@pytest.mark.parametrize(
    ("reason", "code"), [("", "reason_missing"), ("Inget fel.", "nothing_changed")]
)
def test_a_correction_has_a_reason_and_changes_something(
    own: Own, registrar: User, reason: str, code: str
) -> None:
    case = own.received()
    document = register_by_hand(application=case, actor=registrar, registration=letter())
    with pytest.raises(RegistrationRefused, match=code):
        correct_registration(
            document=document, actor=registrar, registration=letter(), reason=reason
        )


def test_the_systems_own_documents_are_not_corrected_by_hand(own: Own, registrar: User) -> None:
    document = CaseDocument.objects.get(application=own.received())
    with pytest.raises(RegistrationRefused, match="not_by_hand"):
        correct_registration(
            document=document, actor=registrar, registration=letter(), reason="Fel."
        )


def test_a_marking_is_set_and_removed_and_both_are_told(own: Own, registrar: User) -> None:
    case = own.received()
    document = CaseDocument.objects.get(application=case)
    mark_document(document=document, actor=own.officer, provision="26 kap. 1 § OSL")
    assert not documents_for_party(case).exists()
    unmark_document(document=document, actor=registrar, reason="Prövad: inte hemlig.")
    assert documents_for_party(case).exists()
    assert names(case)[-2:] == ["document.marked", "document.unmarked"]
    assert [each.change for each in document.changes.order_by("pk")] == ["marked", "unmarked"]


def test_a_marking_may_leave_the_party_its_own_document(own: Own) -> None:
    case = own.received()
    document = CaseDocument.objects.get(application=case)
    mark_document(
        document=document, actor=own.officer, provision="18 kap. 8 § OSL", secret_to_party=False
    )
    assert documents_for_party(case).get().secrecy == "18 kap. 8 § OSL"


def test_who_marks(own: Own) -> None:
    document = CaseDocument.objects.get(application=own.received())
    decider = staff(own.agency, Role.DECISION_MAKER)
    for person in (own.signatory, own.elsewhere, decider):
        with pytest.raises(PermissionDenied):
            mark_document(document=document, actor=person, provision="21 kap. 1 § OSL")
    with pytest.raises(RegistrationRefused, match="provision_missing"):
        mark_document(document=document, actor=own.officer, provision=" ")
    with pytest.raises(RegistrationRefused, match="reason_missing"):
        unmark_document(document=document, actor=own.officer, reason="")


def test_fields_are_marked_and_unmarked(own: Own) -> None:
    case = own.received()
    paths = ["answer.mapping.situation", "budget"]
    marked = mark_fields(
        application=case, actor=own.officer, paths=paths, provision="18 kap. 8 § OSL"
    )
    again = mark_fields(
        application=case, actor=own.officer, paths=paths, provision="21 kap. 1 § OSL"
    )
    assert (marked, again) == (2, 0)
    assert marks_of(case) == dict.fromkeys(paths, "18 kap. 8 § OSL")
    unmark_fields(application=case, actor=own.officer, paths=["budget"], reason="Öppet.")
    assert set(marks_of(case)) == {"answer.mapping.situation"}
    assert names(case)[-2:] == ["fields.marked", "fields.unmarked"]


def test_nobody_is_mailed_for_what_the_registrar_writes(own: Own, registrar: User) -> None:
    from core.models import OutboxMessage

    case = own.received()
    before = OutboxMessage.objects.count()
    register_by_hand(application=case, actor=registrar, registration=letter())
    assert OutboxMessage.objects.count() == before


# At once ------------------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_registered_at_once_is_numbered_without_gaps_and_once() -> None:
    own = Own()
    case = own.assigned()
    registrars = [staff(own.agency, Role.REGISTRAR) for _each in range(2)]
    before = list(case.documents.order_by("number").values_list("number", flat=True))

    def by_hand(registrar: User) -> int:
        return register_by_hand(application=case, actor=registrar, registration=letter()).number

    def message() -> int:
        send_message(application=case, actor=own.officer, body="Hej.", from_agency=True)
        return 0

    def same() -> int:
        return register_document(
            application=case,
            direction=Direction.OUT,
            kind=DocumentKind.DECISION,
            source="decision:1",
            actor=own.officer,
        ).number

    hands = [lambda r=registrars[number % 2]: by_hand(r) for number in range(6)]
    given = in_threads(*hands, message, message, same, same)
    numbers = list(case.documents.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(before) + 10))
    # What two registered of the same record is one document with one number.
    assert given[-1] == given[-2]
    assert case.documents.filter(source="decision:1").count() == 1
    assert len(set(given[:6])) == 6
    registered = [
        event for event in events_of(kind=JournalKind.CASE, subject=str(case.pk))
        if event.name == "document.registered"
    ]  # fmt: skip
    assert len(registered) == 6
    assert list(JournalVerifier().faults()) == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_correct_at_once_correct_one_after_the_other() -> None:
    own = Own()
    case = own.received()
    registrars = [staff(own.agency, Role.REGISTRAR) for _each in range(2)]
    document = register_by_hand(
        application=case, actor=registrars[0], registration=letter(title="Först")
    )

    def attempt(registrar: User, title: str) -> str:
        try:
            correct_registration(
                document=document, actor=registrar, registration=letter(title=title), reason="Fel."
            )
        except RegistrationRefused as refused:
            return refused.code
        return "corrected"

    same = in_threads(*[lambda r=each: attempt(r, "Rätt") for each in registrars])
    assert sorted(same) == ["corrected", "nothing_changed"]
    both = in_threads(
        lambda: attempt(registrars[0], "Den ena"), lambda: attempt(registrars[1], "Den andra")
    )
    assert both == ["corrected", "corrected"]
    changes = list(document.changes.order_by("pk"))
    assert [each.before["title"] for each in changes] == [
        "Först", "Rätt", changes[1].after["title"],
    ]  # fmt: skip
    document.refresh_from_db()
    assert document.title == changes[-1].after["title"]
