"""The worklist's pages ask the database as often with thirty rows as with one, and seldom."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grants.enums import Status
from grants.models import CaseArea
from reviews.models import CaseMark, Leave, SavedView
from tests.factories import OpinionFactory
from tests.portal.test_worklist import Office, delay

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("rows", [1, 30])]
MOST = 12


def filled(rows: int) -> Office:
    """An office with so many cases, with all that a row can show."""
    office, today = Office(), timezone.localdate()
    for number in range(rows):
        case = office.case(
            f"Kommun {number}", assigned_to=office.officer, status=Status.COMPLETION_REQUESTED,
            completion_due=today - timedelta(days=1), county=f"{(1, 3, 4, 5)[number % 4]:02}",
        )  # fmt: skip
        OpinionFactory(application=case, due_on=today)
        CaseArea.objects.create(application=case, code="mapping", requested_sek=1)
        CaseMark.objects.create(application=case, label="prio", made_by=office.officer)
        delay(case, due=today)
        SavedView.objects.create(agency=office.agency, owner=office.officer, name=f"L{number}")
        office.case(f"Ingens {number}")
    return office


def asked(client: Client, address: str) -> int:
    """How many queries the page takes, once definitions are parsed."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    assert client.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as found:
        client.get(address)
    return len(found)


def test_the_list_with_every_column_and_a_search(client: Client, rows: int) -> None:
    office = filled(rows)
    client.force_login(office.officer)
    columns = "lead.call.county.kind.areas.received.age.requested.state.officer.due.marks"
    found: dict[str, Any] = {}
    for view in ("mine", "waiting", "overdue", "all"):
        found[view] = asked(
            client, f"{reverse('worklist')}?view={view}&q=kommun&county=01&columns={columns}"
        )
    assert set(found.values()) == {found["mine"]}
    assert found["mine"] == 11
    assert found["mine"] <= MOST


def test_spreading_saved_lists_and_leave(client: Client, rows: int) -> None:
    office, today = filled(rows), timezone.localdate()
    for number in range(rows):
        Leave.objects.create(
            agency=office.agency, person=office.colleague, substitute=office.officer,
            starts_on=today + timedelta(days=number), ends_on=today + timedelta(days=number),
            made_by=office.officer,
        )  # fmt: skip
    client.force_login(office.decider)
    chosen = f"by=county&officers={office.officer.pk}&officers={office.colleague.pk}"
    spread = asked(client, f"{reverse('worklist-spread')}?{chosen}")
    saved = asked(client, reverse("worklist-saved"))
    leave = asked(client, reverse("leave-list"))
    first = Leave.objects.earliest("pk")
    over = asked(client, reverse("leave-hand-over", args=[first.pk]))
    assert (spread, saved, leave, over) == (10, 6, 7, 6)
