"""A whole round in a browser: officers, county boards, a decision maker, and the party."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from applicants.enums import Role
from applicants.models import Organisation, User
from core.models import Agency
from grants.content.paths import requirement_path
from grants.enums import Status
from grants.models import Application, Call
from grants.services import submission
from grants.services.drafts import answer_participation, write_application
from reviews.models import Scenario
from reviews.tasks import apply_scenario
from tests.e2e.journeys import Person, file_behind
from tests.factories import (
    AgencyFactory,
    CountyFactory,
    OrganisationFactory,
    acting_for,
    staff,
)
from tests.factories.assessing import assessed_call, closed
from tests.factories.forms import begun, fill_part, filled, put
from tests.factories.scenario import fresh

type NewPage = Callable[..., Any]
FRAME = 600_000
WIDE = {"viewport": {"width": 1280, "height": 900}}
PICTURES = os.environ.get("ROUND_PICTURES", "")
CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*$|\b[a-z]+_[a-z_]+\b", re.MULTILINE)
"""A name that the program goes by, which nobody should have to read."""
JUDGED = re.compile(r"Bedömt \d{4}-")


@dataclass
class Round:
    """A call that has closed with four applications, and all those who work with them."""

    agency: Agency = field(
        default_factory=lambda: AgencyFactory(
            code="provmyndigheten", name_sv="Provmyndigheten", short="Provmyndigheten"
        )
    )

    def __post_init__(self) -> None:
        self.west = CountyFactory(code="14", letter="O", name="Västra Götalands län")
        self.south = CountyFactory(code="12", letter="M", name="Skåne län")
        self.call: Call = assessed_call(
            agency=self.agency, asks_opinion=True, frame_sek=FRAME, changes={"asks_opinion": True}
        )
        names = ("Hanna Handläggare", "Ove Officer", "Karin Kollega")
        self.hanna, self.ove, self.karin = (
            staff(self.agency, Role.CASE_OFFICER, name=name) for name in names
        )
        self.decider: User = staff(self.agency, Role.DECISION_MAKER, name="Bo Beslutsfattare")
        self.boards: list[User] = [
            staff(
                AgencyFactory(
                    name_sv=f"Länsstyrelsen i {county.name}",
                    short=f"Länsstyrelsen {county.letter}",
                    county=county,
                ),
                Role.COUNTY_BOARD,
                name=name,
            )
            for county, name in ((self.west, "Vera i Väst"), (self.south, "Stina i Syd"))
        ]
        self.alone = self._received("Ale kommun")
        self.joint = self._received("Borås kommun", partner="Kristianstads kommun")
        self.late = self._received("Dals-Eds kommun")
        self.failing = self._received("Eslövs kommun", meets=False, county=self.south)
        for case in (self.alone, self.joint, self.late, self.failing):
            closed(case)
        # It came the day after the last one.
        Application.objects.filter(pk=self.late.pk).update(late=True)

    def _received(
        self, name: str, *, partner: str = "", meets: bool = True, county: Any = None
    ) -> Application:
        lead: Organisation = OrganisationFactory(name=name, county=county or self.west)
        person = acting_for(lead, name=f"Eva i {name}")
        draft = begun(self.call, lead, person)
        if partner:
            other = OrganisationFactory(name=partner, county=self.south)
            write_application(application=draft, actor=person, partners=[other])
        filled(draft, person)
        if not meets:
            put(draft, person, requirement_path(lead.pk, "knowledge", "state"), "no")
        for part in draft.participations.filter(role="partner"):
            writer = acting_for(part.organisation)
            fill_part(draft, part.organisation, writer)
            answer_participation(
                participation=part, actor=writer, approve=True, assurance="passkey"
            )
        submission.submit_application(
            application=fresh(draft), actor=person, assurance="password+code"
        )
        return fresh(draft)


@pytest.fixture
def round_(transactional_db: None) -> Round:
    return Round()


def signed_in(new_page: NewPage, user: User, heading: str) -> Person:
    """Somebody who has come from the front page to where their work begins."""
    person = Person(new_page(**WIDE))
    person.page.goto("/")
    person.follow("Logga in")
    person.sign_in(user.email)
    return person.at(heading)


def picture(person: Person, name: str) -> None:
    """A picture of the page as it is, where pictures are asked for."""
    if PICTURES:
        person.page.screenshot(path=Path(PICTURES) / f"round-{name}.png", full_page=True)


def open_case(person: Person, case: Application, name: str = "Arbetslista") -> None:
    """From the navigation to the page of the case."""
    person.follow(name, "nav")
    person.at(name)
    person.follow(case.number, "main table")
    person.at(case.lead.name)


def step(person: Person, name: str, heading: str = "") -> None:
    """From the page of the case to one of its steps."""
    person.page.locator("#steps .task-list").wait_for()
    person.follow(name, "#steps")
    person.at(heading or name)


def state(person: Person, name: str) -> str:
    """Where the step stands, on the page of the case."""
    row = person.page.locator("#steps .task-list li").filter(has_text=name)
    return str(row.locator(".ds-tag").inner_text())


def declare(person: Person, conflict: str = "") -> None:
    """Say that there is no conflict of interest, or what it is."""
    person.at("Jäv")
    answer = "Ja, eller kanske" if conflict else "Nej"
    person.tick(person.page.get_by_label(answer, exact=True))
    if conflict:
        press(person, "Lämna deklarationen och gå vidare")
        person.reads("Skriv varför du är, eller kan vara, jävig.")
        person.look("jäv utan skäl")
        person.write(person.page.get_by_label("Skäl"), conflict)
    press(person, "Lämna deklarationen och gå vidare")


def press(person: Person, name: str | re.Pattern[str], within: str = "main") -> None:
    person.press(person.button(name, within))


def find(person: Person, value: str, parties: int = 1) -> None:
    """Make the findings, the same for each organisation."""
    for each in range(parties):
        card = person.page.locator(".row-card").nth(each)
        person.tick(card.get_by_label(value, exact=True))
        person.saved()
        person.press(card.get_by_role("button", name=re.compile("^Spara bedömningen")))
        person.page.locator(".row-card").nth(each).get_by_text(JUDGED).wait_for()
    person.reads("Alla är bedömda.")


def assess(person: Person, quality: str, why: str) -> None:
    """Begin the form, fill it in and say that it is done."""
    press(person, "Börja bedömningen")
    person.reads("Du har börjat bedömningen.")
    person.look("bedömning påbörjad")
    answers = {"Hur väl är insatserna beskrivna?": (quality,), "Motivera": why}
    person.answer_all(answers, ".beside__form")
    person.saved()
    picture(person, "assessment")
    press(person, "Formuläret är klart")
    person.reads("Formuläret blev klart")


def back(person: Person, case: Application, name: str) -> None:
    person.follow(name, "main")
    person.at(case.lead.name)


def judge(person: Person, case: Application, *, parties: int = 1) -> None:
    """Findings, form and costs of a case that meets everything, and a proposal to grant it."""
    step(person, "Prestationskrav")
    find(person, "Uppfyllt", parties)
    picture(person, "findings")
    back(person, case, "Till ärendet")
    step(person, "Bedömningsformulär", "Bedömning")
    assess(person, "Väl (3 poäng)", "Insatserna svarar mot behovet.")
    back(person, case, "Till ärendet")
    step(person, "Kostnadsgranskning", "Kostnader")
    press(person, re.compile("^Godta alla övriga helt"))
    person.page.locator("#section-tag", has_text="Klar").wait_for()
    press(person, "Spara och gå vidare till förslaget")
    propose(person, "Bevilja", "Kraven nås.", "Bevilja: 250 000 kr")
    say_assessed(person, case)


def propose(person: Person, outcome: str, reasons: str, made: str) -> None:
    """Propose a decision, with reasons of one's own."""
    person.at("Förslag")
    person.tick(person.page.get_by_label(outcome, exact=True))
    person.write(person.page.get_by_label("Skäl", exact=True), reasons)
    person.saved()
    press(person, "Föreslå beslutet")
    person.reads("Beslutet är föreslaget.")
    person.page.locator("#section-tag").filter(has_text=made).wait_for()


