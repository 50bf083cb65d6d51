"""A worker, or a web server, killed in the middle of what it does: what it had done stands, what
it had not is done by the next, and nothing is done twice or left half."""

import hashlib
import zipfile
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import transaction
from django.utils import timezone

from applicants.enums import Role
from core.enums import JournalKind, OutboxState
from core.models import Event, OutboxMessage, StoredFile
from core.selectors.files import unreferenced
from core.services import outbox
from core.tasks import send_due_mail, sweep_files
from grants.enums import BatchState, EntryKind, LetterState, OrderState, PaymentState
from grants.models import (
    Call,
    DecisionLetter,
    LedgerEntry,
    LetterBatch,
    OrderAnswer,
    Payment,
    PaymentOrder,
)
from grants.selectors.letters import batch_path, batches_folder
from grants.services import letter_batches, payment_answers, payment_orders
from grants.services.payment_answers import receive_answer
from grants.services.reconciling import reconcile
from grants.tasks import book_answers, make_letter, resume_letter_batches
from reporting.enums import BuildState, DataFormat
from reporting.models import Edition, EditionBuild, FrozenDataset, ReportPackage
from reporting.selectors import datasets
from reporting.selectors.editions import edition_json
from reporting.selectors.packages import package_path, packages_folder
from reporting.services import freezing, packages
from reporting.services.editions import request_build
from reporting.services.packages import request_package
from reporting.tasks import resume_builds, resume_packages
from tests.factories import OrganisationFactory, staff
from tests.factories.letters import Deciding
from tests.factories.paying import Paying, answer_file
from tests.infra.faults import held_at, journals_hold, kill, no_messages, worker
from tests.processes import python, started
from tests.reporting.years import bring_in, expected_2013

pytestmark = [pytest.mark.postgresql, pytest.mark.long]


# Money --------------------------------------------------------------------------------------------

_ORDER = """
import sys
import django; django.setup()
from applicants.models import User
from grants.models import Application, PaymentOrder
from grants.services import payment_orders
step, actor, *cases = sys.argv[1:]
actor = User.objects.get(pk=actor)
if step == "make":
    agency = Application.objects.get(pk=cases[0]).call.agency
    payment_orders.make_order(agency=agency, actor=actor, parts=[(int(pk), 1) for pk in cases])
else:
    step = getattr(payment_orders, f"{step}_order")
    step(order=PaymentOrder.objects.get(), actor=actor)
"""


def test_an_order_whose_maker_is_killed_at_any_step(process_environment: dict[str, str]) -> None:
    """The pages make, approve and hand over orders: so it is a web server's process that dies,
    each time when all is written and nothing is committed."""
    desk = Paying()
    cases = [desk.granted(100_000 * number) for number in (1, 2, 3)]
    env = held_at(process_environment, "grants.services.payment_orders:_tell")

    def killed(step: str, actor: int) -> None:
        events = Event.objects.count()
        arguments = [step, str(actor), *(str(case.pk) for case in cases)]
        with started(python("-c", _ORDER, *arguments), env, gently=False) as process:
            process.wait_for("held at")
            kill(process)
        assert Event.objects.count() == events, f"killed at {step}: something is in the journal"

    killed("make", desk.first.pk)
    assert not PaymentOrder.objects.exists(), "half an order is there"
    assert not Payment.objects.exists()
    order = desk.order(*cases, to=OrderState.MADE)
    killed("approve", desk.second.pk)
    order.refresh_from_db()
    assert (order.state, order.approved_by) == (OrderState.MADE, None)
    assert not order.payments.exclude(giro_number="").exists()
    payment_orders.approve_order(order=order, actor=desk.second)
    killed("hand_over", desk.first.pk)
    order.refresh_from_db()
    assert (order.state, order.sha256) == (OrderState.APPROVED, "")
    payment_orders.hand_over_order(order=order, actor=desk.first)
    desk.answer(order, "paid", "paid", "paid")
    assert paid_of(order) == {1: 100_000, 2: 200_000, 3: 300_000}
    assert reconcile(agency=desk.agency).faults == []
    journals_hold()


def paid_of(order: PaymentOrder) -> dict[int, int]:
    """What has been booked as paid, by the payment's number; each once."""
    keys = [f"payment-order:{each.reference}" for each in order.payments.all()]
    booked = LedgerEntry.objects.filter(kind=EntryKind.PAID, idempotency_key__in=keys)
    assert booked.count() == LedgerEntry.objects.filter(kind=EntryKind.PAID).count()
    return {int(each.idempotency_key.rpartition("-")[2]): each.amount_sek for each in booked}


