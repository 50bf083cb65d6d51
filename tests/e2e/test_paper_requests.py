"""A request about a grant that came on paper, in a browser: entered by a registrar."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from grants.models import GrantChange
from tests.browsers import violations
from tests.core.sample_files import pdf
from tests.e2e.journeys import SIDEWAYS
from tests.grants.test_paper_requests import Registry

NARROW = {"width": 320, "height": 700}


def looked_at(page: Any, name: str) -> None:
    page.wait_for_load_state("load")
    assert not violations(page), name
    assert page.evaluate(SIDEWAYS) <= 0, name


def test_a_registrar_enters_what_came_on_paper(
    transactional_db: None, signed_in_page: Callable[..., Any]
) -> None:
    desk = Registry()
    case = desk.granted()
    page = signed_in_page(desk.registrar, viewport=NARROW)
    page.goto(reverse("application-detail", args=[case.pk]))
    page.get_by_role("link", name="Registrera en begäran på papper").click()
    looked_at(page, "kinds")
    page.get_by_role("link", name="Använda pengarna på ett annat sätt").click()
    looked_at(page, "form")
    page.fill("[name='line-1']", "250 000")
    page.fill("[name='line-2']", "150 000")
    page.fill("[name=reasons]", "Färre intervjuer, fler utbildningsdagar.")
    page.fill("[name=received_on]", str(desk.came))
    page.get_by_role("button", name="Registrera").click()
    page.wait_for_selector("text=Något behöver rättas")
    looked_at(page, "wrong")
    page.fill("[name=signed_by]", "Kim Kommunchef")
    scan = {"name": "begäran.pdf", "mimeType": "application/pdf", "buffer": pdf("begäran")}
    page.set_input_files("[name=file]", scan)
    page.get_by_role("button", name="Registrera").click()
    page.wait_for_selector("text=Papperet är registrerat i ärendet")
    looked_at(page, "registered")
    assert GrantChange.objects.get().signed_by == "Kim Kommunchef"

    page = signed_in_page(desk.signatory, viewport=NARROW)
    page.goto(reverse("own-change", args=[case.pk, GrantChange.objects.get().pk]))
    page.wait_for_selector("text=Underskrivet av Kim Kommunchef")
    looked_at(page, "the grantee's")
    page.get_by_role("link", name="Se papperet").click()
    page.wait_for_selector("text=begäran.pdf")

    page = signed_in_page(desk.registrar, viewport=NARROW)
    page.goto(reverse("case-change", args=[case.pk, GrantChange.objects.get().pk]))
    page.get_by_role("link", name="Registrera att den är återkallad på papper").click()
    looked_at(page, "withdrawal")
    page.fill("[name=signed_by]", "Kim Kommunchef")
    page.fill("[name=text]", "Vi tar tillbaka vår begäran.")
    page.fill("[name=received_on]", "2001-01-01")
    page.get_by_role("button", name="Registrera").click()
    page.wait_for_selector("text=Något behöver rättas")
    looked_at(page, "withdrawal that is wrong")
    page.fill("[name=received_on]", str(desk.today))
    page.get_by_role("button", name="Registrera").click()
    page.wait_for_selector("text=Papperet är registrerat i ärendet")
    looked_at(page, "withdrawn")
    assert GrantChange.objects.get().withdrawal_signed_by == "Kim Kommunchef"
