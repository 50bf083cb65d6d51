"""What the tests of core share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from core.enums import ActorKind, JournalKind
from core.models import Agency, Event
from core.selectors.verification import Fault, JournalVerifier
from core.services.journal import Actor, append
from core.triggers import without_triggers

PERSON = Actor(ActorKind.PERSON, "9b2f4d9e-6f0e-4a76-9e8b-0c6f1d2a3b4c")


@contextmanager
def tampering() -> Iterator[Any]:
    """A cursor of someone who has the database's owner's rights, and takes the guards away."""
    with without_triggers(connection), connection.cursor() as cursor:
        yield cursor


def faults(**which: str) -> list[Fault]:
    """What a verification finds."""
    return list(JournalVerifier(**which).faults())


def found(**which: str) -> list[tuple[str, str, int]]:
    """What is wrong, in which journal, at which row."""
    return [(f.code.value, f.subject, f.sequence) for f in faults(**which)]


@pytest.fixture
def write() -> Callable[..., Event]:
    """`write("17")`: an event in that case's journal."""

    def make(subject: str = "17", **changes: Any) -> Event:
        values: dict[str, Any] = {
            "kind": JournalKind.CASE,
            "subject": subject,
            "name": "application.noted",
            "payload": {"amount": 125_000},
            "actor": PERSON,
        }
        with transaction.atomic():
            return append(**(values | changes))

    return make


@pytest.fixture
def agency(db: None) -> Agency:
    return Agency.objects.create(
        code="exempel", name_sv="Exempelmyndigheten", name_en="Example", short="EX", series="801"
    )
