"""People at a browser, and what they do there, in their own words.

Nobody here knows an address: one goes on from the front page by what the pages say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import TimeoutError

from tests.browsers import violations
from tests.core.sample_files import pdf
from tests.factories import PASSWORD

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
# What is read of the focus: an outline or a shadow on what has it, or on the label it is drawn at.
_FOCUS = """wanted => {
    const has = document.activeElement;
    const drawn = [has, has.nextElementSibling, has.closest('.ds-field, summary')];
    // The skip link is seen by being there at all.
    const visible = has.matches('.ds-skip-link') || drawn.some(each => {
        if (!each) return false;
        const style = getComputedStyle(each);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
            || style.boxShadow !== 'none';
    });
    const box = has.getBoundingClientRect();
    const inView = box.bottom > 0 && box.top < innerHeight && box.width > 0;
    const any = has !== document.body && has.tabIndex >= 0;
    return { here: has === wanted, any, visible, inView, what: has.outerHTML.slice(0, 160) };
}"""
_ASKED = """box => ({
    path: box.dataset.path,
    kind: box.dataset.kind,
    label: box.querySelector('legend, label').firstChild.textContent.trim(),
    optional: box.querySelector('legend .quiet, label .quiet') !== null,
})"""

type Answer = str | tuple[str, ...]
FIRST = "the first of them"

EVERYWHERE: Mapping[str, Answer] = {
    "Vad ska ansökan heta?": "Stöd till barn i jouren",
    "Vad vill ni göra, för vem och varför?": (
        "Vi vill bygga upp ett eget stöd till barn som bor i jouren, med grupper och samtal."
    ),
    "Hur ser det ut i dag?": "Elva barn bodde i jouren förra året. Ingen av dem fick eget stöd.",
    "Vad vill ni uppnå inom området?": "Att varje barn får en egen kontakt inom en vecka.",
    "Vilka ska få nytta av arbetet?": ("Barn som har upplevt våld i hemmet",),
    "Vilka resultat väntar ni er?": "Alla barn får samtal, och åtta av tio går klart en grupp.",
    "Hur följer ni upp resultaten?": "Vi räknar barn och samtal varje månad.",
    "Vad ska göras när?": "Start i januari, grupper från mars, utvärdering i december.",
    "Vem leder arbetet?": "Karin Kassör, styrelseledamot",
    "E-post till den som leder arbetet": "karin@jouren.example",
    "Telefon till den som leder arbetet": "08-465 004 20",
    "Hur leds arbetet?": "Styrelsen följer arbetet och kostnaderna varje månad.",
    "Hur leds och styrs arbetet?": "Socialchefen leder en styrgrupp med alla kommuner.",
    "Vilka samarbetar ni med i arbetet?": ("Polisen",),
    "Vad gör var och en?": "Polisen berättar för barn och föräldrar vad en anmälan innebär.",
    "Hur tar ni hänsyn till barns rättigheter?": "Barnen är med och bestämmer om sitt stöd.",
    "Hur når stödet alla i målgruppen?": "Vi har tolk och lokaler som alla kommer in i.",
    "Hur förs arbetet vidare när bidraget är slut?": "Kommunen betalar från nästa år.",
    "Vad kan gå fel, och vad gör ni då?": "Om få barn kommer söker vi upp skolorna.",
    "Vem är kontaktperson hos er?": "Karin Kassör",
    "Kontaktpersonens e-post": "karin@jouren.example",
    "Kontaktpersonens telefon": "08-465 004 20",
    "Hur hänger arbetet ihop med er egen verksamhet?": "Jouren får ett stöd som den saknar.",
    "Vilka hos er ska arbeta med det här?": "En anställd på halvtid och sex ideella.",
    "Hur många är anställda i föreningen?": "3",
    "Hur många medlemmar har föreningen?": "120",
    "Hur många personer hos er berörs?": "45",
    "Har styrelsen beslutat att ni ska söka?": ("Ja",),
    "Har ledningen hos er ställt sig bakom arbetet?": FIRST,
    "Är kravet uppfyllt?": FIRST,
    "Hur uppfylls det, eller vad har påbörjats?": "En kartläggning gjordes i våras.",
    "Länk till underlag": "",
}
"""What is answered to a question, wherever it is put: by the words of the question."""


@dataclass
class Person:
    """Somebody at a browser. `way`: mouse, touch or keyboard; `looks`: whether axe looks at each
    page that is met; `seen`: what was wrong on the way; `pages`: what has been looked at."""

    page: Any
    way: str = "mouse"
    scripts: bool = True
    looks: bool = True
    answers: dict[str, Answer] = field(default_factory=lambda: dict(EVERYWHERE))
    seen: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    under_way: int = 0

    def __post_init__(self) -> None:
        self.page.on("request", lambda _request: self._count(1))
        for ended in ("requestfinished", "requestfailed"):
            self.page.on(ended, lambda _request: self._count(-1))

    def _count(self, change: int) -> None:
        self.under_way += change

    # What is on the page ------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        """What the page is called."""
        return str(self.page.locator("main h1").inner_text())

    def at(self, heading: str, *, look: bool = True) -> "Person":
        """Waits until that page is there, and looks at it."""
        found = self.page.locator("main h1").filter(has_text=heading)
        found.wait_for()
        self.page.wait_for_load_state("load")
        if look:
            self.look(self.heading)
        return self

    def look(self, where: str) -> None:
        """Notes what axe finds on the page as it is, and whether it moves sideways."""
        if where in self.pages:
            return
        self.pages.append(where)
        if self.page.evaluate(SIDEWAYS) > 0:
            self.seen.append(f"{where}: moves sideways")
        if self.looks and self.scripts:
            self.seen += [f"{where}: {each}" for each in violations(self.page)]

    def reads(self, *words: str) -> None:
        """The words are on the page, and can be seen."""
        for each in words:
            self.page.locator("main").get_by_text(each).locator("visible=true").first.wait_for()

    def content(self) -> "Person":
        """Nothing was wrong on the way."""
        assert not self.seen, "\n".join(dict.fromkeys(self.seen))
        return self

    # Hands --------------------------------------------------------------------------------------

    def link(self, name: str | re.Pattern[str], within: str = "body") -> Any:
        """The link of that name."""
        exact = isinstance(name, str)
        return self.page.locator(within).get_by_role("link", name=name, exact=exact).first

    def button(self, name: str | re.Pattern[str], within: str = "body") -> Any:
        """The button of that name."""
        exact = isinstance(name, str)
        return self.page.locator(within).get_by_role("button", name=name, exact=exact).first

    def press(self, control: Any, key: str = "Enter") -> None:
        """Press a link, a button, or what else can be pressed."""
        control.wait_for()
        match self.way:
            case "keyboard":
                self.reach(control)
                self.page.keyboard.press(key)
            case "touch":
                control.tap()
            case _:
                control.click()

    def follow(self, name: str | re.Pattern[str], within: str = "body") -> None:
        """Follow the link of that name."""
        self.press(self.link(name, within))

    def reach(self, control: Any) -> None:
        """Come to it with Tab; wherever one is on the way, it can be seen."""
        wanted = control.element_handle()
        for _step in range(150):
            now = self.page.evaluate(_FOCUS, wanted)
            if now["any"]:
                assert now["visible"], f"no visible focus: {now['what']} on {self.heading}"
                assert now["inView"], f"focus out of view: {now['what']} on {self.heading}"
            if now["here"]:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {control}")

    def write(self, control: Any, text: str) -> None:
        """Write in a field, over what stands there."""
        if self.way != "keyboard":
            control.fill(text)
            return
        self.reach(control)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def tick(self, control: Any) -> None:
        """Tick a box, or choose one of several."""
        if self.way == "keyboard":
            self._choose_by_keys(control)
        elif self.way == "touch":
            self.page.locator(f"label[for='{control.get_attribute('id')}']").tap()
        else:
            control.check()
        assert control.is_checked()

    def _choose_by_keys(self, control: Any) -> None:
        """Tab leads to one of a group of radio buttons; the arrows lead on from it."""
        if control.get_attribute("type") == "radio":
            name = control.get_attribute("name")
            group = self.page.locator(f"input[type=radio][name='{name}']")
            chosen = self.page.locator(f"input[type=radio][name='{name}']:checked")
            self.reach(chosen.first if chosen.count() else group.first)
            for _step in range(group.count()):
                if control.evaluate("each => each === document.activeElement"):
                    break
                self.page.keyboard.press("ArrowDown")
        else:
            self.reach(control)
        if not control.is_checked():
            self.page.keyboard.press("Space")

    def pick(self, control: Any, option: str) -> None:
        """Pick from a list by what the choice says; the first of them where none is said."""
        labels = [each.strip() for each in control.locator("option").all_inner_texts()]
        place = 1 if option == FIRST else labels.index(option)
        if self.way != "keyboard":
            control.select_option(index=place)
            return
        self.reach(control)
        now = control.evaluate("each => each.selectedIndex")
        for _step in range(abs(place - now)):
            self.page.keyboard.press("ArrowDown" if place > now else "ArrowUp")
        assert control.evaluate("each => each.selectedIndex") == place

    def attach(self, control: Any, *names: str) -> None:
        """Choose files for a box that takes them."""
        files = [
            {"name": name, "mimeType": "application/pdf", "buffer": pdf(name)} for name in names
        ]
        if self.way == "keyboard":
            self._choose_files_by_keys(control, files)
        else:
            control.set_input_files(files)

    def _choose_files_by_keys(self, control: Any, files: list[dict[str, Any]]) -> None:
        """The browser opens its own box; it does not while the last one is still closing."""
        for _attempt in range(5):
            self.reach(control)
            try:
                with self.page.expect_file_chooser(timeout=3_000) as chooser:
                    self.page.keyboard.press("Enter")
            except TimeoutError:
                continue
            chooser.value.set_files(files)
            return
        raise AssertionError("Enter opens no box to choose files in")

    # Questions ----------------------------------------------------------------------------------

    def answer(self, label: str, within: str = "main") -> Any:
        """The field of that question."""
        return self.page.locator(f"{within} [data-answer]").filter(
            has=self.page.locator("legend, label", has_text=label)
        )

    def answer_all(self, more: Mapping[str, Answer] | None = None, within: str = "main") -> None:
        """Answer every question of the page, those too that come up because of an answer."""
        known = {**self.answers, **(more or {})}
        done: set[str] = set()
        while True:
            choices = False
            for asked in self._asked(within):
                if asked["path"] in done:
                    continue
                done.add(asked["path"])
                if asked["label"] not in known and not asked["optional"]:
                    raise AssertionError(f"no answer to “{asked['label']}” on {self.heading}")
                box = self.page.locator(f"[data-path='{asked['path']}']")
                self.answer_one(box, asked["kind"], known.get(asked["label"], ""))
                choices = choices or asked["kind"] in {"radios", "checks"}
            if choices:
                # One answer may bring up another question.
                self.saved()
            if all(asked["path"] in done for asked in self._asked(within)):
                return

    def _asked(self, within: str) -> list[dict[str, Any]]:
        boxes = self.page.locator(f"{within} [data-answer]")
        found: list[dict[str, Any]] = boxes.evaluate_all(f"all => all.map({_ASKED})")
        return found

    def answer_one(self, box: Any, kind: str, answer: Answer) -> None:
        """Answer one question in the way that it takes."""
        if not answer:
            return
        match kind:
            case "radios" | "checks":
                choices = box.locator("input[type=radio], input[type=checkbox]")
                if answer == FIRST:
                    self.tick(choices.first)
                    return
                for each in (answer,) if isinstance(answer, str) else answer:
                    self.tick(box.get_by_label(each, exact=True))
            case "check":
                self.tick(box.locator("input[type=checkbox]"))
            case "select":
                self.pick(box.locator("select"), str(answer))
            case _:
                self.write(box.locator("input:not([type=hidden]), textarea"), str(answer))

    def saved(self) -> None:
        """Everything that is written is with the service, and the page has taken in the answer."""
        if not self.scripts:
            self.press(self.button("Spara", "main"))
            self.page.wait_for_load_state("load")
            return
        if self.way != "keyboard":
            self.page.evaluate("document.activeElement.blur?.()")
        quiet = 0
        while quiet < 8:
            self.page.wait_for_timeout(50)
            quiet = 0 if self.under_way > 0 else quiet + 1

    def add_row(self, button: str) -> None:
        """Add a row and write what is asked of it."""
        there = self.page.locator("[data-row-card]").count()
        self.press(self.button(button))
        card = self.page.locator("[data-row-card]").nth(there)
        card.wait_for()
        self.answer_all(ROW, f"#{card.get_attribute('id')}")

    def attach_here(self, control: Any, name: str) -> None:
        """Send a file to the place of the box, and wait until it is in its list."""
        box = control.locator("xpath=ancestor::form[contains(@class, 'upload')]")
        place = box.get_attribute("id")
        self.attach(control, name)
        if not self.scripts:
            self.press(box.locator("[data-upload-submit]"))
        self.page.locator(f"#{place}-list a", has_text=name).wait_for()

    # Going on -----------------------------------------------------------------------------------

    def save_and_go_on(self) -> str:
        """Save the page and go on to the next; says which that is."""
        here = self.heading
        self.press(self.button(re.compile("^Spara och (gå vidare till|granska)")))
        self.page.locator("main h1").filter(has_not_text=here).wait_for()
        self.at(self.heading)
        return self.heading

    def sign_in(self, email: str) -> None:
        """Sign in on the page that asks for it."""
        self.at("Logga in")
        self.write(self.page.get_by_label("E-post", exact=False).first, email)
        self.write(self.page.get_by_label("Lösenord", exact=True).first, PASSWORD)
        self.press(self.button("Logga in", "main"))


# The ways that the journeys have in common ------------------------------------------------------

ASSOCIATIONS = "Utvecklingsmedel till ideella föreningar"
MUNICIPALITIES = "Utvecklingsmedel till kommuner"
AREA = "Stödinsatser barn"
CHECK, PARTNERS = "Granska ansökan", "Medsökande"
MAY_APPLY = {
    ASSOCIATIONS: {
        "Vem är det som vill söka?": "En ideell förening, stiftelse eller ett trossamfund",
        "Har ni stadgar": "Ja, allt",
        "Arbetar ni mot våld": "Ja",
        "Vad ska pengarna gå till?": "Att utveckla nytt arbete eller göra arbetet bättre",
        "Fick ni utvecklingsmedel": "Nej",
    },
    MUNICIPALITIES: {
        "Vem är det som vill söka?": "En kommun, stadsdel eller förvaltning",
        "Vad ska pengarna gå till?": "Att utveckla nytt arbete eller göra arbetet bättre",
        "Vet ni hur vanligt våld": "Ja, vi har kartlagt det",
        "Finns en beslutad handlingsplan": "Ja",
        "Fick ni utvecklingsmedel": "Nej",
    },
}
"""What one answers to be told that one may apply, by the beginning of the question."""
ROW: Mapping[str, Answer] = {
    "Vad ska göras": "Grupper för barn som har upplevt våld",
    "Hur det ska göras, och av vem": "Två ledare håller en grupp varje termin.",
    "När": "Mars till november",
    "Aktivitet": FIRST,
    "Organisation": FIRST,
    "Kostnadsslag": "Utbildning",
    "Vad pengarna ska användas till": "Utbildning av gruppledare",
    "Sökt belopp (kr)": "250 000",
    "Betalas av andra (kr)": "",
}
"""What is written of an activity and of a budget line."""


def find_the_call(person: Person, title: str) -> None:
    """From the front page to the page of the call."""
    person.page.goto("/")
    person.at("Offentliga utvecklingsmedel")
    person.follow(re.compile(title))
    person.at(title)


def may_we_apply(person: Person, title: str) -> None:
    """Answer the questions on whether one may apply, up to a yes."""
    person.follow("Får vi söka?")
    person.at("Får vi söka?")
    for question, answer in MAY_APPLY[title].items():
        group = person.page.get_by_role("group", name=question)
        person.tick(group.get_by_label(answer, exact=True))
    person.press(person.button("Visa svaret"))
    person.reads("Ja, ni kan söka")
    person.look("Ja, ni kan söka")


def begin(person: Person, title: str, email: str) -> None:
    """From the yes to the task list of a new application, signing in on the way."""
    person.follow("Ansök", "main")
    person.sign_in(email)
    person.at(title)
    person.press(person.button("Fortsätt"))
    person.reads("Utkast")
    person.at(title)


def write_everything(person: Person, area: str = AREA) -> None:
    """Each page after the other, from the first in the task list to the checks."""
    person.follow("Organisationen", "main")
    person.at("Organisationen")
    while (here := person.heading) != CHECK:
        if here == PARTNERS:
            # One who applies alone has nothing to do there.
            person.follow("Gå vidare till: Ansökan i korthet")
            person.at("Ansökan i korthet")
            continue
        match here:
            case "Åtgärdsområden som ni söker för":
                person.tick(person.page.get_by_label(area, exact=True))
            case "Bilagor":
                for number, box in enumerate(person.page.locator(".upload input[type=file]").all()):
                    person.attach_here(box, f"bilaga-{number + 1}.pdf")
                if person.scripts:
                    # What the checks say follows what has come in.
                    person.page.get_by_text("Bifoga dokumentet").first.wait_for(state="detached")
            case "Budget":
                person.add_row("Lägg till en budgetpost")
            case _ if here == area:
                person.answer_all()
                person.add_row("Lägg till en aktivitet")
            case "Andra bidrag och medfinansiering":
                pass
            case _:
                person.answer_all()
        person.save_and_go_on()


def hand_in(person: Person) -> str:
    """From the checks to the receipt; gives the application's number."""
    person.follow("Gå vidare till försäkran")
    person.at("Granska och skicka in")
    for point in person.page.locator("form.stack input[type=checkbox]").all():
        person.tick(point)
    person.press(person.button("Skriv under och skicka in ansökan"))
    person.at("Ansökan har kommit in")
    return person.heading.rpartition(" ")[2]


def file_behind(person: Person, link: Any) -> bytes:
    """What the link gives, with the person's own session."""
    answer = person.page.context.request.get(link.get_attribute("href"))
    assert answer.ok, answer.status
    return bytes(answer.body())


def read_the_receipt(person: Person, number: str) -> None:
    """The PDF is there, and the application stands on the page of what is one's own."""
    person.reads("Det här händer nu")
    pdf_file = file_behind(person, person.link("Ansökan som PDF"))
    assert pdf_file.startswith(b"%PDF")
    assert len(pdf_file) > 5_000
    person.follow("Mina sidor", "nav")
    person.at("Mina sidor")
    person.reads(number, "Inkommen")