def say_assessed(person: Person, case: Application) -> None:
    back(person, case, "Tillbaka till ärendet")
    step(person, "Markera ärendet som bedömt", "Handläggning")
    person.reads("Allt är på plats.")
    press(person, "Ärendet är bedömt")
    person.at(case.lead.name)
    person.reads("Ärendet är bedömt och väntar på beslut.")
    assert fresh(case).status == Status.ASSESSED


def spread_and_ask(person: Person, round_: Round) -> None:
    """From an empty worklist to cases handed out and the county boards asked."""
    person.reads("Du har inga pågående ärenden.")
    person.follow("Utan handläggare", "main")
    person.reads("4 i listan", "efter sista ansökningsdag", "med 1 medsökande")
    person.look("Arbetslista, utan handläggare")
    picture(person, "worklist")
    person.follow("Fördela ärenden på handläggare")
    person.at("Fördela ärendena")
    press(person, "Se hur det skulle bli")
    person.reads("4 ärenden får en handläggare. Inget har ändrats ännu.")
    person.look("Fördela ärendena, förhandsvisat")
    press(person, "Fördela ärendena så")
    person.at("Resultat för varje ärende")
    person.reads("Klart i 4 ärenden.")
    assert not Application.objects.filter(assigned_to=None).exists()

    person.follow("Arbetslista", "nav")
    person.at("Arbetslista")
    person.press(person.page.locator("summary", has_text="Läget i ansökningsomgångarna"))
    person.follow("Provutlysning 2027", "main")
    person.at("Provutlysning 2027")
    person.reads("1 000 000 kr", "Kvar av medelsramen")
    picture(person, "overview")
    person.follow("Begär yttranden för omgången")
    person.at("Länsstyrelsernas yttranden")
    press(person, "Begär yttrande över alla")
    person.reads("4 ärenden har skickats på yttrande.")
    person.look("alla skickade på yttrande")