@pytest.mark.parametrize(
    ("place", "booked"),
    [
        # Within the second row's transaction, its entry made; then when all rows are booked.
        ("grants.services.payment_answers:record:2", {1: 100_000}),
        (
            "grants.services.payment_answers:_finish",
            {1: 100_000, 2: 200_000, 3: 300_000},
        ),
    ],
)
def test_a_worker_killed_while_it_books_an_answer(
    process_environment: dict[str, str], place: str, booked: dict[int, int]
) -> None:
    desk = Paying()
    cases = [desk.granted(100_000 * number) for number in (1, 2, 3)]
    order = desk.order(*cases)
    said = answer_file(order, "paid", "paid", "paid")
    no_messages()
    with worker(held_at(process_environment, place)) as first:
        answer = receive_answer(order=order, actor=desk.first, content=said)
        first.wait_for(f"held at {place}")
        kill(first)
    assert paid_of(order) == booked, "what was committed before the kill"
    states = Counter(order.payments.values_list("state", flat=True))
    assert states[PaymentState.PAID] == len(booked), "a payment without its entry, or the reverse"
    order.refresh_from_db()
    answer.refresh_from_db()
    assert (order.state, answer.finished_at) == (OrderState.HANDED_OVER, None)

    book_answers()
    order.refresh_from_db()
    answer.refresh_from_db()
    assert order.state == OrderState.ANSWERED, "beat did not finish the answer"
    assert answer.finished_at is not None
    assert paid_of(order) == {1: 100_000, 2: 200_000, 3: 300_000}
    # The controller, who saw no receipt, sends the same file again.
    assert receive_answer(order=order, actor=desk.first, content=said) == answer
    payment_answers.book_answer(answer_id=answer.pk)
    assert OrderAnswer.objects.count() == 1
    assert LedgerEntry.objects.filter(kind=EntryKind.PAID).count() == 3
    names = Counter(Event.objects.values_list("name", flat=True))
    assert (names["payment.paid"], names["payment_order.answer_received"]) == (3, 1)
    assert reconcile(agency=desk.agency).faults == []
    journals_hold()


# Letters ------------------------------------------------------------------------------------------


def leases_run_out() -> None:
    """Let the time pass for which the dead worker had what it was at."""
    past = timezone.now()
    LetterBatch.objects.filter(state=BatchState.RUNNING).update(lease_until=past)
    DecisionLetter.objects.filter(state=LetterState.LEASED).update(lease_until=past)
    EditionBuild.objects.filter(state=BuildState.RUNNING).update(lease_until=past)
    ReportPackage.objects.filter(state=BuildState.RUNNING).update(lease_until=past)
    OutboxMessage.objects.filter(state=OutboxState.LEASED).update(lease_until=past)


@pytest.mark.parametrize(
    ("place", "made"),
    [
        # The second letter's PDF is stored and nothing points at it; the archive is written under
        # its temporary name; it stands under its own, and no row says so.
        ("grants.services.letters:_made:2", 1),
        ("grants.services.letter_batches:_digest", 3),
        ("grants.services.letter_batches:_finish", 3),
    ],
)
def test_a_worker_killed_while_it_makes_a_batch_of_letters(
    process_environment: dict[str, str], place: str, made: int
) -> None:
    deciding = Deciding()
    for _each in range(3):
        deciding.decided(lead=OrganisationFactory())
    no_messages()
    with worker(held_at(process_environment, place)) as first:
        batch = letter_batches.request_batch(call=deciding.call, actor=deciding.officer)
        first.wait_for(f"held at {place}")
        kill(first)
    batch.refresh_from_db()
    assert (batch.state, batch.file_name) == (BatchState.RUNNING, "")
    assert DecisionLetter.objects.filter(state=LetterState.MADE).count() == made
    assert resume_letter_batches() == 0, "taken before the dead worker's lease had run out"

    leases_run_out()
    assert resume_letter_batches() == 1, "beat did not finish the batch"
    batch.refresh_from_db()
    assert (batch.state, batch.done, batch.total) == (BatchState.DONE, 3, 3)
    path = batch_path(batch)
    assert path is not None
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 4, "three letters and their list"
    assert Event.objects.filter(name="decision.letter_made").count() == 3, "a letter made twice"
    assert not any(make_letter(letter.pk) for letter in DecisionLetter.objects.all())
    assert StoredFile.objects.exclude(pk__in=unreferenced()).count() == 3
    # What the dead worker left behind lies there for a day, in case it is on its way.
    later = timezone.now() + letter_batches.KEPT_UNNAMED * 2
    letter_batches.clear_left_over(now=later)
    assert [each.name for each in batches_folder().iterdir()] == [batch.file_name]
    StoredFile.objects.update(created_at=timezone.now() - letter_batches.KEPT_UNNAMED * 2)
    sweep_files()
    assert StoredFile.objects.count() == 3
    journals_hold()


