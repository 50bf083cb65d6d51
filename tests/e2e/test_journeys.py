"""Whole journeys in a browser, from the front page, on the open calls of the demo."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import Organisation, User
from core.models import Agency, OutboxMessage
from grants.enums import Status
from grants.models import Application, Call, CompletionRequest
from grants.services.handling import assign_officer
from grants.services.submission import submit_application
from portal.services.demo import demo_call
from tests.e2e.journeys import (
    ASSOCIATIONS,
    MUNICIPALITIES,
    PHONE,
    Person,
    begin,
    find_the_call,
    hand_in,
    may_we_apply,
    read_the_receipt,
    write_everything,
)
from tests.factories import AgencyFactory, OrganisationFactory, acting_for, staff
from tests.factories.forms import begun, filled

type NewPage = Callable[..., Any]


@dataclass
class Place:
    """An agency with the two open calls of the demo, and those who apply there."""

    agency: Agency = field(
        default_factory=lambda: AgencyFactory(code="provmyndigheten", short="Provmyndigheten")
    )

    def __post_init__(self) -> None:
        self.calls: dict[str, Call] = {
            title: demo_call(
                agency=self.agency, definition=f"{stem}-2013", today=timezone.localdate()
            )
            for title, stem in {ASSOCIATIONS: "foreningar", MUNICIPALITIES: "kommuner"}.items()
        }
        self.officer: User = staff(self.agency, Role.CASE_OFFICER, name="Hanna Handläggare")

    def organisation(
        self, name: str = "Kvinnojouren Månen", kind: str = "association"
    ) -> tuple[Organisation, User]:
        """An organisation with one who writes and signs for it alone."""
        made = OrganisationFactory(name=name, kind=kind)
        return made, acting_for(made, OrganisationRole.SIGNATORY, name=f"Eva i {name}")

    def case(self, lead: Organisation, person: User) -> Application:
        """An association's application that has been sent in."""
        draft = filled(begun(self.calls[ASSOCIATIONS], lead, person), person, area=AREA_CODE)
        submit_application(application=draft, actor=person, assurance="password")
        return Application.objects.get(pk=draft.pk)


AREA_CODE = "support_children"


@pytest.fixture
def place(transactional_db: None) -> Place:
    return Place()


def from_front_page_to_receipt(place: Place, person: Person) -> None:
    _, eva = place.organisation()
    find_the_call(person, ASSOCIATIONS)
    may_we_apply(person, ASSOCIATIONS)
    begin(person, ASSOCIATIONS, eva.email)
    write_everything(person)
    number = hand_in(person)
    assert Application.objects.get().number == number
    read_the_receipt(person, number)
    person.content()


@pytest.mark.smoke
def test_an_association_applies_alone(place: Place, new_page: NewPage) -> None:
    from_front_page_to_receipt(place, Person(new_page()))


def test_on_a_phone(place: Place, new_page: NewPage) -> None:
    from_front_page_to_receipt(place, Person(new_page(**PHONE), way="touch"))


