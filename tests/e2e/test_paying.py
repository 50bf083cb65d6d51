"""Paying in a browser: two controllers from the front page to what has been paid, with axe."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils import timezone

from grants.enums import EntryKind
from grants.models import PaymentOrder
from grants.tasks import book_answers
from tests.browsers import violations
from tests.e2e.journeys import SIDEWAYS
from tests.factories import LedgerEntryFactory, OrganisationFactory
from tests.factories.paying import Paying, answer_file

WIDE = {"width": 1280, "height": 900}
BESIDE = """() => [...document.querySelectorAll("main table")].map(
    table => table.getBoundingClientRect().right
        - table.parentElement.getBoundingClientRect().right).filter(over => over > 1)"""
"""Tables that are wider than what they stand in."""


def looked_at(page: Any, name: str) -> None:
    page.wait_for_load_state("load")
    assert not violations(page), name
    assert page.evaluate(SIDEWAYS) <= 0, name


def test_two_controllers_pay_from_the_front_page(
    transactional_db: None, signed_in_page: Callable[..., Any]
) -> None:
    desk = Paying()
    ale = desk.granted(lead=OrganisationFactory(name="Ale kommun"))
    bjuv = desk.granted(1_250_000, lead=OrganisationFactory(name="Bjuvs kommun"))
    for kind in (EntryKind.SPENT, EntryKind.CLAIMED):
        LedgerEntryFactory(application=ale, kind=kind, amount_sek=100_000)
    page = signed_in_page(desk.first, viewport=WIDE)
    page.goto(reverse("front-page"))
    page.locator("header").get_by_role("link", name="Medel", exact=True).click()
    page.wait_for_selector("h1:has-text('Medel')")
    looked_at(page, "overview")
    assert page.evaluate(BESIDE) == []
    page.locator("main").get_by_role("link", name="Utbetalningar", exact=True).click()
    looked_at(page, "payments")
    for case in (ale, bjuv):
        page.check(f"input[name=part][value='{case.pk}-1']")
    page.get_by_role("button", name="Gör en betalningsorder av de markerade").click()
    page.wait_for_selector("text=Betalningsordern är gjord")
    looked_at(page, "made")
    assert page.get_by_role("button", name="Attestera ordern").count() == 0
    order = PaymentOrder.objects.get()

    page = signed_in_page(desk.second, viewport=WIDE)
    page.goto(reverse("payments"))
    page.locator("#orders a").first.click()
    page.get_by_role("button", name="Attestera ordern").click()
    page.wait_for_selector("text=Betalningsordern är attesterad")
    looked_at(page, "approved")
    page.get_by_role("button", name="Lämna till ekonomisystemet").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Hämta filen (CSV)").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[-1].startswith(f"{order.pk}-2,{order.pk},{bjuv.number},Bjuvs kommun,")
    looked_at(page, "handed-over")
    content = answer_file(order, "paid", "Kontot finns inte.")
    page.set_input_files(
        "input[name=answer]", {"name": "svar.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Läs in svaret").click()
    page.wait_for_selector("text=Svaret är mottaget")
    # What the worker is told to do when the answer has come in.
    assert book_answers() == 1
    page.reload()
    rows = page.locator("main table tbody tr").all_inner_texts()
    assert "Utbetald" in rows[0]
    assert "Kontot finns inte." in rows[1]
    looked_at(page, "answered")
    paid = [(each.application_id, each.amount_sek, each.booked_on)
            for case in (ale, bjuv)
            for each in case.ledger_entries.filter(kind=EntryKind.PAID)]  # fmt: skip
    assert paid == [(ale.pk, 400_000, timezone.localdate())]
