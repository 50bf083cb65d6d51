"""Decision letters and the public page of a round in a browser: accessible, and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from grants.enums import Outcome
from grants.services.letter_batches import request_batch
from grants.services.publishing import publish_round
from grants.tasks import make_letter, run_letter_batch
from tests.browsers import violations
from tests.e2e.test_pages import SIDEWAYS, opened
from tests.factories import CountyFactory, OrganisationFactory
from tests.factories.letters import Deciding, told_days_ago

type SignedIn = Callable[..., Any]
type NewPage = Callable[..., Any]

PLACES = (
    ("Ale kommun", "14", 400_000),
    ("Umeå kommun", "24", 500_000),
    ("Gotlands kommun", "09", 90_000),
    ("Malmö kommun", "12", 470_000),
    ("Kiruna kommun", "25", 120_000),
    ("Växjö kommun", "07", 60_000),
    ("Botkyrka kommun", "01", 310_000),
)


@pytest.fixture
def deciding(transactional_db: None) -> Deciding:
    found = Deciding()
    for name, county, amount in PLACES:
        lead = OrganisationFactory(name=name, county=CountyFactory(code=county))
        partners = (OrganisationFactory(name="Bjuvs kommun"),) if county == "12" else ()
        found.decided(lead=lead, amount_sek=amount, partners=partners)
    found.decided(Outcome.REJECTED, amount_sek=None, lead=OrganisationFactory())
    return found


def addresses(deciding: Deciding) -> dict[str, tuple[Any, str]]:
    """Every page with letters, with somebody who may open it."""
    decision = deciding.decided()
    rejected = deciding.decided(Outcome.REJECTED, amount_sek=None)
    told_days_ago(decision, 9)
    make_letter(decision.letter.pk)
    publish_round(call=deciding.call, actor=deciding.decider)
    batch = request_batch(call=deciding.call, actor=deciding.officer)
    waiting = reverse("letter-batch", args=[batch.pk])
    letter = [decision.application_id, decision.pk]
    row = decision.deliveries.get()
    call = [deciding.agency.code, deciding.call.code]
    staff = deciding.officer
    return {
        "waiting": (staff, waiting),
        "round": (None, reverse("round-decisions", args=call)),
        "round filtered": (None, f"{reverse('round-decisions', args=call)}?q=saknas"),
        "not opened": (staff, reverse("unopened-letters")),
        "one not opened": (staff, reverse("unopened-letter", args=[row.pk])),
        "archives": (staff, reverse("letter-batches")),
        "staff's letter": (staff, reverse("case-letter", args=letter)),
        "party's letter": (deciding.signatory, reverse("own-decision", args=letter)),
        "party's rejection": (
            deciding.signatory,
            reverse("own-decision", args=[rejected.application_id, rejected.pk]),
        ),
    }


@pytest.mark.long
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_moves_sideways(
    deciding: Deciding, signed_in_page: SignedIn, new_page: NewPage, width: int
) -> None:
    viewport = {"width": width, "height": 900}
    found = []
    for name, (person, address) in addresses(deciding).items():
        page = (
            new_page(viewport=viewport)
            if person is None
            else signed_in_page(person, viewport=viewport)
        )
        opened_page = opened(page, address) if name != "waiting" else _followed(page, address)
        found += [f"{name}: {each}" for each in violations(opened_page)]
        if opened_page.evaluate(SIDEWAYS) > 0:
            found.append(f"{name}: moves sideways")
    assert not found, "\n".join(found)


def _followed(page: Any, address: str) -> Any:
    """A page that asks for itself each second, once it is there."""
    page.goto(address)
    page.wait_for_selector("#batch")
    return page


def test_an_archive_is_followed_to_its_end(deciding: Deciding, signed_in_page: SignedIn) -> None:
    batch = request_batch(call=deciding.call, actor=deciding.officer)
    page = _followed(signed_in_page(deciding.officer), reverse("letter-batch", args=[batch.pk]))
    assert run_letter_batch(batch.pk)
    page.wait_for_selector(f"a[href='{reverse('letter-archive', args=[batch.pk])}']")
