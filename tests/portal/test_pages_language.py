"""No page mixes its languages: what is said the same in both is a name or a number."""

import re
from collections.abc import Callable

import pytest
from lxml import html

from tests.portal.html import Page, text
from tests.portal.world import World, everywhere

Get = Callable[..., Page]

# Amounts, dates, counts, references, checksums and the marks of the pages.
NUMBERS = re.compile(
    r"[\d\s\N{NO-BREAK SPACE}–·:.,()%×→←↑↓|=-]+(kr)?|\(?n(=\d+\))?"
    r"|[A-Z]{1,2}|[A-Z]{1,2}K?\d\d-\d+|[0-9a-f]{64}"
)
# The same words in both languages.
SHARED = {
    "Tilldela", "Person", "Region", "Transaktion", "Status", "Organisation", "PDF", "Excel", "CSV",
    "JSON", "Installation", "System", "Import", "Controller", "K", "n", "Information",
}  # fmt: skip
# The other language's name, the names of calls and counties, the signed-in person, abbreviations.
LEFT_OUT = (
    "form.language-switch, option[value]:not([value='']), .account__who, "
    "[aria-labelledby=appendix-1] dt"
)
ATTRIBUTES = ("aria-label", "title", "alt", "placeholder", "data-label")


def words(page: Page) -> set[str]:
    """Every text that is seen or heard, but for what names the languages themselves."""
    for element in page.all(LEFT_OUT):
        element.getparent().remove(element)
    found = {str(each).strip() for each in page.root.itertext() if isinstance(each, str)}
    for name in ATTRIBUTES:
        found |= {each.get(name).strip() for each in page.all(f"[{name}]")}
    return {re.sub(r"\s+", " ", each) for each in found if each}


def names(world: World) -> set[str]:
    """What things are called, whatever the reader's language."""
    people = {str(each) for each in (world.officer, world.analyst)}
    counties = {"Stockholm", "Västra Götaland"}
    basis = world.call.definition.legal_basis
    return people | counties | SHARED | {
        world.agency.short, world.agency.code, basis.sv if basis else "",
    }  # fmt: skip


def is_interface(words: str, known: set[str]) -> bool:
    return not (
        NUMBERS.fullmatch(words)
        or words in known
        or words.endswith(" – Tilldela")
        or words.startswith(("Kommun 0", "Partner 0", "Myndighet ", "Agency ", "var ", "html"))
    )


def test_no_text_is_the_same_in_both_languages(get: Get, world: World) -> None:
    known = names(world)
    mixed = []
    for name, address in everywhere(world).items():
        person = None if name == "sign-in" else world.analyst
        swedish, english = (words(get(address, person, each)) for each in ("sv", "en"))
        same = sorted(each for each in swedish & english if is_interface(each, known))
        mixed += [f"{name}: {each}" for each in same]
    assert not mixed, "\n".join(mixed)


def test_the_language_of_the_page_is_the_readers(get: Get, world: World) -> None:
    assert get("/utlysningar/", None, "sv").heading == "Utlysningar"
    assert get("/utlysningar/", None, "en").heading == "Calls"
    assert get("/utlysningar/", None, "de").heading == "Utlysningar"


@pytest.mark.parametrize(
    ("shown", "interface"),
    [("53 687 000 kr", False), ("2013-03-14", False), ("47 %", False), ("Sök", True)],
)
def test_the_yardstick_knows_numbers_from_words(shown: str, interface: bool) -> None:
    assert is_interface(shown.replace(" ", "\N{NO-BREAK SPACE}"), set()) == interface
    assert text(html.fromstring(f"<p>{shown}</p>")) == shown
