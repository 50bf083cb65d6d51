"""From the finished draft to the closed case in a browser: alone, two together, completed, taken
back, withdrawn, late, without scripts, and on a phone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from core.checks.working_days import working_day_from
from grants.enums import Status
from grants.models import Application
from grants.services import handling, messages
from tests.browsers import violations
from tests.factories.forms import put
from tests.portal.own_cases import Own, fresh, url

pytestmark = pytest.mark.django_db(transaction=True)

type SignedIn = Callable[..., Any]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SITUATION = "answer.mapping.situation"


@pytest.fixture
def own(transactional_db: None) -> Own:
    return Own()


def opened(page: Any, address: str) -> Any:
    response = page.goto(address)
    page.wait_for_load_state("networkidle")
    assert response.status == 200, address
    return page


def press(page: Any, name: str) -> None:
    """Use the button or link with that name, by key."""
    role = page.get_by_role("button", name=name, exact=True)
    found = role if role.count() else page.get_by_role("link", name=name, exact=True)
    found.first.press("Enter")
    page.wait_for_load_state("networkidle")


def tick_all(page: Any) -> None:
    for box in page.locator("form input[type=checkbox]").all():
        box.check()


def send_in(page: Any, application: Application, button: str) -> Any:
    opened(page, url("application-preview", application))
    tick_all(page)
    press(page, button)
    return page


@pytest.mark.smoke
def test_one_who_signs_alone_sends_in_and_reads_the_receipt(
    own: Own, signed_in_page: SignedIn
) -> None:
    draft = own.draft()
    page = opened(signed_in_page(own.signatory), reverse("my-pages"))
    page.get_by_role("link", name="Utkast:").first.press("Enter")
    page.wait_for_load_state("networkidle")
    send_in(page, draft, "Skriv under och skicka in ansökan")
    number = fresh(draft).register_number
    assert page.get_by_role("heading", level=1).inner_text() == f"Ansökan har kommit in: {number}"
    answer = page.request.get(url("application-pdf", draft, 1))
    assert answer.headers["content-type"] == "application/pdf"
    assert fresh(draft).versions.count() == 1


def test_what_is_not_ticked_is_told_at_the_tick(own: Own, signed_in_page: SignedIn) -> None:
    draft = own.draft()
    page = opened(signed_in_page(own.signatory), url("application-preview", draft))
    press(page, "Skriv under och skicka in ansökan")
    assert page.locator(".ds-error-summary").is_visible()
    assert violations(page) == []
    assert fresh(draft).status == Status.DRAFT


def test_two_sign_together(own: Own, signed_in_page: SignedIn) -> None:
    first, second = own.jointly()
    draft = own.draft()
    page = send_in(signed_in_page(first), draft, "Skriv under ansökan")
    assert page.get_by_text("Ansökan skickas in när en till har skrivit under").first.is_visible()
    other = opened(signed_in_page(second), reverse("my-pages"))
    other.get_by_role("link", name="Skriv under som den andra av två").first.press("Enter")
    other.wait_for_load_state("networkidle")
    assert other.get_by_text("Eva Ett skrev under").is_visible()
    send_in(other, draft, "Skriv under och skicka in ansökan")
    assert other.get_by_text("Eva Ett, Ale kommun skrev under").is_visible()
    assert other.get_by_text("Tor Två, Ale kommun skrev under").is_visible()
    assert fresh(draft).status == Status.SUBMITTED


def test_a_completion_from_the_officers_tick_to_the_new_version(
    own: Own, signed_in_page: SignedIn
) -> None:
    case = own.received()
    officer = opened(signed_in_page(own.officer), url("application-detail", case))
    press(officer, "Ta ärendet")
    press(officer, "Begär komplettering")
    group = officer.locator("details", has=officer.locator(f"input[value='{SITUATION}']"))
    group.locator("summary").press("Enter")
    officer.locator(f"input[value='{SITUATION}']").check()
    officer.locator(f"textarea[name='question:{SITUATION}']").fill("Hur många gäller det?")
    due = working_day_from(timezone.localdate() + timedelta(days=7))
    officer.get_by_label("Sista dag att svara").fill(due.isoformat())
    press(officer, "Begär komplettering")
    assert fresh(case).completion_fields == [SITUATION]

    page = opened(signed_in_page(own.writer), reverse("my-pages"))
    page.get_by_role("link", name="Komplettera ansökan").first.press("Enter")
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("Hur många gäller det?").is_visible()
    assert page.get_by_text(str(due)).first.is_visible()
    page.locator(".asked__item a").first.press("Enter")
    page.wait_for_load_state("networkidle")
    assert page.locator("#f-answer-mapping-situation").is_editable()
    put(case, own.writer, SITUATION, "Fyra hundra om året")
    opened(page, url("application-complete", case))
    press(page, "Skicka in kompletteringen")
    assert fresh(case).versions.count() == 2
    opened(officer, url("case-versions", case))
    assert officer.locator("#differences").get_by_text("Fyra hundra om året").is_visible()


def test_take_back_change_and_send_in_again(own: Own, signed_in_page: SignedIn) -> None:
    case = own.received()
    page = opened(signed_in_page(own.signatory), url("application-file", case))
    press(page, "Ta tillbaka ansökan för att ändra den")
    press(page, "Ta tillbaka ansökan")
    assert fresh(case).status == Status.DRAFT
    put(case, own.writer, SITUATION, "En ny lydelse")
    send_in(page, case, "Skriv under och skicka in ansökan")
    opened(page, url("application-versions", case))
    assert page.locator("#differences").get_by_text("En ny lydelse").is_visible()
    assert fresh(case).register_number == case.register_number


def test_withdrawing(own: Own, signed_in_page: SignedIn) -> None:
    case = own.received()
    page = opened(signed_in_page(own.signatory), url("application-file", case))
    press(page, "Återkalla ansökan")
    page.get_by_label("Varför återkallar ni ansökan?").fill("Arbetet blir inte av.")
    press(page, "Återkalla ansökan")
    assert page.locator(".ds-tag").first.inner_text() == "Återkallad"
    assert fresh(case).status == Status.WITHDRAWN


def test_late_is_told_before_and_after(signed_in_page: SignedIn, transactional_db: None) -> None:
    own = Own(closes_in=-2)
    draft = own.draft()
    page = opened(signed_in_page(own.signatory), url("application-preview", draft))
    assert page.get_by_role("heading", name="Sista ansökningsdagen har passerat").is_visible()
    assert violations(page) == []
    send_in(page, draft, "Skriv under och skicka in ansökan")
    assert page.get_by_role("heading", name="Inkommen efter sista ansökningsdagen").is_visible()
    assert fresh(draft).late


def test_messages_go_both_ways(own: Own, signed_in_page: SignedIn) -> None:
    case = own.assigned()
    page = opened(signed_in_page(own.writer), url("application-messages", case))
    page.get_by_label("Ditt meddelande").fill("När kommer beslutet?")
    press(page, "Skicka meddelandet")
    officer = opened(signed_in_page(own.officer), url("case-messages", case))
    assert officer.get_by_text("När kommer beslutet?").is_visible()
    page.reload()
    assert page.get_by_text("Läst av Hanna Handläggare").is_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_sent_in_without_scripts_too(
    own: Own, signed_in_page: SignedIn, scripts: bool
) -> None:
    draft = own.draft()
    page = signed_in_page(own.signatory, java_script_enabled=scripts)
    page.goto(url("application-preview", draft))
    tick_all(page)
    page.get_by_role("button", name="Skriv under och skicka in ansökan").click()
    page.get_by_role("heading", name="Ansökan har kommit in").wait_for()
    page.goto(url("application-messages", draft))
    page.get_by_label("Ditt meddelande").fill("Hej")
    page.get_by_role("button", name="Skicka meddelandet").click()
    page.get_by_text("Meddelandet är skickat").wait_for()
    assert fresh(draft).status == Status.SUBMITTED


def every_page(own: Own) -> list[tuple[Any, str]]:
    """Each page with somebody who may open it."""
    draft, case = own.draft(), own.received()
    completing = own.completing(SITUATION, "budget", "attachments.plan")
    handled = own.assigned()
    messages.send_message(
        application=handled, actor=own.officer, body="Hej\n\nHur går det?", from_agency=True
    )
    messages.send_message(application=handled, actor=own.writer, body="Bra.", from_agency=False)
    handling.withdraw_application(application=own.received(), actor=own.signatory, reasons="Nej")
    signer, officer = own.signatory, own.officer
    pages = [(signer, reverse("my-pages")), (own.stranger, reverse("my-pages"))]
    pages += [(signer, url(name, draft)) for name in ("application-preview", "application-discard")]
    pages += [
        (signer, url(name, case))
        for name in (
            "application-receipt", "application-file", "application-versions",
            "application-take-back", "application-withdraw",
        )
    ]  # fmt: skip
    pages += [(signer, url(name, handled)) for name in ("application-messages", "application-file")]
    pages += [
        (officer, url(name, handled))
        for name in ("application-detail", "case-versions", "case-messages", "request-completion")
    ]
    pages.append((signer, url("application-complete", completing)))
    return pages


@pytest.mark.long
def test_axe_finds_nothing_on_any_of_the_pages(own: Own, signed_in_page: SignedIn) -> None:
    pages: dict[int, Any] = {}
    found = []
    for person, address in every_page(own):
        page = pages.setdefault(person.pk, None) or signed_in_page(person)
        pages[person.pk] = page
        opened(page, address)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        page.wait_for_timeout(500)
        found += [f"{address}: {each}" for each in violations(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [320, 360, 640])
def test_no_page_moves_sideways_on_a_narrow_screen(
    own: Own, signed_in_page: SignedIn, width: int
) -> None:
    pages: dict[int, Any] = {}
    wide = []
    for person, address in every_page(own):
        page = pages.get(person.pk)
        if page is None:
            page = signed_in_page(person, viewport={"width": width, "height": 900})
            pages[person.pk] = page
        if opened(page, address).evaluate(SIDEWAYS) > 0:
            wide.append(address)
    assert not wide