def test_without_scripts(place: Place, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    from_front_page_to_receipt(place, Person(page, scripts=False))


def test_by_keyboard_alone(place: Place, new_page: NewPage) -> None:
    from_front_page_to_receipt(place, Person(new_page(), way="keyboard", looks=False))


def signed_in(new_page: NewPage, user: User, **options: Any) -> Person:
    """Somebody who has come from the front page to what is their own."""
    person = Person(new_page(**options))
    person.page.goto("/")
    person.follow("Logga in")
    person.sign_in(user.email)
    person.at("Mina sidor")
    return person


def invited_by_mail(email: str) -> str:
    """The link in the mail."""
    body = OutboxMessage.objects.filter(recipient=email).latest("pk").body
    found = re.search(r"https?://[^/]+(/inbjudan/\S+)", body)
    assert found is not None, body
    return found.group(1)


def card(person: Person, name: str) -> Any:
    """What stands about one of those who take part."""
    return person.page.locator(".part-card").filter(has_text=name)


def write_its_part(person: Person, name: str) -> None:
    """A partner's own part and its requirements, from the page of what is one's own."""
    person.follow(re.compile(MUNICIPALITIES), "main table")
    person.at(MUNICIPALITIES)
    person.follow("Medsökande", "main")
    person.at("Medsökande")
    person.follow(re.compile(f"^Skriv organisationens del ?: {name}$"))
    person.at(name)
    person.answer_all()
    person.saved()
    person.follow("Svara på prestationskraven")
    person.at("Prestationskrav")
    person.answer_all()
    person.saved()


def approve(person: Person, name: str) -> None:
    person.follow("Mina sidor", "nav")
    person.at("Mina sidor")
    person.follow(re.compile(f"^Godkänn den del som gäller {name}"))
    person.at(name)
    person.press(person.button("Godkänn delen"))
    person.reads(f"{name} har godkänt sin del.")


@pytest.mark.long
def test_a_municipality_applies_with_two_others(place: Place, new_page: NewPage) -> None:
    _, eva = place.organisation("Ale kommun", "municipality")
    (second, bo), (_, cia), (third, dan) = (
        place.organisation(f"{name} kommun", "municipality") for name in ("Bo", "Cia", "Dan")
    )
    person = Person(new_page())
    find_the_call(person, MUNICIPALITIES)
    may_we_apply(person, MUNICIPALITIES)
    begin(person, MUNICIPALITIES, eva.email)
    # What the lead writes is written in the other journeys.
    draft = filled(Application.objects.get(), eva, area="training")

    person.follow("Medsökande", "main")
    person.at("Medsökande")
    invite(person, second.org_no)
    person.write(person.page.get_by_label("E-postadress"), cia.email)
    person.press(person.button("Skicka inbjudan"))
    person.reads(f"En inbjudan har skickats till {cia.email}")

    refusing = signed_in(new_page, bo)
    refusing.follow(re.compile("^Godkänn den del som gäller Bo kommun"))
    refusing.at("Bo kommun")
    refusing.press(refusing.button("Tacka nej till att vara med"))
    refusing.reads("Bo kommun har tackat nej")

    coming = Person(new_page())
    coming.page.goto(invited_by_mail(cia.email))
    coming.sign_in(cia.email)
    coming.at("Inbjudan att söka tillsammans")
    coming.press(coming.button("Var med"))
    coming.follow("Mina sidor", "nav")
    coming.at("Mina sidor")
    write_its_part(coming, "Cia kommun")
    approve(coming, "Cia kommun")

    person.follow("Till uppgiftslistan")
    person.follow("Medsökande", "main")
    assert "Avböjd" in card(person, "Bo kommun").inner_text()
    assert "Godkänd" in card(person, "Cia kommun").inner_text()
    person.press(person.button("Ta bort ur ansökan Bo kommun"))
    person.page.get_by_role("heading", name="Bo kommun").wait_for(state="detached")
    invite(person, third.org_no)
    standing_in = signed_in(new_page, dan)
    write_its_part(standing_in, "Dan kommun")
    approve(standing_in, "Dan kommun")

    # A change after the approval asks again.
    coming.follow("Alla som är med")
    coming.at("Medsökande")
    coming.follow(re.compile("^Skriv organisationens del ?: Cia kommun$"))
    coming.at("Cia kommun")
    coming.answer_one(coming.answer("Vilka hos er"), "long", "Två anställda på heltid.")
    coming.saved()
    person.follow("Till uppgiftslistan")
    person.follow("Granska ansökan")
    person.at("Granska ansökan")
    person.reads("Cia kommun")
    assert person.link("Gå vidare till försäkran").count() == 0
    approve(coming, "Cia kommun")

    person.follow("Till uppgiftslistan")
    person.follow("Granska ansökan")
    number = hand_in(person)
    read_the_receipt(person, number)
    coming.follow("Mina sidor", "nav")
    coming.reads(number, "Medsökande")
    assert set(draft.participations.values_list("organisation__name", flat=True)) >= {
        "Ale kommun",
        "Cia kommun",
        "Dan kommun",
    }
    for each in (person, refusing, coming, standing_in):
        each.content()


def invite(person: Person, number: str) -> None:
    """Invite an organisation that is registered, by its number."""
    person.write(person.page.get_by_label("Organisationsnummer"), number)
    person.press(person.button(re.compile("^Bjud in med organisationsnummer")))
    person.reads("är inbjuden")


def test_a_completion_is_asked_for_and_answered_late(
    place: Place, new_page: NewPage, signed_in_page: Callable[..., Any]
) -> None:
    lead, eva = place.organisation()
    case = place.case(lead, eva)
    officer = Person(signed_in_page(place.officer))
    officer.page.goto("/")
    officer.follow("Ansökningar", "nav")
    officer.at("Ansökningar")
    officer.follow(re.compile(case.number), "main")
    officer.at(lead.name)
    officer.press(officer.button("Ta ärendet"))
    officer.reads("Ärendet är ditt")
    officer.follow("Begär komplettering")
    officer.at("Begär komplettering")
    for words, question in {
        "Hur ser det ut i dag?": "Hur många barn gäller det?",
        "Hur leds arbetet?": "Vem ersätter ledaren?",
    }.items():
        ask(officer, words, question)
    officer.press(officer.button("Begär komplettering"))
    officer.at(lead.name)

    person = signed_in(new_page, eva)
    person.follow(re.compile("^Komplettera ansökan"))
    person.at("Komplettera ansökan")
    person.reads("Hur många barn gäller det?", "Vem ersätter ledaren?")
    # Days go by.
    passed = timezone.localdate() - timedelta(days=3)
    CompletionRequest.objects.update(due=passed)
    Application.objects.update(completion_due=passed)
    person.page.reload()
    person.reads("Dagen har passerat")
    person.follow("Skriv Stödinsatser barn: Hur ser det ut i dag?")
    person.at("Stödinsatser barn")
    assert person.page.locator("[data-answer]").count() == 1
    person.reads("Hur många barn gäller det?")
    person.answer_all()
    person.saved()
    person.follow("Till uppgiftslistan")
    person.reads("Det här ska kompletteras")
    person.follow("Projektledning: Hur leds arbetet?", "main")
    person.at("Projektledning")
    assert person.page.locator("[data-answer]").count() == 1
    person.answer_all()
    person.saved()
    person.follow("Till uppgiftslistan")
    person.follow("Gå vidare till att skicka in kompletteringen")
    person.at("Komplettera ansökan")
    person.press(person.button("Skicka in kompletteringen"))
    person.at(f"Kompletteringen har kommit in: {case.number}")
    person.reads("märkt som sen")
    case = Application.objects.get()
    assert case.status == Status.SUBMITTED
    assert case.versions.count() == 2
    officer.page.reload()
    officer.reads("efter den dag som angavs")
    for each in (person, officer):
        each.content()


def ask(officer: Person, words: str, question: str) -> None:
    """Tick a field and write what is missing in it."""
    item = officer.page.locator(".ask").filter(has_text=words)
    group = officer.page.locator("details").filter(has=item)
    if group.get_attribute("open") is None:
        officer.press(group.locator("summary"))
    officer.tick(item.locator("input[type=checkbox]"))
    officer.write(item.locator("textarea"), question)


def test_an_application_is_withdrawn(place: Place, new_page: NewPage) -> None:
    lead, eva = place.organisation()
    case = place.case(lead, eva)
    assign_officer(application=case, officer=place.officer, actor=place.officer)
    person = signed_in(new_page, eva)
    person.follow(re.compile(ASSOCIATIONS), "main table")
    person.at(lead.name)
    person.follow("Återkalla ansökan")
    person.at("Återkalla ansökan")
    person.press(person.button("Återkalla ansökan"))
    person.page.locator(".ds-error-summary").wait_for()
    person.look("without a reason")
    person.write(person.page.get_by_label("Varför återkallar ni"), "Vi fick inte tag i ledare.")
    person.press(person.button("Återkalla ansökan"))
    person.at(lead.name)
    person.reads("Återkallad")
    assert Application.objects.get().status == Status.WITHDRAWN
    person.content()


def test_an_application_is_taken_back_and_sent_in_again(place: Place, new_page: NewPage) -> None:
    lead, eva = place.organisation()
    number = place.case(lead, eva).number
    person = signed_in(new_page, eva)
    person.follow(re.compile(ASSOCIATIONS), "main table")
    person.at(lead.name)
    person.follow(re.compile("^Ta tillbaka ansökan"))
    person.at("Ta tillbaka ansökan")
    person.press(person.button("Ta tillbaka ansökan"))
    person.at(ASSOCIATIONS)
    person.follow("Projektledning")
    person.at("Projektledning")
    person.answer_all({"Vem leder arbetet?": "Ny Ledare, ordförande"})
    person.saved()
    person.follow("Till uppgiftslistan")
    person.follow("Granska ansökan")
    assert hand_in(person) == number
    person.follow("Till ärendets sida")
    person.at(lead.name)
    person.follow("Läs det som skickats in och se vad som har ändrats")
    person.at("Det som har skickats in")
    differences = person.page.locator("table").filter(has_text="Vem leder arbetet?").inner_text()
    assert "Ny Ledare, ordförande" in differences
    person.content()


def test_signed_out_while_writing(place: Place, new_page: NewPage) -> None:
    lead, eva = place.organisation()
    begun(place.calls[ASSOCIATIONS], lead, eva)
    person = signed_in(new_page, eva)
    person.follow(re.compile("^Utkast"))
    person.at(ASSOCIATIONS)
    person.follow("Projektledning")
    person.at("Projektledning")
    person.page.context.clear_cookies()
    text = "Styrelsen följer arbetet, och kassören kostnaderna."
    person.answer_one(person.answer("Hur leds arbetet?"), "long", text)
    person.page.keyboard.press("Tab")
    person.reads("Du har loggats ut.")
    person.look("signed out")
    with person.page.expect_popup() as tab:
        person.follow("Logga in igen i en ny flik")
    again = Person(tab.value, looks=False)
    again.sign_in(eva.email)
    again.at("Projektledning")
    again.page.close()
    person.page.bring_to_front()
    person.page.evaluate("window.dispatchEvent(new Event('focus'))")
    person.reads("Uppkopplingen är tillbaka och allt är sparat.")
    person.page.reload()
    kept = person.answer("Hur leds arbetet?").locator("textarea")
    assert kept.input_value() == text
    assert person.page.locator("[data-kept]").count() == 0
    person.content()