def give(person: Person, case: Application, recommendation: str, reasons: str = "") -> None:
    """A county board's opinion, from its list."""
    person.follow("Yttranden", "nav")
    person.at("Yttranden")
    person.follow(case.number, "main table")
    person.at(case.lead.name, look=False)
    person.look("ett ärende att yttra sig över")
    person.tick(person.page.get_by_label(recommendation, exact=True))
    if reasons:
        press(person, "Lämna yttrandet")
        person.reads("Skriv")
        person.look("yttrande utan skäl")
        assert person.page.get_by_label(recommendation, exact=True).is_checked()
        person.write(person.page.get_by_label(re.compile("^Skäl")), reasons)
    press(person, "Lämna yttrandet")
    person.reads("Yttrandet är lämnat. Tack.")
    person.look(f"yttrande lämnat: {recommendation}")


def by_keyboard(person: Person, case: Application) -> None:
    """From the worklist to the case, to requirements and form, without a mouse."""
    person.way = "keyboard"
    open_case(person, case)
    step(person, "Prestationskrav", "Jäv")
    declare(person)
    person.at("Prestationskrav")
    find(person, "Uppfyllt")
    back(person, case, "Till ärendet")
    step(person, "Bedömningsformulär", "Bedömning")
    assess(person, "Väl (3 poäng)", "Insatserna svarar mot behovet.")
    back(person, case, "Till ärendet")
    person.way = "mouse"


def grant_in_part(person: Person, case: Application) -> None:
    """One line in part with a reason, a text of the library, and a condition."""
    step(person, "Kostnadsgranskning", "Kostnader")
    person.tick(person.page.get_by_label("Delvis", exact=True))
    person.write(person.page.get_by_label("Godtaget belopp"), "200 000")
    person.pick(person.page.get_by_label("Skäl", exact=True), "Löpande drift")
    person.saved()
    assert (
        person.page.get_by_label("Text i beslutet").input_value() == "Kostnaden är löpande drift."
    )
    person.page.locator("#section-tag", has_text="Klar").wait_for()
    person.look("kostnader, en post delvis")
    picture(person, "costs")
    press(person, "Spara och gå vidare till förslaget")
    person.at("Förslag")
    press(person, "Föreslå beslutet")
    person.reads("Beslutet är inte föreslaget")
    person.look("förslag som inte gick")
    person.press(person.page.locator("summary", has_text="Börja från en text i textbanken"))
    press(person, re.compile("^Lägg den efter skälen.*Delvis"))
    reasons = person.page.get_by_label("Skäl", exact=True)
    expect(reasons).to_have_value("En del godtas.")
    person.tick(person.page.get_by_label("Villkor", exact=True))
    person.saved()
    picture(person, "proposal")
    propose(
        person, "Bevilja", "En del godtas. Driften betalar ni själva.", "Bevilja delvis: 200 000 kr"
    )
    say_assessed(person, case)