# An edition ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        # Every file is written under the temporary name; the data set is in its place, all is
        # computed, and the edition is entered but not committed.
        "reporting.services.freezing:_put_in_place",
        "core.services.journal:append_many",
    ],
)
def test_a_worker_killed_while_it_freezes_an_edition(
    process_environment: dict[str, str], place: str
) -> None:
    agency = bring_in()
    no_messages()
    with worker(held_at(process_environment, place)) as first:
        build = request_build(agency=agency, year=2013, requested_by=None)
        first.wait_for(f"held at {place}")
        kill(first)
    assert not Edition.objects.exists(), "half an edition is there"
    assert not FrozenDataset.objects.exists()
    build.refresh_from_db()
    assert build.state == BuildState.RUNNING
    assert resume_builds() == 0, "taken before the dead worker's lease had run out"

    leases_run_out()
    assert resume_builds() == 1, "beat did not take the build up"
    build.refresh_from_db()
    assert (build.state, build.attempts) == (BuildState.DONE, 2), build.error
    edition = Edition.objects.get()
    assert (edition, edition.number) == (build.edition, 1)
    assert edition_json(edition) == expected_2013()
    folder = freezing.datasets_folder() / edition.dataset.sha256
    assert datasets.is_whole(folder)
    for left in freezing.datasets_folder().glob("temporary-*"):
        assert left.is_dir(), "what the dead worker left, until a day has passed"
    built = Event.objects.filter(name="edition.built", payload__contains='"year":2013')
    assert built.count() == 2, "one in each call's journal"
    journals_hold()


# Reports as data ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "left"),
    [
        # The file is written under its temporary name; it lies in its place, and no row says so.
        ("reporting.services.packages:_put_in_place", 1),
        ("reporting.services.packages:_finish", 2),
    ],
)
def test_a_worker_killed_while_it_takes_reports_out(
    process_environment: dict[str, str], place: str, left: int
) -> None:
    agency = bring_in()
    analyst = staff(agency, Role.ANALYST)
    call = Call.objects.get(agency=agency, year=2013, stream="municipalities")
    no_messages()
    with worker(held_at(process_environment, place)) as first:
        package = request_package(call=call, actor=analyst, kind=DataFormat.XLSX, texts=False)
        first.wait_for(f"held at {place}")
        kill(first)
    assert len(list(packages_folder().iterdir())) == left
    assert not Event.objects.filter(name="reports.exported").exists()
    package.refresh_from_db()
    assert (package.state, package.file_name) == (BuildState.RUNNING, "")
    assert package.progress > 0
    assert resume_packages() == 0, "taken before the dead worker's lease had run out"

    leases_run_out()
    assert resume_packages() == 1, "beat did not make the file"
    package.refresh_from_db()
    assert (package.state, package.attempts) == (BuildState.DONE, 2), package.error
    path = package_path(package)
    assert path is not None
    assert hashlib.sha256(path.read_bytes()).hexdigest() == package.sha256
    assert Event.objects.filter(name="reports.exported").count() == 1
    # What the dead worker left behind lies there for a day, in case it is on its way.
    packages.clear_left_over(now=timezone.now() + packages.KEPT_UNNAMED * 2)
    assert [each.name for each in packages_folder().iterdir()] == [package.file_name]
    journals_hold()


# Mail ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "left", "twice"),
    [
        # Before the third mail is handed over; when the second is, and its row does not say so.
        ("core.tasks:_hand_over:3", 3, 0),
        ("core.services.outbox:mark_sent:2", 4, 1),
    ],
)
def test_a_worker_killed_in_the_middle_of_a_run_of_mail(
    process_environment: dict[str, str],
    data_dir: Path,
    settings: Any,
    place: str,
    left: int,
    twice: int,
) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(data_dir / "mail")},
        }
    }
    for number in range(6):
        with transaction.atomic():
            outbox.queue_mail(
                recipient=f"person{number}@example.org",
                language="sv",
                subject="Det finns nytt i ert ärende",
                body="Logga in för att läsa.",
                dedupe_key=f"message:17:{number}:9",
                journal_kind=JournalKind.CASE,
                journal_subject="17",
            )
    no_messages()
    with worker(held_at(process_environment, place)) as first:
        current_app.send_task("core.tasks.send_due_mail")
        first.wait_for(f"held at {place}")
        kill(first)
    assert len(mails(data_dir)) == 2
    assert send_due_mail() == left
    states = Counter(OutboxMessage.objects.values_list("state", flat=True))
    assert states == {OutboxState.SENT: 5, OutboxState.LEASED: 1}, "one waits for its lease"

    leases_run_out()
    assert send_due_mail() == 1, "beat did not send what the dead worker had"
    assert send_due_mail() == 0
    assert not OutboxMessage.objects.exclude(state=OutboxState.SENT).exists()
    sent = Counter(mails(data_dir))
    assert len(sent) == 6, "a mail is lost"
    # Where it cannot be known whether the server took it, it goes again under the same number,
    # by which the receiver's server knows it.
    assert sum(sent.values()) == 6 + twice
    assert Event.objects.filter(name="mail.sent").count() == 6
    journals_hold()


def mails(folder: Path) -> list[str]:
    """The Message-ID of each mail that was handed over."""
    found = []
    for path in sorted((folder / "mail").glob("*")):
        for text in path.read_bytes().split(b"-" * 79 + b"\n"):
            if text.strip():
                found.append(str(message_from_bytes(text)["Message-ID"]))
    return found
