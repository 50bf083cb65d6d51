"""No page asks the database more than a dozen times."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from applicants.enums import Role
from portal.urls import ROUTES
from portal.views.access import Access
from tests.portal.everyone import SIGNED_IN, Everyone
from tests.portal.test_pages_access import LET_PAST, LINES, OPEN

DOZEN = 12
READING = frozenset({str(Role.DECISION_MAKER), "lead administrator", "lead signatory"})
"""Who sees more on some pages than whoever is first let in."""


@pytest.mark.long
@pytest.mark.django_db
def test_no_page_asks_more_than_a_dozen_times() -> None:
    everyone = Everyone()
    addresses = everyone.addresses()
    clients = {who: everyone.signed_in(who) for who in SIGNED_IN}
    asked = {}
    for route in ROUTES:
        line = LINES[route.name]
        readers = [who for who in line.who if who in clients and who in LET_PAST[route.access]]
        if line.get != OPEN or not readers:
            continue
        for who in {readers[0], *READING.intersection(readers)}:
            number = _asked(clients[who], addresses[route.name])
            asked[route.name] = max(number, asked.get(route.name, 0))
    assert not {name: number for name, number in asked.items() if number > DOZEN}
    public = [route.name for route in ROUTES if route.access is Access.PUBLIC]
    visitor = Client()
    shown = {name: addresses[name] for name in public if LINES[name].get == OPEN}
    assert not {name for name, address in shown.items() if _asked(visitor, address) > DOZEN}


def _asked(client: Client, address: str) -> int:
    """What a page that has been opened before asks when it is opened again. The first time is
    noted, which is a write, and reads what a process keeps."""
    for _time in range(2):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
            if response.streaming:
                b"".join(response.streaming_content)
        assert response.status_code == OPEN, address
    # A transaction in a test is a savepoint.
    return sum("SAVEPOINT" not in each["sql"] for each in queries.captured_queries)