def heard(person: Person, case: Application, new_page: NewPage) -> None:
    """What the county board says against the case is sent to it, and answered."""
    step(person, "Kommunicering med sökanden", "Kommunicering")
    person.reads("Inte skickat till sökanden")
    person.follow("Skicka underlag", "main")
    person.at("Skicka underlag")
    press(person, "Skicka för svar")
    person.page.locator(".ds-error-summary").wait_for()
    person.look("underlag utan text")
    words = "Länsstyrelsen avstyrker. Ansökan kan komma att avslås."
    person.write(person.page.get_by_label("Vad det gäller"), words)
    press(person, "Skicka för svar")
    person.reads("Underlaget är skickat", "Väntar på svar")

    party = signed_in(new_page, User.objects.get(name=f"Eva i {case.lead.name}"), "Mina sidor")
    party.follow(re.compile("^Svara på underlag från myndigheten"), "main")
    party.at("Underlag att svara på")
    party.reads(words, "Kommunen har lagt ner sin verksamhet.")
    party.write(party.page.get_by_label("Ert svar"), "Verksamheten är flyttad, inte nedlagd.")
    press(party, "Skicka svaret")
    party.reads("Ert svar är mottaget.")
    party.content()

    person.page.reload()
    person.reads("Verksamheten är flyttad, inte nedlagd.")
    person.look("kommunicerat och besvarat")
    person.follow(case.number, "body")
    person.at(case.lead.name)


def refuse(person: Person, case: Application, new_page: NewPage) -> None:
    """A requirement that is not met: heard, and proposed to be rejected."""
    open_case(person, case)
    step(person, "Jävsdeklaration", "Jäv")
    declare(person)
    person.at(case.lead.name)
    step(person, "Prestationskrav")
    person.reads("Sökanden svarar att kravet inte är uppfyllt.")
    find(person, "Inte uppfyllt")
    back(person, case, "Till ärendet")
    step(person, "Bedömningsformulär", "Bedömning")
    assess(person, "Bristfälligt (0 poäng)", "Det saknas underlag.")
    back(person, case, "Till ärendet")
    heard(person, case, new_page)
    step(person, "Förslag till beslut", "Förslag")
    person.reads("Ingen organisation uppfyller alla prestationskrav. Inget kan beviljas.")
    propose(person, "Avslå", "Kommunen uppfyller inte kravet på kunskap.", "Avslå")
    say_assessed(person, case)


def shut_out(person: Person, case: Application) -> None:
    """A declared conflict of interest takes the case away."""
    open_case(person, case)
    step(person, "Jävsdeklaration", "Jäv")
    declare(person, "Min bror är chef i kommunen.")
    person.at("Arbetslista")
    person.reads(f"Du har anmält jäv i {case.number}. Du ser inte längre ärendet.")
    person.look("Arbetslista, efter jäv")
    person.follow("Alla", "main")
    person.reads("3 i listan")
    assert person.link(case.number).count() == 0
    assert person.page.goto(f"/ansokningar/{case.pk}/").status == 404


def hand_to_another(person: Person, case: Application) -> None:
    """The case goes to a colleague, and not to the one who is shut out."""
    for name, answer in {"Ove Officer": "Inte gjort", "Karin Kollega": "Klar"}.items():
        person.follow("Arbetslista", "nav")
        person.at("Arbetslista")
        person.follow("Utan handläggare", "main")
        person.reads("1 i listan")
        person.tick(person.page.get_by_label(re.compile(f"^Välj {case.number}")))
        person.pick(person.page.locator("select[name=bulk-officer]"), name)
        press(person, "Tilldela")
        person.at("Resultat för varje ärende", look=False)
        person.look(f"resultat: {answer}")
        person.reads(answer)


