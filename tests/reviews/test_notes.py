"""Official notes: part of the case, dated, never changed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.enums import Direction, DocumentKind, Status
from grants.models import CaseDocument
from reviews import services
from reviews.checks import ReviewRefused
from reviews.models import Note
from reviews.selectors.notes import notes_of
from tests.factories import UserFactory
from tests.factories.scenario import Scenario

pytestmark = pytest.mark.django_db


def test_a_note_is_a_document_of_the_case_on_the_day_it_tells_of() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    about = timezone.localdate() - timedelta(days=3)
    note = services.write_note(
        application=case,
        actor=scenario.officer,
        title="Samtal med kommunen",
        body="De\r\nåterkommer.",
        about=about,
        secrecy="21 kap. 7 § OSL",
    )
    assert note.body == "De\nåterkommer."
    assert list(notes_of(case)) == [note]
    document = CaseDocument.objects.get(source=f"note:{note.pk}")
    assert (document.direction, document.kind) == (Direction.INTERNAL, DocumentKind.NOTE)
    assert (document.dated_on, document.title) == (about, "Samtal med kommunen")
    assert document.secrecy == "21 kap. 7 § OSL"
    events = events_of(kind=JournalKind.CASE, subject=str(case.pk))
    event = next(each for each in events if each.name == "note.written")
    assert "återkommer" not in event.payload


@pytest.mark.parametrize("status", [Status.GRANTED, Status.WITHDRAWN])
def test_a_note_is_written_also_in_a_decided_case(status: Status) -> None:
    scenario = Scenario()
    case = scenario.at(status)
    assert services.write_note(
        application=case, actor=scenario.decider, title="Samtal", body="Text"
    ).pk


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "empty"),
        ({"body": "\n"}, "empty"),
        ({"body": "x" * 20_001}, "too_long"),
        ({"about": timezone.localdate() + timedelta(days=2)}, "in_the_future"),
    ],
)
def test_a_note_says_something_of_what_has_been(changes: dict[str, object], code: str) -> None:
    scenario = Scenario()
    values: dict[str, object] = {"title": "Samtal", "body": "Text"}
    with pytest.raises(ReviewRefused) as caught:
        services.write_note(
            application=scenario.submitted(),
            actor=scenario.officer,
            **values | changes,  # type: ignore[arg-type]
        )
    assert caught.value.code == code
    assert not Note.objects.exists()


def test_only_those_who_handle_the_agencys_cases_write_notes() -> None:
    scenario = Scenario()
    case, draft = scenario.submitted(), scenario.draft()
    for stranger in (Scenario().officer, scenario.signatory, scenario.controller, UserFactory()):
        with pytest.raises(PermissionDenied):
            services.write_note(application=case, actor=stranger, title="A", body="B")
    with pytest.raises(PermissionDenied):
        services.write_note(application=draft, actor=scenario.officer, title="A", body="B")


@pytest.mark.parametrize("sql", ["UPDATE reviews_note SET body = 'x'", "DELETE FROM reviews_note"])
def test_a_note_is_never_changed(sql: str) -> None:
    scenario = Scenario()
    services.write_note(
        application=scenario.submitted(), actor=scenario.officer, title="A", body="B"
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
