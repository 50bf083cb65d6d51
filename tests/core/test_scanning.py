"""Checking for viruses: by the worker, once, and nothing handed out before it is done."""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import tasks
from core.enums import FileState
from core.models import Event, StoredFile
from core.selectors.files import due_file_ids, file_path, may_be_handed_out
from core.services import files
from tests.core import sample_files as sample
from tests.core.clamd import Clamd, running_clamd
from tests.core.concurrency import in_threads
from tests.core.conftest import faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    with running_clamd(settings) as server:
        yield server


@pytest.fixture
def sent_tasks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...]]]:
    """What has been handed to the task queue."""
    found: list[tuple[str, tuple[Any, ...]]] = []
    monkeypatch.setattr(
        "celery.canvas.Signature.apply_async",
        lambda self, **options: found.append((self.task, self.args)),
    )
    return found


def stored(content: bytes = b"", name: str = "plan.pdf") -> StoredFile:
    upload = SimpleUploadedFile(name, content or sample.pdf())
    return files.store_upload(upload=upload, uploaded_by=uuid.uuid4())


def infected() -> StoredFile:
    return stored(sample.pdf().replace(b"%%EOF", b"%" + sample.EICAR + b"\n%%EOF"))


def state(file: StoredFile) -> str:
    return StoredFile.objects.get(pk=file.pk).state


def test_without_a_scanner_files_are_marked_so_and_handed_out(sent_tasks: list[Any]) -> None:
    file = stored()
    assert state(file) == FileState.NOT_CHECKED
    assert may_be_handed_out(file)
    assert tasks.scan_waiting_files() == 0
    assert sent_tasks == []


def test_a_worker_is_woken_when_the_file_is_stored(
    clamd: Clamd, sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        file = stored()
    assert sent_tasks == [("core.tasks.scan_file", (file.pk,))]
    assert state(file) == FileState.WAITING


def test_a_clean_file_is_handed_out_when_it_has_been_checked(clamd: Clamd) -> None:
    file = stored()
    assert not may_be_handed_out(file)
    assert tasks.scan_file(file.pk) == FileState.CLEAN
    file.refresh_from_db()
    assert may_be_handed_out(file)
    assert file.checked_at is not None
    assert clamd.streams == [sample.pdf()]
    assert tasks.scan_file(file.pk) == ""


def test_an_infected_file_is_removed_and_remembered(
    clamd: Clamd, django_capture_on_commit_callbacks: Any
) -> None:
    file = infected()
    assert file_path(file).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.scan_file(file.pk) == FileState.INFECTED
    file.refresh_from_db()
    assert (file.state, file.signature) == (FileState.INFECTED, "Eicar-Test-Signature")
    assert not may_be_handed_out(file)
    assert not file_path(file).exists()
    event = Event.objects.get(name="file.infected")
    assert '"signature":"Eicar-Test-Signature"' in event.payload
    assert "plan.pdf" not in event.payload
    assert faults() == []


def test_nothing_is_handed_out_while_the_scanner_is_away(clamd: Clamd, settings: Any) -> None:
    clamd.server_close()
    settings.CLAMAV_PORT = 1
    file = stored()
    assert tasks.scan_waiting_files() == 0
    assert StoredFile.objects.get().attempts == 0
    assert tasks.scan_file(file.pk) == ""
    file.refresh_from_db()
    assert (file.state, file.attempts, file.lease_token) == (FileState.WAITING, 1, None)
    assert "CommunicationError" in file.last_error
    assert not may_be_handed_out(file)
    assert due_file_ids(now=timezone.now(), limit=9) == []
    assert due_file_ids(now=timezone.now() + timedelta(minutes=1), limit=9) == [file.pk]


@pytest.mark.parametrize(
    "answer",
    ["stream: Can't allocate memory ERROR", "", "garbage", "stream:  OK maybe", "other: OK"],
)
def test_nothing_but_the_scanners_own_word_makes_a_file_clean(clamd: Clamd, answer: str) -> None:
    clamd.answer = answer or " "
    file = stored()
    assert tasks.scan_file(file.pk) == ""
    assert state(file) == FileState.WAITING


def test_a_scanner_that_ends_in_the_middle_is_asked_again(clamd: Clamd) -> None:
    file = stored()
    clamd.hangs_up = True
    assert tasks.scan_file(file.pk) == ""
    clamd.hangs_up = False
    StoredFile.objects.update(next_attempt_at=timezone.now())
    assert tasks.scan_waiting_files() == 1
    assert state(file) == FileState.CLEAN


def test_a_file_that_the_scanner_finds_too_large_is_not_handed_out(clamd: Clamd) -> None:
    clamd.limit = 100
    file = stored()
    assert tasks.scan_file(file.pk) == ""
    assert state(file) == FileState.WAITING
    assert StoredFile.objects.get().last_error != ""


def test_what_cannot_be_checked_waits_longer_each_time_and_is_never_given_up() -> None:
    pauses = [files.pause(n) for n in (1, 2, 3, 4, 5, 100)]
    assert pauses == [timedelta(minutes=m) for m in (1, 2, 4, 8, 15, 15)]


def test_files_from_before_the_scanner_are_checked_before_they_are_handed_out_again(
    settings: Any,
) -> None:
    file, other = stored(), infected()
    assert may_be_handed_out(other)
    with running_clamd(settings):
        assert not may_be_handed_out(file)
        assert tasks.scan_waiting_files() == 2
    assert [state(file), state(other)] == [FileState.CLEAN, FileState.INFECTED]


def test_a_file_taken_by_one_worker_is_not_taken_by_another(clamd: Clamd) -> None:
    file = stored()
    assert files.claim_scan(file_id=file.pk) is not None
    assert files.claim_scan(file_id=file.pk) is None
    assert tasks.scan_waiting_files() == 0


def test_a_file_of_a_killed_worker_is_taken_over(clamd: Clamd) -> None:
    file = stored()
    killed = files.claim_scan(file_id=file.pk)
    later = timezone.now() + files.LEASE
    assert due_file_ids(now=later, limit=9) == [file.pk]
    heir = files.claim_scan(file_id=file.pk, now=later)
    assert killed is not None
    assert heir is not None
    assert files.mark_clean(file=killed) is False
    assert files.mark_infected(file=killed, signature="x") is False
    assert files.mark_scan_failed(file=killed, error="woke up late") is False
    assert state(file) == FileState.WAITING
    assert files.mark_clean(file=heir) is True
    assert state(file) == FileState.CLEAN


def test_a_file_whose_bytes_are_gone_is_not_clean(clamd: Clamd) -> None:
    file = stored()
    file_path(file).unlink()
    assert tasks.scan_file(file.pk) == ""
    assert state(file) == FileState.WAITING
    assert "FileNotFoundError" in StoredFile.objects.get().last_error


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "clean"},
        {"state": "infected", "checked_at": timezone.now()},
        {"signature": "x"},
        {"lease_token": uuid.uuid4()},
        {"state": "handed_out"},
        {"size": 0},
    ],
)
def test_the_database_refuses_a_state_without_its_facts(changes: dict[str, Any]) -> None:
    stored()
    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.update(**changes)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_asks(clamd: Clamd, sent_tasks: list[Any]) -> None:
    file = stored()
    clamd.before_answer.clear()
    timer = threading.Timer(0.5, clamd.before_answer.set)
    timer.start()
    results = in_threads(*[lambda: tasks.scan_file(file.pk)] * 6)
    timer.join()
    assert sorted(results) == [""] * 5 + [FileState.CLEAN]
    assert len(clamd.streams) == 1