def admit(person: Person, case: Application) -> None:
    """What came late is admitted, with a reason; not assessed before."""
    open_case(person, case)
    step(person, "Jävsdeklaration", "Jäv")
    declare(person)
    person.at(case.lead.name)
    person.page.locator("#steps .task-list").wait_for()
    assert state(person, "Upptagande till prövning") == "För sent inkommen"
    step(person, "Markera ärendet som bedömt", "Handläggning")
    person.reads("Ange först om ansökan ska prövas trots att den kom in för sent")
    person.follow("Upptagande till prövning", "main")
    person.at("Ta upp eller avvisa")
    person.tick(person.page.get_by_label("Pröva ansökan ändå", exact=True))
    person.tick(person.page.get_by_label("Kom in efter sista ansökningsdag", exact=True))
    person.write(person.page.get_by_label("Skäl"), "Strömmen var borta i hela kommunen.")
    press(person, "Spara i ärendet")
    person.reads("Det är antecknat att ansökan tas upp till prövning.")
    back(person, case, "Tillbaka till ärendet")
    person.page.locator("#steps .task-list").wait_for()
    assert state(person, "Upptagande till prövning") == "Tas upp till prövning"


def distribute(person: Person) -> None:
    """Two distributions are tried and compared, and one is adopted."""
    person.press(person.page.locator("nav summary", has_text="Mer"))
    person.follow("Fördela medelsramen", "nav")
    person.at("Fördela medelsramen")
    for name, how in {"Efter poäng": "Efter rangordning", "Lika": "Alla minskas lika"}.items():
        person.follow("Provutlysning 2027", "body")
        person.at("Fördela medelsramen", look=False)
        person.write(person.page.get_by_label("Namn"), name)
        person.tick(person.page.get_by_label(re.compile(f"^{how}")))
        press(person, "Fördela")
        person.at(name)
        person.reads("600 000 kr", "3 av 3")
    person.follow("Provutlysning 2027", "body")
    person.at("Fördela medelsramen", look=False)
    person.reads("Fördelningarna sida vid sida")
    person.look("Fördelningarna sida vid sida")
    picture(person, "distribution")
    person.follow("Öppna Lika", "main")
    person.at("Lika")
    press(person, re.compile("^Anta"))
    person.reads("Fördelningen är antagen och blir förslag till beslut.", "0 av 3")
    person.look("fördelning som antas")
    assert apply_scenario(Scenario.objects.get(name="Lika").pk) == 3
    person.reads("Ärendena har blivit förslag och väntar på beslut.")
    person.look("fördelning som är antagen")
    picture(person, "scenario")


def decide(person: Person, round_: Round) -> None:
    """Declares for all, grants two at once, rejects one, and sends one back."""
    person.follow("Beslut", "nav")
    person.at("Beslut")
    person.reads("4 i listan", "Du har inte tagit ställning till jäv i 4 av ärendena.")
    picture(person, "decisions")
    for box in person.page.locator("#decide-form input[type=checkbox]").all():
        person.tick(box)
    press(person, "Gå vidare med de ikryssade")
    person.at("Besluta flera ärenden")
    press(person, "Jag är inte jävig i något av de här ärendena")
    person.reads("Vad som beslutas")
    person.look("Besluta flera ärenden, efter jäv")
    picture(person, "batch")
    person.follow("Tillbaka till listan", "main")
    person.at("Beslut")
    for case in (round_.joint, round_.late):
        person.tick(person.page.get_by_label(re.compile(f"^Välj {case.number}")))
    press(person, "Gå vidare med de ikryssade")
    person.at("Besluta flera ärenden")
    press(person, "Besluta enligt förslagen")
    person.at("Vad som beslutades")
    person.reads("2 ärenden är beslutade.")

    person.follow("Tillbaka till listan", "main")
    person.at("Beslut")
    person.follow(round_.failing.number, "main table")
    person.at("Besluta: Eslövs kommun")
    person.reads("Inte uppfyllt", "Avstyrks", "Kommunen uppfyller inte kravet på kunskap.")
    picture(person, "decide")
    press(person, "Besluta")
    person.reads("Välj vad du beslutar.")
    person.look("beslut utan val")
    person.tick(person.page.get_by_label("Avslå enligt förslaget", exact=True))
    press(person, "Besluta")
    person.at("Beslut: Eslövs kommun")
    person.reads("Ansökan är avslagen.", "Kommunen uppfyller inte kravet på kunskap.")

    person.follow("Beslut", "nav")
    person.at("Beslut")
    person.follow(round_.alone.number, "main table")
    person.at("Besluta: Ale kommun")
    person.tick(person.page.get_by_label("Skicka tillbaka till handläggaren", exact=True))
    press(person, "Besluta")
    person.reads("Skriv skälen.")
    person.write(person.page.get_by_label(re.compile("^Skäl")), "Motivera posten om drift bättre.")
    press(person, "Besluta")
    person.reads("Ärendet är skickat tillbaka, och handläggaren får veta det.")


