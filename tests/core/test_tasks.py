"""Sealing by the worker."""

from collections.abc import Callable

import pytest

from core import tasks
from core.enums import JournalKind
from core.models import Event
from tests.core.conftest import faults


@pytest.mark.django_db
def test_the_worker_seals_what_has_grown(write: Callable[..., Event]) -> None:
    assert tasks.seal_journals() == 0
    write("17")
    write("18")
    assert tasks.seal_journals() == 2
    assert tasks.seal_journals() == 0
    seal = Event.objects.get(journal__kind=JournalKind.INSTALLATION)
    assert (seal.name, seal.actor_kind) == ("journals.sealed", "system")
    assert faults() == []
