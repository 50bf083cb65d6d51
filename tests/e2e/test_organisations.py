"""From an unknown association to two colleagues who act for it, in a browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from applicants import selectors
from applicants.enums import OrganisationKind, OrganisationRole, Role
from applicants.models import RepresentationRequest, User
from core.models import Municipality, OutboxMessage
from tests.browsers import violations
from tests.core.sample_files import pdf
from tests.factories import (
    PASSWORD,
    AgencyFactory,
    InvitationFactory,
    MandateFactory,
    OrganisationFactory,
    RepresentationRequestFactory,
    UserFactory,
    acting_for,
    staff,
)

type SignedIn = Callable[..., Any]
type NewPage = Callable[..., Any]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NAME = "Kvinnojouren Månen"


@pytest.fixture
def officer(transactional_db: None) -> User:
    return staff(AgencyFactory(name_sv="Provmyndigheten"), Role.REGISTRAR, name="Rut Registrator")


@pytest.fixture
def minutes(tmp_path: Path) -> Path:
    path = tmp_path / "protokoll.pdf"
    path.write_bytes(pdf("Protokoll"))
    return path


def last_day() -> str:
    return timezone.localdate().replace(month=12, day=31).isoformat()


def press(page: Any, selector: str) -> None:
    page.locator(selector).first.press("Enter")
    page.wait_for_load_state("networkidle")


def fine(page: Any, found: list[str], where: str) -> None:
    """Notes what axe finds on the page as it is, and whether it moves sideways."""
    found += [f"{where}: {each}" for each in violations(page)]
    if page.evaluate(SIDEWAYS) > 0:
        found.append(f"{where}: moves sideways")


def ask(page: Any, minutes: Path, note: Callable[[str], None], *, scripts: bool) -> None:
    """From the empty page to a request that is sent."""
    page.goto(reverse("my-organisations"))
    note("nothing yet")
    press(page, ".empty a")
    note("number")
    press(page, "main button[type=submit]")
    note("number missing")
    page.locator("#id_without").check()
    press(page, "main form button[type=submit]")
    note("details")
    press(page, "main form button[type=submit]:last-of-type")
    note("details missing")
    page.select_option("#id_municipality", "1440")
    page.fill("#id_name", NAME)
    page.select_option("#id_giro_kind", "plusgiro")
    page.fill("#id_giro_number", "42")
    press(page, "main form .actions button")
    note("evidence")
    page.set_input_files("#evidence-input", str(minutes))
    if not scripts:
        press(page, "[data-upload-submit]")
    page.wait_for_selector(".file-list a:has-text('protokoll.pdf')")
    note("evidence added")
    press(page, "main p.actions a.ds-button")
    note("what to ask for")
    press(page, "button[value=send]")
    note("what is missing")
    page.locator("input[name=roles][value=signatory]").check()
    page.locator("input[name=signing][value=sole]").check()
    page.fill("#id_ends_on", last_day())
    press(page, "button[value=send]")
    note("sent")


def approve(page: Any, note: Callable[[str], None]) -> None:
    page.goto(reverse("representation-requests"))
    note("requests")
    press(page, "#requests tbody a")
    note("request")
    with page.expect_download() as download:
        page.locator("#evidence-list a").first.click()
    assert download.value.suggested_filename == "protokoll.pdf"
    press(page, "main form.entry-form button")
    note("answer missing")
    page.locator("input[name=answer][value=approve]").check()
    page.fill("#id_ends_on", last_day())
    press(page, "main form.entry-form button")
    note("answered")


def invite(page: Any, email: str, note: Callable[[str], None]) -> str:
    page.goto(reverse("my-organisations"))
    note("mine")
    press(page, ".cards h3 a")
    note("organisation")
    press(page, "a.ds-button[href$='/bjud-in/']")
    note("invite")
    page.fill("#id_email", email)
    page.locator("input[name=roles][value=writer]").check()
    page.fill("#id_ends_on", last_day())
    press(page, "main form.entry-form button")
    note("invited")
    body = OutboxMessage.objects.get(recipient=email).body
    return "/inbjudan/" + body.partition("/inbjudan/")[2].split()[0]


@pytest.mark.long
@pytest.mark.parametrize(
    ("width", "scripts"), [(1280, True), (360, True), (320, False)], ids=["wide", "phone", "plain"]
)
def test_an_association_is_entered_approved_and_shared(
    officer: User,
    minutes: Path,
    signed_in_page: SignedIn,
    new_page: NewPage,
    width: int,
    scripts: bool,
) -> None:
    found: list[str] = []
    options = {"viewport": {"width": width, "height": 900}, "java_script_enabled": scripts}
    person, colleague = UserFactory(name="Frida Frågar"), UserFactory(name="Karin Kollega")

    def noting(page: Any) -> Callable[[str], None]:
        return lambda where: fine(page, found, where) if scripts else None

    page = signed_in_page(person, **options)
    ask(page, minutes, noting(page), scripts=scripts)
    asked = RepresentationRequest.objects.get()
    assert page.locator(".acting-for").count() == 0

    staff_page = signed_in_page(officer, **options)
    approve(staff_page, noting(staff_page))

    address = invite(page, colleague.email, noting(page))
    assert NAME in page.locator(".acting-for").inner_text()
    other = new_page(**options)
    other.goto(address)
    noting(other)("invitation, signed out")
    press(other, "main a[href*='/login/']")
    other.fill("#id_login", colleague.email)
    other.fill("#id_password", PASSWORD)
    press(other, "main form button[type=submit]")
    other.wait_for_url(f"**{address}")
    noting(other)("invitation")
    press(other, "main form button[type=submit]")
    assert NAME in other.locator(".acting-for").inner_text()
    noting(other)("accepted")
    held = {each.role for each in selectors.mandates_of(colleague)}
    assert held == {OrganisationRole.WRITER}
    assert asked.organisation in selectors.organisations_acted_for(colleague)

    page.goto(reverse("my-organisation-person", args=[asked.organisation_id, colleague.pk]))
    noting(page)("colleague")
    page.goto(reverse("my-organisation-details", args=[asked.organisation_id]))
    noting(page)("change the details")
    page.goto(reverse("my-organisation-leave", args=[asked.organisation_id]))
    noting(page)("leave")
    page.select_option("#id_successor", str(colleague.pk))
    press(page, "main form.entry-form button")
    noting(page)("left")
    assert not selectors.mandates_of(person).exists()
    assert not found, "\n".join(found)


def test_the_other_states_are_accessible(officer: User, signed_in_page: SignedIn) -> None:
    found: list[str] = []
    place = Municipality.objects.get(code="1440")
    there = OrganisationFactory(
        name=NAME, kind=OrganisationKind.ASSOCIATION, county=place.county, municipality=place
    )
    agency = officer.staff_roles.get().agency
    person = acting_for(there, OrganisationRole.ADMINISTRATOR)
    MandateFactory(organisation=OrganisationFactory(), user=person)
    former = MandateFactory(organisation=there, ended_at=timezone.now()).user
    invitation = InvitationFactory(organisation=there, token="hemlig", email=former.email)
    asked = RepresentationRequestFactory(organisation=there, agency=agency)
    page = signed_in_page(person, viewport={"width": 320, "height": 900})
    for address in (
        f"{reverse('organisation-register')}?number={there.org_no}",
        reverse("my-organisations"),
        reverse("my-organisation", args=[there.pk]),
        reverse("my-organisation-leave", args=[there.pk]),
        reverse("invitation", args=["hemlig"]),
    ):
        page.goto(address)
        fine(page, found, address)
    page.locator(".acting-for summary").click()
    fine(page, found, "choosing an organisation")
    page.goto(reverse("organisation-register-details"))
    page.select_option("#id_municipality", "1440")
    page.fill("#id_name", f"{NAME} i Ale")
    press(page, "main form .actions button")
    assert page.locator(f"button[name=choose][value='{there.pk}']").count() == 1
    fine(page, found, "one much alike")
    staff_page = signed_in_page(officer, viewport={"width": 320, "height": 900})
    for name, args in (
        ("representation-request", [asked.pk]),
        ("representation-organisation", [asked.pk]),
        ("representation-person", [asked.pk, person.pk]),
    ):
        staff_page.goto(reverse(name, args=args))
        fine(staff_page, found, name)
    asker = signed_in_page(asked.user, viewport={"width": 320, "height": 900})
    asker.goto(reverse("my-request", args=[asked.pk]))
    fine(asker, found, "waiting")
    assert invitation.accepted_at is None
    assert not found, "\n".join(found)


def test_one_changes_whom_one_acts_for_by_keyboard(officer: User, signed_in_page: SignedIn) -> None:
    first = OrganisationFactory(name="Ale kommun")
    person = acting_for(first)
    MandateFactory(organisation=OrganisationFactory(name="Boden kommun"), user=person)
    page = signed_in_page(person)
    page.goto(reverse("call-list"))
    page.locator(".acting-for summary").press("Enter")
    page.locator(".acting-for button:has-text('Boden')").press("Enter")
    page.wait_for_selector(".acting-for strong:has-text('Boden kommun')")
    assert page.url.endswith(reverse("call-list"))
