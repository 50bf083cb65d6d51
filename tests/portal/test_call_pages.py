"""Calls as everyone sees them: what is asked, until when, and whether one may apply."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import OrganisationKind
from config import gunicorn
from core.models import Event
from grants.definitions import Verdict
from grants.models import Call
from portal.views.countdown import end_of
from tests.factories import ApplicationFactory, CallFactory, acting_for
from tests.portal.html import Page, text
from tests.portal.open_calls import (
    CLOSES,
    OPENS,
    YES,
    address,
    call_with_form,
    check_address,
    freeze,
    open_today,
)
from tests.portal.world import World

Get = Callable[..., Page]
NAMES = ["kommuner", "foreningar"]
DAY = "2026-11-22 12:00"


def begin(call: Call) -> list[str]:
    """Where one begins an application."""
    return [reverse("application-begin", args=[call.agency.code, call.code])]


def links(page: Page, label: str) -> list[str]:
    return [each.get("href") for each in page.all("main a") if text(each) == label]


# The call's page ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_all_that_the_call_says(
    get: Get, world: World, monkeypatch: pytest.MonkeyPatch, name: str, language: str
) -> None:
    freeze(monkeypatch, DAY)
    call = call_with_form(world.agency, name)
    form = call.definition.application
    assert form is not None
    page = get(address(call), language=language)
    assert page.faults() == []
    assert page.heading == call.definition.title.in_(language)
    said = text(page.one("main"))
    whole = [
        call.definition.purpose, *form.payable, *form.not_payable, *form.judging,
        *form.declaration, form.who_note, form.activity_help, form.budget.help,
        form.funding_help,
    ]  # fmt: skip
    for each in whole:
        assert each is not None
        assert each.in_(language) in said
    questions = [
        question
        for sheet in (form.questionnaire, form.part)
        for section in (sheet.sections if sheet else ())
        for question in section.questions
    ]
    titled = [*form.budget.categories, *form.budget.rules, *form.attachments]
    for title in [*(each.text for each in questions), *(each.title for each in titled)]:
        assert title.in_(language) in said
    for requirement in call.definition.requirements:
        assert requirement.text.in_(language) in said
    for placed in call.definition.placed_areas:
        assert placed.area.description is not None
        assert placed.area.description.in_(language) in said
    for contact in form.contacts:
        assert [contact.email] == page.texts(f"a[href='mailto:{contact.email}']")
    assert page.texts("a[href='tel:0846500411']") == ["08-465 004 11"]
    assert "{" not in said


def test_the_facts_and_the_days(get: Get, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(monkeypatch, DAY)
    page = get(address(call_with_form(world.agency)))
    facts = page.summary()
    assert facts["Frame"].replace("\N{NO-BREAK SPACE}", " ") == "70 000 000 kr"
    assert facts["Who may apply"] == "Municipality, City district, Municipal association, Region"
    assert facts["Last day to apply"] == "2027-01-15 until 23:59"
    assert facts["Decision expected"] == "2027-03-14"
    assert facts["Last day to use the money"] == "2028-04-30"
    assert facts["Report due"] == "2028-04-30"
    assert "Final report due" not in facts


def test_every_link_of_the_contents_leads_to_a_section(
    get: Get, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(monkeypatch, DAY)
    page = get(address(call_with_form(world.agency)))
    targets = [each.get("href")[1:] for each in page.all("nav.contents a")]
    assert len(targets) == 9
    for target in targets:
        assert page.one(f"h2#{target}") is not None


def test_a_call_with_an_empty_form_says_no_more_than_it_has(get: Get, world: World) -> None:
    full = open_today(world.agency).definition.application
    assert full is not None
    bare = full.model_copy(
        update={
            "part": None, "own_work": None, "attachments": (), "eligibility": (), "payable": (),
            "not_payable": (), "judging": (), "contacts": (), "who_note": None,
            "activity_help": None, "funding_help": None,
            "budget": full.budget.model_copy(update={"rules": (), "help": None}),
        }
    )  # fmt: skip
    call = open_today(
        world.agency, code="kort", application=bare, assessment=None, version=2, requirements=()
    )
    page = get(address(call))
    assert page.faults() == []
    assert links(page, "May we apply?") == []
    assert not page.all("#judging, #contacts")
    assert get_status(check_address(call)) == 404


def get_status(url: str) -> int:
    return Client().get(url).status_code


def test_a_call_of_2013_shows_what_it_showed(get: Get, world: World) -> None:
    world.case()
    page = get(address(world.call))
    assert page.figures()["Applications"] == "1"
    assert page.summary()["Last day for reports to be counted"] == "2014-06-01"
    assert not page.all(".call-box")
    assert links(page, "May we apply?") == []


# Days left ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "left", "when", "tag"),
    [
        ("2026-11-01 12:00", "Öppnar i morgon", "Det går att ansöka från", "Öppnar 2026-11-02"),
        ("2026-10-21 23:59", "Öppnar om 12 dagar", "från och med 2026-11-02", "Öppnar 2026-11-02"),
        ("2026-11-02 00:00", "74 dagar kvar", "2027-01-15, till kl. 23.59", "Öppen till och med"),
        ("2027-01-03 09:00", "12 dagar kvar", "2027-01-15", "Öppen till och med 2027-01-15"),
        ("2027-01-13 23:59", "2 dagar kvar", "2027-01-15", "Öppen till och med 2027-01-15"),
        ("2027-01-14 00:00", "48 timmar kvar", "Stänger i morgon kl. 23.59", "Öppen"),
        ("2027-01-14 20:30", "27 timmar kvar", "Stänger i morgon kl. 23.59", "Öppen"),
        ("2027-01-15 00:00", "24 timmar kvar", "Stänger i kväll kl. 23.59", "Öppen"),
        ("2027-01-15 18:59", "5 timmar kvar", "Stänger i kväll kl. 23.59", "Öppen"),
        ("2027-01-15 22:30", "1 timme kvar", "Stänger i kväll kl. 23.59", "Öppen"),
        ("2027-01-15 23:15", "45 minuter kvar", "Stänger i kväll kl. 23.59", "Öppen"),
        ("2027-01-15 23:58", "2 minuter kvar", "Stänger i kväll kl. 23.59", "Öppen"),
        ("2027-01-15 23:59", "1 minut kvar", "Stänger i kväll kl. 23.59", "Öppen"),
        ("2027-01-15 23:59:01", "Mindre än en minut kvar", "i kväll", "Öppen"),
        ("2027-01-16 00:00", "Utlysningen har stängt", "var 2027-01-15", "Stängd"),
        ("2028-01-16 00:00", "Utlysningen har stängt", "var 2027-01-15", "Stängd"),
    ],
)
def test_how_long_is_left_to_the_last_moment(
    get: Get,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    left: str,
    when: str,
    tag: str,
) -> None:
    call = call_with_form(world.agency)
    freeze(monkeypatch, moment)
    page = get(address(call), language="sv")
    assert page.text(".call-box .countdown__left") == left
    assert when in page.text(".call-box .countdown__when")
    assert tag in page.text(".page-heading .ds-tag")


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-11-01 23:59:59", "coming"),
        ("2026-11-02 00:00", "open"),
        ("2027-01-15 23:59:59", "open"),
        ("2027-01-16 00:00", "closed"),
    ],
)
def test_what_can_be_done_is_by_state(
    get: Get, world: World, monkeypatch: pytest.MonkeyPatch, moment: str, state: str
) -> None:
    call = call_with_form(world.agency)
    freeze(monkeypatch, moment)
    page = get(address(call))
    assert page.one(".call-box").get("data-state") == state
    assert links(page, "Apply") == (begin(call) if state == "open" else [])
    check = [] if state == "closed" else [check_address(call)]
    assert links(page, "May we apply?") == check
    assert bool(page.all("#figures")) is (state == "closed")
    assert ("counts as late" in text(page.one("main"))) is (state == "closed")


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        ("2027-01-13 12:00", None),
        ("2027-01-14 12:00", "129600"),
        ("2027-01-15 23:00", "3600"),
    ],
)
def test_the_script_counts_on_from_the_servers_clock(
    get: Get, world: World, monkeypatch: pytest.MonkeyPatch, moment: str, seconds: str | None
) -> None:
    call = call_with_form(world.agency)
    freeze(monkeypatch, moment)
    for url in ("/", reverse("call-list"), address(call), f"{check_address(call)}?{query()}"):
        page = get(url, language="sv")
        assert page.one(".countdown").get("data-countdown") == seconds
        if seconds:
            assert page.one(".countdown").get("data-hours") == "{n} timmar kvar"
            assert page.one(".countdown").get("data-minute") == "1 minut kvar"
            assert page.one(".countdown").get("data-over") == "Utlysningen har stängt"
        assert len(page.all("script[src*='js/countdown']")) == 1


@given(st.dates(date(1980, 1, 1), date(2200, 1, 1)))
def test_a_day_is_over_at_midnight_in_sweden(day: date) -> None:
    moment = end_of(day)
    assert moment.tzinfo is UTC
    assert moment.hour in (22, 23)
    assert moment.date() == day


def test_the_night_when_the_clock_is_set_back_has_an_hour_more(
    get: Get, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    closes = date(2026, 10, 25)
    call = call_with_form(world.agency, opens=date(2026, 10, 1), closes=closes)
    freeze(monkeypatch, "2026-10-25 00:00")
    assert end_of(closes) == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert get(address(call)).text(".call-box .countdown__left") == "25 hours left"


# Lists -------------------------------------------------------------------------------------------


def test_the_lists_say_what_is_open_coming_and_closed(
    get: Get, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_one = call_with_form(world.agency)
    coming = call_with_form(
        world.agency, "foreningar", opens=date(2027, 1, 1), closes=date(2027, 2, 1)
    )
    freeze(monkeypatch, DAY)
    page = get(reverse("call-list"))

    def card(section: str) -> list[str]:
        return [each.get("href") for each in page.all(f"[aria-labelledby={section}] h3 a")]

    assert card("open") == [address(open_one)]
    assert card("coming") == [address(coming)]
    assert page.texts("[aria-labelledby=open] .countdown") == ["54 days left"]
    assert page.texts("[aria-labelledby=coming] .countdown") == ["Opens in 40 days"]
    assert [row[0] for row in page.rows("earlier-calls")] == [
        "Development grants to municipalities for work against intimate partner violence 2013"
    ]
    front = get("/")
    assert [each.get("href") for each in front.all(".call-card h3 a")] == [
        address(open_one),
        address(coming),
    ]
    assert "Municipality" in front.texts(".call-card dd")[0]


# The check ---------------------------------------------------------------------------------------


def query(name: str = "kommuner", **answers: str) -> str:
    return urlencode(YES[name] | answers)


def test_the_check_asks_before_it_answers(get: Get, world: World) -> None:
    call = open_today(world.agency)
    page = get(check_address(call))
    assert page.faults() == []
    assert len(page.all("form.eligibility fieldset")) == 5
    assert page.one("form.eligibility").get("method") == "get"
    assert not page.all("#result, .ds-error-summary")
    assert page.all("form.eligibility [checked]") == []


@pytest.mark.parametrize("name", NAMES)
def test_yes_leads_to_applying(get: Get, world: World, name: str) -> None:
    call = open_today(world.agency, name)
    page = get(f"{check_address(call)}?{query(name)}")
    assert page.faults() == []
    assert page.text("#verdict") == "Yes, you can apply"
    assert not page.all(".reasons")
    assert links(page, "Apply") == begin(call)
    assert len(page.all("form.eligibility [checked]")) == 5


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_answer_says_why_and_what_to_do(
    get: Get, world: World, name: str, language: str
) -> None:
    call = open_today(world.agency, name)
    form = call.definition.application
    assert form is not None
    headings = {
        Verdict.YES: {"sv": "Ja, ni kan söka", "en": "Yes, you can apply"},
        Verdict.DEPENDS: {"sv": "Kanske kan ni söka", "en": "You may be able to apply"},
        Verdict.NO: {"sv": "Nej, inte som det är nu", "en": "No, not as it is now"},
    }
    for question in form.eligibility:
        for answer in question.answers:
            url = f"{check_address(call)}?{query(name, **{question.key: answer.code})}"
            page = get(url, language=language)
            assert page.text("#verdict") == headings[answer.verdict][language]
            assert links(page, {"sv": "Ansök", "en": "Apply"}[language]) == (
                [] if answer.verdict is Verdict.NO else begin(call)
            )
            found = page.texts(".reasons > li")
            if answer.verdict is Verdict.YES:
                assert found == []
                continue
            [finding] = found
            assert answer.reason is not None
            assert answer.advice is not None, "nobody is left without what to do"
            for words in (question.text, answer.label, answer.reason, answer.advice):
                assert words.in_(language) in finding


def test_what_stops_comes_before_what_is_open(get: Get, world: World) -> None:
    call = open_today(world.agency)
    page = get(f"{check_address(call)}?{query(applicant='on_behalf', extent='unknown')}")
    assert page.text("#verdict") == "No, not as it is now"
    first, second = page.texts(".reasons > li h3")
    assert first.startswith("Do you know how common")
    assert second == "Who wants to apply?"


@pytest.mark.parametrize(
    ("answers", "faulty"),
    [
        ({"applicant": "municipality"}, ["use", "extent", "plan", "earlier_grant"]),
        (YES["kommuner"] | {"plan": "made_up"}, ["plan"]),
        (YES["kommuner"] | {"plan": ""}, ["plan"]),
    ],
)
def test_what_is_not_answered_is_asked_for(
    get: Get, world: World, answers: dict[str, str], faulty: list[str]
) -> None:
    page = get(f"{check_address(open_today(world.agency))}?{urlencode(answers)}")
    assert page.faults() == []
    assert not page.all("#result")
    led = [each.get("href") for each in page.all(".ds-error-summary a")]
    assert led == [f"#id_{key}" for key in faulty]
    for key in faulty:
        assert page.all(f"#id_{key}_error")


def test_other_words_in_the_address_change_nothing(get: Get, world: World) -> None:
    page = get(f"{check_address(open_today(world.agency))}?utm_source=brev")
    assert not page.all("#result, .ds-error-summary")


def test_when_the_call_has_closed_the_check_leads_to_the_call(
    get: Get, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = call_with_form(world.agency)
    freeze(monkeypatch, "2027-01-16 00:00")
    page = get(f"{check_address(call)}?{query()}")
    assert links(page, "Apply") == []
    assert links(page, "Read about the call") == [address(call)]
    assert "The call has closed." in text(page.one("#result"))


def test_there_is_no_check_of_a_call_without_one(client: Client, world: World) -> None:
    assert client.get(check_address(world.call)).status_code == 404
    assert client.get("/utlysningar/ingen/kommuner-2027/far-vi-soka/").status_code == 404


# Access, and what is kept ------------------------------------------------------------------------


def test_everyone_sees_the_same(client: Client, world: World) -> None:
    call = open_today(world.agency)
    case = world.case()
    for user in (None, world.stranger, acting_for(case.lead), world.officer, world.registrar):
        client.logout()
        if user is not None:
            client.force_login(user)
        for url in (address(call), f"{check_address(call)}?{query()}"):
            page = Page(client.get(url))
            assert page.faults() == []
            assert links(page, "Ansök") == begin(call)
            see = links(page, "Se ansökningarna")
            looks = user in (world.officer, world.registrar)
            assert bool(see) is (looks and url == address(call))


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_sent_to_the_public_pages(client: Client, world: World, method: str) -> None:
    call = open_today(world.agency)
    for url in ("/", reverse("call-list"), address(call), check_address(call)):
        assert getattr(client, method)(url).status_code == 405


def test_public_pages_set_no_cookie(world: World) -> None:
    call = open_today(world.agency)
    client = Client(enforce_csrf_checks=True)
    for url in ("/", reverse("call-list"), address(call), check_address(call)):
        response = client.get(url)
        assert response.status_code == 200
        assert response.cookies == {}
    response = client.get(f"{check_address(call)}?{query(plan='none')}")
    assert response.cookies == {}
    # Nor does the switch need one; only then is the language kept, in a cookie of its own.
    switched = client.post(reverse("set_language"), {"language": "en", "next": check_address(call)})
    assert switched.status_code == 302
    assert list(switched.cookies) == ["django_language"]


def test_nothing_of_the_check_is_kept(
    world: World, caplog: pytest.LogCaptureFixture, client: Client
) -> None:
    call = open_today(world.agency)
    events = Event.objects.count()
    caplog.set_level("DEBUG")
    for answers in (query(plan="none"), "plan=none", "plan=made_up"):
        response = client.get(f"{check_address(call)}?{answers}")
        assert response.headers["Referrer-Policy"] == "strict-origin"
        assert "no-store" in response.headers["Cache-Control"]
    assert Event.objects.count() == events
    kept = [each for each in caplog.records if each.name != "django.db.backends"]
    assert not any("plan" in each.getMessage() for each in kept)


def test_the_web_servers_log_leaves_out_what_comes_after_the_question_mark() -> None:
    logged = set(re.findall(r"%\((\w+)\)s", gunicorn.access_log_format))
    assert logged == {"h", "l", "u", "t", "m", "U", "H", "s", "b", "a"}


# Queries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("calls", [1, 30])
def test_the_pages_ask_as_often_for_thirty_calls_as_for_one(
    client: Client,
    world: World,
    django_assert_num_queries: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    calls: int,
) -> None:
    freeze(monkeypatch, DAY)
    first = call_with_form(world.agency)
    for number in range(1, calls):
        CallFactory(
            agency=world.agency,
            code=f"oppen-{number}",
            definition_record=first.definition_record,
            opens_on=OPENS,
            closes_on=CLOSES,
        )
    for _number in range(calls):
        ApplicationFactory(call=first)
    addresses = {
        "/": 2,
        reverse("call-list"): 2,
        address(first): 1,
        check_address(first): 1,
        f"{check_address(first)}?{query()}": 1,
    }
    for url, number in addresses.items():
        assert client.get(url).status_code == 200
        with django_assert_num_queries(number):  # type: ignore[attr-defined]
            client.get(url)


def test_the_kinds_are_named_as_elsewhere(get: Get, world: World) -> None:
    said = get(address(open_today(world.agency, "foreningar"))).summary()["Who may apply"]
    assert said.split(", ") == [
        OrganisationKind.ASSOCIATION.label,
        OrganisationKind.FOUNDATION.label,
        OrganisationKind.FAITH_COMMUNITY.label,
    ]
