"""The pictures of the guides, as they are come to in a browser.

With GUIDE_PICTURES set they are made anew (`make pictures`); without it, each page is only
looked for.
"""

import os
import re
from io import BytesIO
from typing import Any

from django.urls import reverse
from PIL import Image

from applicants.models import Organisation, User
from core.definitions import WHOLE
from core.models import StoredFile
from grants.content.paths import answer_path, part_path, row_path
from grants.enums import RowKind
from grants.models import Application
from grants.services.writing import add_row
from tests.conftest import ROOT
from tests.e2e.journeys import EVERYWHERE
from tests.factories.forms import put

GUIDES = ROOT / "docs/guides"
PICTURES = ROOT / "docs/pictures"
LARGEST = 150_000
"""Bytes of a picture."""
WIDTH, TALLEST = 1000, 1150
SIZE = {"viewport": {"width": WIDTH, "height": 900}}
_SHOWN = r"!\[Sidan ”([^”]+)”[^\]]*\]\(\.\./pictures/%s/([\w-]+)\.png\)"


def named(guide: str) -> dict[str, str]:
    """The pictures of the guide, each with the heading of the page that it shows."""
    text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
    return {name: heading for heading, name in re.findall(_SHOWN % guide, text)}


class Album:
    """A guide's pictures. Each must show the heading that the guide names."""

    def __init__(self, guide: str) -> None:
        self.guide = guide
        self.named = named(guide)
        self.makes = bool(os.environ.get("GUIDE_PICTURES"))
        self.shown: set[str] = set()

    def shoot(
        self, page: Any, name: str, part: str = "main", above: int = 0, tallest: int = TALLEST
    ) -> None:
        """A picture of that part of the page, from its top or so many pixels above it."""
        heading = self.named[name]
        page.locator("main :is(h1, h2)").filter(has_text=heading).first.wait_for()
        self.shown.add(name)
        if not self.makes:
            return
        page.evaluate("document.activeElement.blur()")
        box = page.locator(part).first.bounding_box()
        bottom = page.locator("main").bounding_box()
        top = max(box["y"] - above, 0)
        height = min(bottom["y"] + bottom["height"] - top, tallest)
        clip = {"x": 0, "y": top, "width": WIDTH, "height": height}
        picture = page.screenshot(clip=clip, full_page=True)
        folder = PICTURES / self.guide
        folder.mkdir(parents=True, exist_ok=True)
        small = BytesIO()
        drawn = Image.open(BytesIO(picture)).convert("RGB")
        drawn.quantize(64, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
        (folder / f"{name}.png").write_bytes(small.getvalue())

    def whole(self) -> None:
        """Every picture of the guide has been come to."""
        assert self.shown == set(self.named)


class Shown:
    """Somebody's pages, for a guide's album."""

    def __init__(self, album: Album, page: Any) -> None:
        self.album, self.page = album, page

    def __call__(self, name: str, address: str, *args: object, query: str = "", **how: Any) -> None:
        self.page.goto(reverse(address, args=args) + query)
        if self.album.makes:
            # What the page fetches by itself is in the picture.
            self.page.wait_for_load_state("networkidle")
        self.album.shoot(self.page, name, **how)


def worded(application: Application, actor: Any, area: str) -> None:
    """Sentences as somebody might write them, in place of what the factory fills in."""
    form = application.call.definition.application
    assert form is not None
    for at in (area, WHOLE):
        for placed in form.questionnaire.questions_for(at):
            said = EVERYWHERE.get(placed.question.text.sv)
            if isinstance(said, str):
                put(application, actor, answer_path(at, placed.question.key), said)
    put(application, actor, row_path(1, "title"), "Grupper för barn som har upplevt våld")
    put(application, actor, row_path(2, "text"), "Utbildning av två gruppledare")
    titles = {each.code: each.title.sv for each in form.attachments}
    for attachment in application.attachments.select_related("file"):
        code = attachment.place.rpartition(".")[2]
        StoredFile.objects.filter(pk=attachment.file_id).update(name=f"{titles[code]}.pdf")


def worded_part(draft: Application, organisation: Organisation, person: User) -> None:
    """What an organisation says of itself, in words."""
    form = draft.call.definition.application
    assert form is not None
    for question in form.part_questions():
        said = EVERYWHERE.get(question.text.sv)
        if isinstance(said, str) and not question.kind.is_choice:
            said = said.replace("Karin Kassör", person.name)
            said = said.replace("karin@jouren.example", person.email)
            put(draft, person, part_path(organisation.pk, question.key), said)


def budgeted(draft: Application, actor: User, *lines: tuple[str, str, int, Organisation]) -> None:
    """Budget lines of the first activity: category, what for, whole SEK, and whose."""
    for category, text, amount, whose in lines:
        row = add_row(application=draft, kind=RowKind.LINE, actor=actor)
        for name, value in {
            "activity": "1",
            "organisation": str(whose.pk),
            "category": category,
            "text": text,
            "amount_sek": str(amount),
        }.items():
            put(draft, actor, row_path(row.number, name), value)