def read_decision(person: Person, heading: str, *words: str) -> None:
    """From the party's own pages to its decision, and the decision as PDF."""
    person.follow(re.compile("^Läs beslutet"), "main")
    person.at("Beslut")
    person.page.get_by_role("heading", name=heading).wait_for()
    person.reads(*words)
    person.look(heading)
    picture(person, f"party-{heading.split()[1]}")
    letter = file_behind(person, person.link("Hämta beslutet som PDF"))
    assert letter.startswith(b"%PDF")
    assert len(letter) > 10_000
    person.follow("Mina sidor", "nav")
    person.at("Mina sidor")
    assert person.link(re.compile("^Läs beslutet")).count() == 0


def sent_back(person: Person, case: Application) -> None:
    """The officer finds the case again, with the decision maker's reasons."""
    person.follow("Arbetslista", "nav")
    person.at("Arbetslista")
    person.reads("1 i listan")
    open_case(person, case)
    person.reads("Motivera posten om drift bättre.")
    person.look("ärende som är skickat tillbaka")
    picture(person, "case")
    happened = person.page.locator("section:has(#events-heading)").inner_text()
    assert not CODE.findall(happened)


@pytest.mark.long
def test_a_whole_round(round_: Round, new_page: NewPage) -> None:
    hanna = signed_in(new_page, round_.hanna, "Arbetslista")
    spread_and_ask(hanna, round_)

    west, south = (signed_in(new_page, each, "Yttranden") for each in round_.boards)
    west.reads("3 i listan")
    south.reads("2 i listan")
    give(west, round_.alone, "Tillstyrks", "Få insatser finns i länet, och kommunen har en plan.")
    give(west, round_.joint, "Inget yttrande")
    give(west, round_.late, "Inget yttrande")
    give(south, round_.joint, "Tillstyrks med förbehåll", "Kommunerna behöver en gemensam plan.")
    give(south, round_.failing, "Avstyrks", "Kommunen har lagt ner sin verksamhet.")

    by_keyboard(hanna, round_.alone)
    grant_in_part(hanna, round_.alone)
    refuse(hanna, round_.failing, new_page)

    ove = signed_in(new_page, round_.ove, "Arbetslista")
    shut_out(ove, round_.joint)
    hand_to_another(hanna, round_.joint)

    karin = signed_in(new_page, round_.karin, "Arbetslista")
    open_case(karin, round_.joint)
    step(karin, "Jävsdeklaration", "Jäv")
    declare(karin)
    karin.at(round_.joint.lead.name)
    judge(karin, round_.joint, parties=2)
    admit(karin, round_.late)
    judge(karin, round_.late)

    distribute(hanna)
    decider = signed_in(new_page, round_.decider, "Arbetslista")
    decide(decider, round_)
    statuses = {each.lead.name: each.status for each in Application.objects.all()}
    assert statuses == {
        "Ale kommun": Status.SUBMITTED,
        "Borås kommun": Status.GRANTED,
        "Dals-Eds kommun": Status.GRANTED,
        "Eslövs kommun": Status.REJECTED,
    }

    granted, rejected = (
        signed_in(new_page, User.objects.get(name=f"Eva i {each.lead.name}"), "Mina sidor")
        for each in (round_.joint, round_.failing)
    )
    read_decision(
        granted, "Ansökan beviljas delvis", "214 286 kr", "Kraven nås.", "Kristianstads kommun"
    )
    read_decision(
        rejected, "Ansökan avslås", "Kommunen uppfyller inte kravet på kunskap.", "överklaga"
    )
    sent_back(hanna, round_.alone)
    for each in (hanna, ove, karin, decider, west, south, granted, rejected):
        each.content()
