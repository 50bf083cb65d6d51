"""The applicants' guide: its pictures are there, and the pages still look as it says.

With GUIDE_PICTURES set the pictures are made anew (`make pictures`).
"""

import os
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from applicants.enums import OrganisationRole, Role
from applicants.models import Organisation
from core.definitions import WHOLE
from core.models import StoredFile
from grants.content.paths import answer_path, row_path
from grants.models import Application
from grants.services.handling import assign_officer, request_completion
from grants.services.messages import send_message
from grants.services.partners import invite_partner
from grants.services.submission import submit_application
from portal.services.demo import demo_call
from tests.conftest import ROOT
from tests.e2e.journeys import ASSOCIATIONS, EVERYWHERE, MUNICIPALITIES, Person, may_we_apply
from tests.factories import AgencyFactory, MandateFactory, OrganisationFactory, acting_for, staff
from tests.factories.forms import begun, filled, put

GUIDE = ROOT / "docs/guides/applicants.md"
PICTURES = ROOT / "docs/pictures/applicants"
SHOWN = re.compile(r"!\[Sidan ”([^”]+)”[^\]]*\]\(\.\./pictures/applicants/([\w-]+)\.png\)")
LARGEST = 150_000
WIDTH, TALLEST = 1000, 1150


def named() -> dict[str, str]:
    """The pictures of the guide, each with the heading of the page that it shows."""
    return {name: heading for heading, name in SHOWN.findall(GUIDE.read_text(encoding="utf-8"))}


class Album:
    """The pictures as they are come to. Each must show the heading that the guide names."""

    def __init__(self) -> None:
        self.named = named()
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
        PICTURES.mkdir(parents=True, exist_ok=True)
        small = BytesIO()
        drawn = Image.open(BytesIO(picture)).convert("RGB")
        drawn.quantize(64, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
        (PICTURES / f"{name}.png").write_bytes(small.getvalue())


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


@pytest.fixture
def eva(transactional_db: None) -> Any:
    lead = OrganisationFactory(name="Kvinnojouren Månen", kind="association")
    person = acting_for(lead, name="Eva Ek", email="eva.ek@example.se")
    MandateFactory(organisation=lead, user=person, role=OrganisationRole.ADMINISTRATOR)
    return person


def test_the_guide_shows_the_pages_as_they_are(
    eva: Any, new_page: Callable[..., Any], signed_in_page: Callable[..., Any]
) -> None:
    album = Album()
    agency = AgencyFactory(code="myndigheten", name_sv="Myndigheten", short="Myndigheten")
    today = timezone.localdate()
    associations = demo_call(agency=agency, definition="foreningar-2013", today=today)
    municipalities = demo_call(agency=agency, definition="kommuner-2013", today=today)
    officer = staff(agency, Role.CASE_OFFICER, name="Hanna Handläggare")
    lead = Organisation.objects.get(name="Kvinnojouren Månen")
    size = {"viewport": {"width": WIDTH, "height": 900}}

    visitor = Person(new_page(**size), looks=False)
    visitor.page.goto(reverse("call-detail", args=[agency.code, associations.code]))
    may_we_apply(visitor, ASSOCIATIONS)
    album.shoot(visitor.page, "far-vi-soka")
    visitor.follow("Ansök", "main")
    visitor.at("Logga in")
    album.shoot(visitor.page, "logga-in")

    page = signed_in_page(eva, **size)

    def show(name: str, address: str, *args: object, **how: Any) -> None:
        page.goto(reverse(address, args=args))
        album.shoot(page, name, **how)

    show("mina-organisationer", "my-organisations")
    empty = begun(associations, lead, eva)
    put(empty, eva, "areas.support_children", "yes")
    for question in ("project_title", "project_summary"):
        put(empty, eva, answer_path(WHOLE, question), "Stöd till barn i jouren")
    show("uppgiftslista", "application-tasks", empty.pk)
    show("granska", "application-section", empty.pk, "check")
    full = filled(empty, eva, area="support_children")
    worded(full, eva, "support_children")
    show("omrade", "application-section", full.pk, "area-support-children")
    show("budget", "application-section", full.pk, "budget", part="#f-budget", above=40)
    show("bilagor", "application-section", full.pk, "attachments", tallest=560)
    show("skicka-in", "application-preview", full.pk, part="#sign-heading", above=40)
    submit_application(application=full, actor=eva, assurance="passkey")
    show("kvitto", "application-receipt", full.pk)

    case = Application.objects.get(pk=full.pk)
    assign_officer(application=case, officer=officer, actor=officer)
    send_message(application=case, actor=eva, body="När får vi besked?", from_agency=False)
    answer = "Myndigheten beslutar i mitten av mars."
    send_message(application=case, actor=officer, body=answer, from_agency=True)
    show("meddelanden", "application-messages", case.pk)
    case = Application.objects.get(pk=full.pk)
    asked = answer_path("support_children", "follow_up")
    request_completion(
        application=case,
        actor=officer,
        fields=[asked],
        questions={asked: "Hur tar ni reda på om barnen mår bättre?"},
        due=today.replace(year=today.year + 1, month=2, day=12),
        message="Vi behöver veta mer om uppföljningen.",
    )
    show("komplettera", "application-complete", case.pk)
    begun(associations, lead, eva)
    show("mina-sidor", "my-pages")

    first = OrganisationFactory(name="Ale kommun")
    writer = acting_for(first, name="Eva i Ale")
    joint = begun(municipalities, first, writer)
    for name in ("Bengtsfors kommun", "Dals-Eds kommun"):
        partner = OrganisationFactory(name=name)
        acting_for(partner)
        invite_partner(application=joint, organisation=partner, actor=writer)
    page = signed_in_page(writer, **size)
    show("medsokande", "application-partners", joint.pk)
    assert MUNICIPALITIES in page.locator("main").inner_text()
    assert album.shown == set(album.named)


def test_every_picture_is_there_and_small() -> None:
    there = {path.stem: path.stat().st_size for path in PICTURES.glob("*.png")}
    assert set(there) == set(named())
    assert {name for name, size in there.items() if size > LARGEST} == set()
