"""The registry, a case's documents and the public register in a browser: accessible, and narrow."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from applicants.enums import Role
from grants.services.messages import send_message
from grants.services.register import mark_document, mark_fields
from tests.browsers import violations
from tests.e2e.test_pages import SIDEWAYS, opened
from tests.factories import staff
from tests.portal.own_cases import Own
from tests.portal.registering import asked, registry_addresses

type SignedIn = Callable[..., Any]
type NewPage = Callable[..., Any]
FILES = ("pdf", "file", "rendition", "finish")


@pytest.fixture
def own(transactional_db: None) -> Own:
    return Own()


def addresses(own: Own) -> dict[str, tuple[Any, str]]:
    """Every page, with somebody who may open it."""
    case = own.completing()
    body = "Ring 070-123 45 67 eller skriv till Storgatan 12."
    send_message(application=case, actor=own.writer, body=body, from_agency=False)
    registrar = staff(own.agency, Role.REGISTRAR, name="Rut Registrator")
    decider = staff(own.agency, Role.DECISION_MAKER, name="Bo Beslutsfattare")
    message = case.documents.get(kind="message")
    mark_document(document=message, actor=registrar, provision="21 kap. 3 § OSL")
    mark_fields(
        application=case,
        actor=own.officer,
        paths=["answer.mapping.situation"],
        provision="18 kap. 8 § OSL",
    )
    waiting = asked(own.agency, registrar)
    found: dict[str, tuple[Any, str]] = {}
    for name, address in registry_addresses(case, registrar, decider).items():
        if not name.endswith(FILES):
            who: Any = registrar
            if name.startswith("own-"):
                who = own.signatory
            elif name == "disclosure-refuse":
                who = decider
            elif name.startswith("diary"):
                who = None
            found[name] = (who, address)
    choose = reverse("disclosure-choose", args=[waiting.pk])
    number = case.register_number
    return {
        **found,
        "diary-empty": (None, f"{reverse('diary')}?number=saknas&until=fel"),
        "choose-case": (registrar, f"{choose}?number={number}"),
        "choose-none": (registrar, f"{choose}?number=saknas"),
        "disclosure-waiting": (registrar, reverse("disclosure", args=[waiting.pk])),
        "own-message": (own.signatory, reverse("own-document", args=[case.pk, 1])),
        "staff-application": (registrar, reverse("case-document", args=[case.pk, 1])),
        "documents-empty": (
            registrar,
            f"{reverse('case-documents', args=[case.pk])}?q=saknas",
        ),
        "registry-error": (registrar, f"{reverse('registry')}?number=saknas"),
    }


@pytest.mark.long
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_moves_sideways(
    own: Own, signed_in_page: SignedIn, new_page: NewPage, width: int
) -> None:
    viewport = {"width": width, "height": 900}
    pages: dict[Any, Any] = {}
    found = []
    for name, (person, address) in addresses(own).items():
        if person not in pages:
            pages[person] = (
                new_page(viewport=viewport)
                if person is None
                else signed_in_page(person, viewport=viewport)
            )
        page = opened(pages[person], address)
        found += [f"{name}: {each}" for each in violations(page)]
        if page.evaluate(SIDEWAYS) > 0:
            found.append(f"{name}: moves sideways")
        if folder := os.environ.get("REGISTRY_SHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    assert not found, "\n".join(found)


def test_a_registrar_registers_a_letter_by_keyboard(own: Own, signed_in_page: SignedIn) -> None:
    case = own.received()
    registrar = staff(own.agency, Role.REGISTRAR)
    page = signed_in_page(registrar)
    page.goto(reverse("registry"))
    page.get_by_label("Diarienummer").focus()
    page.keyboard.type(case.register_number)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Registrera en handling").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Vad det gäller").focus()
    page.keyboard.type("Rättelse av budgeten")
    page.keyboard.press("Enter")
    page.get_by_text("Handlingen är registrerad som nummer 2.").wait_for()
    assert case.documents.get(number=2).title == "Rättelse av budgeten"
