"""Writing an application in a browser: on a phone, by two at once, and when things break."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from applicants.enums import OrganisationKind
from applicants.models import User
from grants.content.paths import answer_path, row_path
from grants.enums import RowKind, Stream
from grants.models import Application, Call
from grants.selectors.draft import draft_of, saved_value
from grants.selectors.submission import snapshot_of
from grants.services.drafts import write_application
from grants.services.submission import submit_application
from grants.services.writing import add_row
from tests.browsers import violations
from tests.factories import PASSWORD, OrganisationFactory, acting_for
from tests.factories.forms import attach, begun, filled, form_call, put

type SignedIn = Callable[..., Any]
type NewPage = Callable[..., Any]

LEADER = answer_path("", "leader")
HAS_LEADER = answer_path("", "has_leader")
PEOPLE = answer_path("", "people")
PHONE = {"viewport": {"width": 360, "height": 780}}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def association_call() -> Call:
    changes = {"stream": "associations", "who_may_apply": ["association"]}
    return form_call(stream=Stream.ASSOCIATIONS, changes=changes)


@pytest.fixture
def lead(transactional_db: None) -> Any:
    return OrganisationFactory(name="Jouren i Ale", kind=OrganisationKind.ASSOCIATION)


@pytest.fixture
def writer(lead: Any) -> User:
    return acting_for(lead, name="Anna Andersson")


@pytest.fixture
def draft(lead: Any, writer: User) -> Application:
    application = begun(association_call(), lead, writer)
    put(application, writer, HAS_LEADER, "yes")
    put(application, writer, "areas.mapping", "yes")
    return application


def part(application: Application, slug: str) -> str:
    return reverse("application-section", args=[application.pk, slug])


def control(page: Any, path: str) -> Any:
    return page.locator(f"[name='v:{path}']")


def opened(page: Any, address: str) -> Any:
    response = page.goto(address)
    page.wait_for_load_state("networkidle")
    assert response.status == 200, address
    return page


def saved(page: Any, path: str) -> None:
    """Wait until the field says that it is saved."""
    state = page.locator(f"[data-path='{path}'] [data-saved]")
    state.filter(has_text=re.compile("^Sparat")).wait_for()


def fill(page: Any, path: str, text: str) -> None:
    control(page, path).fill(text)
    control(page, path).blur()
    saved(page, path)


def choose(page: Any, path: str, code: str) -> None:
    page.locator(f"[name='v:{path}'][value='{code}']").check()
    saved(page, path)


# The whole of it -----------------------------------------------------------------------------


@pytest.mark.smoke
def test_an_association_writes_the_whole_application_on_a_phone(
    lead: Any, writer: User, signed_in_page: SignedIn
) -> None:
    call = association_call()
    page = signed_in_page(writer, **PHONE)
    opened(page, reverse("application-begin", args=[call.agency.code, call.code]))
    page.locator("form.begin-form button").press("Enter")
    page.wait_for_url("**/mina-ansokningar/*/")
    application = Application.objects.get()
    wide = []

    def go(slug: str) -> None:
        opened(page, part(application, slug))
        if page.evaluate(SIDEWAYS) > 0:
            wide.append(slug)

    go("organisation")
    for key in ("contact", "own_work"):
        fill(page, f"part.{lead.pk}.{key}", f"Svar på {key}")
    go("areas")
    choose(page, "areas.mapping", "yes")
    page.get_by_role("button", name="Spara och gå vidare").press("Enter")
    page.wait_for_url("**/area-mapping/")
    page.wait_for_load_state("networkidle")
    fill(page, answer_path("mapping", "situation"), "I dag saknas kunskap.")
    choose(page, answer_path("mapping", "target_groups"), "women")
    page.get_by_role("button", name="Lägg till en aktivitet").press("Enter")
    page.wait_for_selector("[data-row-card]")
    activity = application.rows.get()
    assert page.evaluate("document.activeElement.name") == f"v:row.{activity.number}.title"
    fill(page, row_path(activity.number, "title"), "Kartlägga")
    go("leadership")
    choose(page, HAS_LEADER, "yes")
    control(page, LEADER).wait_for()
    fill(page, LEADER, "Siv leder arbetet")
    go("budget")
    page.get_by_role("button", name="Lägg till en budgetpost").press("Enter")
    page.wait_for_selector("[data-row-card]")
    line = application.rows.get(kind=RowKind.LINE).number
    control(page, row_path(line, "activity")).select_option(str(activity.number))
    saved(page, row_path(line, "activity"))
    control(page, row_path(line, "category")).select_option("training")
    saved(page, row_path(line, "category"))
    fill(page, row_path(line, "text"), "Kurs för alla")
    control(page, row_path(line, "amount_sek")).press_sequentially("250 000 kr")
    assert page.locator("#requested").inner_text() == "250\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}kr"
    control(page, row_path(line, "amount_sek")).blur()
    saved(page, row_path(line, "amount_sek"))
    go("requirements")
    choose(page, f"requirement.{lead.pk}.knowledge.state", "yes")
    fill(page, f"requirement.{lead.pk}.knowledge.how", "Vi följer upp varje år.")
    go("attachments")
    attach(application, writer, "attachments.plan")
    go("check")
    assert wide == []
    _, findings = snapshot_of(Application.objects.get(pk=application.pk))
    assert [each.code for each in findings if each.blocks] == []
    assert page.get_by_role("link", name="Gå vidare till försäkran").count() == 1
    assert draft_of(application).requested_sek == 250_000


# Two at once ---------------------------------------------------------------------------------


def test_two_in_the_same_field_both_see_both_texts(
    draft: Application, lead: Any, writer: User, signed_in_page: SignedIn
) -> None:
    colleague = acting_for(lead, name="Bo Berg")
    mine = opened(signed_in_page(writer), part(draft, "leadership"))
    theirs = opened(signed_in_page(colleague), part(draft, "leadership"))
    fill(theirs, LEADER, "Bo leder")
    control(mine, LEADER).fill("Siv leder")
    control(mine, LEADER).blur()
    box = mine.locator(".answer__conflict")
    box.wait_for()
    assert control(mine, LEADER).input_value() == "Siv leder"
    assert box.locator(".answer__theirs").inner_text() == "Bo leder"
    assert "Bo Berg" in box.inner_text()
    assert saved_value(draft, LEADER).text == "Bo leder"
    assert not violations(mine)
    control(mine, LEADER).fill("Siv och Bo leder")
    box.get_by_role("button", name="Behåll mitt svar").press("Enter")
    saved(mine, LEADER)
    assert mine.locator(".answer__conflict").count() == 0
    assert saved_value(draft, LEADER).text == "Siv och Bo leder"


def test_the_others_text_can_be_taken(
    draft: Application, lead: Any, writer: User, signed_in_page: SignedIn
) -> None:
    page = opened(signed_in_page(writer), part(draft, "leadership"))
    put(draft, acting_for(lead, name="Bo Berg"), LEADER, "Bo leder")
    control(page, LEADER).fill("Siv leder")
    control(page, LEADER).blur()
    page.get_by_role("button", name="Ta svaret från Bo Berg").press("Enter")
    assert control(page, LEADER).input_value() == "Bo leder"
    assert saved_value(draft, LEADER).number == 1
    fill(page, LEADER, "Bo leder, och Siv hjälper till")
    assert saved_value(draft, LEADER).number == 2


def test_one_who_types_fast_is_never_told_of_oneself(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    """The network is slow, and the field is left again and again while it is being saved."""
    page = opened(signed_in_page(writer), part(draft, "leadership"))

    def slow(route: Any) -> None:
        page.wait_for_timeout(150)
        route.continue_()

    page.route("**/falt/", slow)
    for number in range(6):
        control(page, LEADER).press_sequentially(f"ord{number} ", delay=5)
        control(page, PEOPLE).focus()
        control(page, LEADER).focus()
        control(page, LEADER).press("End")
    control(page, PEOPLE).focus()
    saved(page, LEADER)
    page.wait_for_load_state("networkidle")
    assert page.locator(".answer__conflict").count() == 0
    assert saved_value(draft, LEADER).text == "ord0 ord1 ord2 ord3 ord4 ord5"


def test_a_pause_in_the_typing_saves(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    page = opened(signed_in_page(writer), part(draft, "leadership"))
    control(page, LEADER).press_sequentially("Siv leder")
    assert page.locator(f"[data-path='{LEADER}'] [data-saved]").inner_text() == "Inte sparat ännu"
    saved(page, LEADER)
    assert saved_value(draft, LEADER).text == "Siv leder"
    assert page.evaluate("document.activeElement.name") == f"v:{LEADER}"


@pytest.mark.smoke
def test_a_click_holds_while_the_answer_above_it_is_saved(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    """Pressing a button leaves the field above, whose save takes its note away, and so moves all
    that is below. What is under the pointer stays there, and the click counts."""
    low = {"viewport": {"width": 1280, "height": 320}}
    page = opened(signed_in_page(writer, **low), part(draft, "area-mapping"))
    situation = answer_path("mapping", "situation")
    notes = page.locator(f"[data-path='{situation}'] .answer__note")
    assert notes.count() == 1
    women = page.locator(f"[name='v:{answer_path('mapping', 'target_groups')}'][value='women']")
    control(page, situation).fill("I dag saknas kunskap.")
    women.scroll_into_view_if_needed()
    box = women.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    with page.expect_response("**/falt/"):
        page.mouse.down()
    # Long enough for the page to be fetched anew as well.
    page.wait_for_timeout(3000)
    page.mouse.up()
    assert women.is_checked()
    saved(page, answer_path("mapping", "target_groups"))
    notes.first.wait_for(state="detached")
    page.wait_for_load_state("networkidle")
    assert abs(women.bounding_box()["y"] - box["y"]) < 1


@pytest.mark.smoke
def test_what_is_answered_before_the_script_has_come_is_saved(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    """On a slow line the form is there to be filled in before what saves it."""
    page = signed_in_page(writer)
    waiting: list[Any] = []
    page.route("**/autosave*.js", lambda route: waiting.append(route))
    page.goto(part(draft, "area-mapping"), wait_until="commit")
    situation = answer_path("mapping", "situation")
    women = page.locator(f"[name='v:{answer_path('mapping', 'target_groups')}'][value='women']")
    control(page, situation).fill("I dag saknas kunskap.")
    women.check()
    while not waiting:
        page.wait_for_timeout(50)
    waiting[0].continue_()
    saved(page, answer_path("mapping", "target_groups"))
    saved(page, situation)
    page.unroute("**/autosave*.js")
    opened(page, part(draft, "area-mapping"))
    assert control(page, situation).input_value() == "I dag saknas kunskap."
    assert women.is_checked()


# When things break ---------------------------------------------------------------------------


@pytest.mark.smoke
def test_a_lost_connection_loses_no_text(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    page = opened(signed_in_page(writer), part(draft, "leadership"))
    page.context.set_offline(True)
    control(page, LEADER).fill("Skrivet utan uppkoppling")
    control(page, LEADER).blur()
    page.locator("#save-notice .ds-alert[data-color=warning]").wait_for()
    assert "Ingen uppkoppling" in page.locator("#save-notice").inner_text()
    assert not violations(page)
    page.context.set_offline(False)
    saved(page, LEADER)
    assert saved_value(draft, LEADER).text == "Skrivet utan uppkoppling"


def test_a_server_that_restarts_loses_no_text(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    """What was typed meanwhile is offered back, also when the page is opened anew."""
    page = opened(signed_in_page(writer), part(draft, "leadership"))
    fill(page, LEADER, "Det här sparades")
    page.route("**/falt/", lambda route: route.fulfill(status=502, body="Bad gateway"))
    control(page, LEADER).fill("Det här hann inte sparas")
    control(page, LEADER).blur()
    page.locator("#save-notice .ds-alert").wait_for()
    page.unroute("**/falt/")
    page.route("**/falt/", lambda route: route.abort())
    page.reload()
    page.wait_for_load_state("networkidle")
    page.unroute("**/falt/")
    assert control(page, LEADER).input_value() == "Det här sparades"
    kept = page.locator(".answer__kept")
    assert "Det här hann inte sparas" in kept.inner_text()
    assert not violations(page)
    kept.get_by_role("button", name="Lägg tillbaka den").press("Enter")
    saved(page, LEADER)
    assert saved_value(draft, LEADER).text == "Det här hann inte sparas"
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.locator(".answer__kept").count() == 0


def test_one_signed_out_in_the_middle_goes_on_after_signing_in(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    page = opened(signed_in_page(writer), part(draft, "leadership"))
    Session.objects.all().delete()
    control(page, LEADER).fill("Skrivet utloggad")
    control(page, LEADER).blur()
    link = page.locator("#save-notice a")
    link.wait_for()
    assert not violations(page)
    assert saved_value(draft, LEADER).number == 0
    with page.context.expect_page() as popup:
        link.press("Enter")
    other = popup.value
    other.wait_for_load_state("networkidle")
    other.fill("#id_login", writer.email)
    other.fill("#id_password", PASSWORD)
    other.locator("#id_password").press("Enter")
    other.wait_for_url(f"**{part(draft, 'leadership')}")
    other.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    saved(page, LEADER)
    assert saved_value(draft, LEADER).text == "Skrivet utloggad"


def test_another_person_in_the_same_browser_saves_nothing_of_ones_own(
    draft: Application, lead: Any, writer: User, signed_in_page: SignedIn
) -> None:
    page = opened(signed_in_page(writer), part(draft, "leadership"))
    Session.objects.all().delete()
    control(page, LEADER).fill("Annas text")
    control(page, LEADER).blur()
    page.locator("#save-notice a").wait_for()
    colleague = signed_in_page(acting_for(lead, name="Bo Berg"))
    (cookie,) = [
        each for each in colleague.context.cookies() if each["name"] == settings.SESSION_COOKIE_NAME
    ]
    page.context.add_cookies([cookie])
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.locator("#save-notice .ds-alert[data-color=danger]").wait_for()
    assert control(page, LEADER).input_value() == "Annas text"
    assert saved_value(draft, LEADER).number == 0
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.locator(".answer__kept").count() == 0


def test_what_is_too_long_stays_in_the_field_with_a_message(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    page = opened(signed_in_page(writer), part(draft, "leadership"))
    control(page, LEADER).fill("å" * 4010)
    count = page.locator(f"[data-path='{LEADER}'] [data-count]")
    assert count.inner_text() == "10 tecken för mycket"
    control(page, LEADER).blur()
    page.locator(f"[data-path='{LEADER}'] .ds-validation-message").wait_for()
    assert len(control(page, LEADER).input_value()) == 4010
    assert not violations(page)
    fill(page, LEADER, "å" * 4000)
    assert page.locator(".ds-validation-message").count() == 0
    assert len(saved_value(draft, LEADER).text) == 4000


def test_what_was_sent_in_meanwhile_keeps_the_text_to_copy(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    filled(draft, writer)
    page = opened(signed_in_page(writer), part(draft, "leadership"))
    submit_application(application=draft, actor=writer)
    control(page, LEADER).fill("För sent")
    control(page, LEADER).blur()
    page.locator(f"[data-path='{LEADER}'] .ds-validation-message").wait_for()
    assert control(page, LEADER).input_value() == "För sent"
    assert control(page, LEADER).get_attribute("readonly") is not None


def test_a_row_is_removed_and_brought_back(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    row = add_row(application=draft, kind=RowKind.ACTIVITY, actor=writer, area="mapping")
    page = opened(signed_in_page(writer), part(draft, "area-mapping"))
    control(page, row_path(row.number, "title")).fill("Kartlägga")
    page.get_by_role("button", name="Ta bort Aktivitet 1").press("Enter")
    page.locator("[data-row-card]").wait_for(state="detached")
    page.get_by_role("button", name="Ångra").press("Enter")
    page.wait_for_selector("[data-row-card]")
    assert control(page, row_path(row.number, "title")).input_value() == "Kartlägga"


def test_the_call_says_at_once_why_a_cost_is_not_paid(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    line = add_row(application=draft, kind=RowKind.LINE, actor=writer).number
    page = opened(signed_in_page(writer), part(draft, "budget"))
    control(page, row_path(line, "category")).select_option("bought_housing")
    reason = page.locator(f"#row-{line}-rules .answer__note")
    reason.wait_for()
    assert "någon annan driver betalas inte" in reason.inner_text()


# Without scripts, by keyboard, for everyone --------------------------------------------------


@pytest.mark.smoke
def test_an_application_is_written_without_javascript(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    page = signed_in_page(writer, java_script_enabled=False)
    page.goto(part(draft, "leadership"))
    control(page, LEADER).fill("Siv leder")
    control(page, PEOPLE).fill("många")
    page.get_by_role("button", name="Spara", exact=True).last.press("Enter")
    page.locator(".ds-error-summary").wait_for()
    assert control(page, PEOPLE).input_value() == "många"
    control(page, PEOPLE).fill("1 200")
    page.get_by_role("button", name="Spara och gå vidare").press("Enter")
    page.wait_for_url("**/budget/")
    assert saved_value(draft, PEOPLE).text == "1200"
    page.get_by_role("button", name="Lägg till en budgetpost").press("Enter")
    page.wait_for_url("**/budget/#row-*")
    line = draft.rows.get().number
    control(page, row_path(line, "amount_sek")).fill("1000")
    page.get_by_role("button", name="Lägg till en budgetpost").press("Enter")
    page.locator("[data-row-card]").nth(1).wait_for()
    assert saved_value(draft, row_path(line, "amount_sek")).text == "1000"
    page.get_by_role("button", name="Ta bort Budgetpost 2").press("Enter")
    page.get_by_role("button", name="Ångra").press("Enter")
    page.locator("[data-row-card]").nth(1).wait_for()


def test_enter_in_a_field_removes_no_row_without_javascript(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    line = add_row(application=draft, kind=RowKind.LINE, actor=writer).number
    page = signed_in_page(writer, java_script_enabled=False)
    page.goto(part(draft, "budget"))
    control(page, row_path(line, "amount_sek")).fill("5000")
    control(page, row_path(line, "amount_sek")).press("Enter")
    page.wait_for_load_state("networkidle")
    assert saved_value(draft, row_path(line, "amount_sek")).text == "5000"
    assert draft.rows.get().removed_at is None


def tab_to(page: Any, selector: str, presses: int = 80) -> None:
    for _ in range(presses):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_a_part_is_written_by_keyboard_alone(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    page = opened(signed_in_page(writer), reverse("application-tasks", args=[draft.pk]))
    tab_to(page, "a[href$='/leadership/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leadership/")
    page.wait_for_load_state("networkidle")
    tab_to(page, f'[name="v:{LEADER}"]')
    page.keyboard.type("Siv leder")
    tab_to(page, f'[name="v:{PEOPLE}"]')
    page.keyboard.type("12")
    tab_to(page, "button[data-then$='/budget/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/budget/")
    page.wait_for_load_state("networkidle")
    tab_to(page, "button[data-row-button=add]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-row-card]")
    line = draft.rows.get().number
    tab_to(page, f'[name="v:row.{line}.amount_sek"]')
    page.keyboard.type("1000")
    page.keyboard.press("Tab")
    saved(page, row_path(line, "amount_sek"))
    assert saved_value(draft, LEADER).text == "Siv leder"
    assert saved_value(draft, PEOPLE).text == "12"
    assert saved_value(draft, row_path(line, "amount_sek")).text == "1000"


@pytest.mark.long
def test_axe_finds_nothing_in_any_part_or_state(
    draft: Application, writer: User, signed_in_page: SignedIn
) -> None:
    partner = OrganisationFactory(kind=OrganisationKind.ASSOCIATION)
    write_application(application=draft, actor=writer, partners=[partner])
    filled(draft, writer)
    line = add_row(application=draft, kind=RowKind.LINE, actor=writer).number
    put(draft, writer, row_path(line, "category"), "bought_housing")
    put(draft, writer, LEADER, "Siv")
    put(draft, writer, LEADER, "Siv leder")
    slugs = (
        "organisation", "areas", "area-mapping", "leadership", "budget", "funding",
        "requirements", "attachments", "check",
    )  # fmt: skip
    tasks = reverse("application-tasks", args=[draft.pk])
    history = f"{reverse('field-history', args=[draft.pk])}?falt={LEADER}"
    begin = reverse("application-begin", args=[draft.call.agency.code, draft.call.code])
    addresses = [begin, tasks, history, *(part(draft, slug) for slug in slugs)]
    found = []
    for person in (writer, acting_for(partner)):
        page = signed_in_page(person, viewport={"width": 320, "height": 800})
        for address in addresses:
            opened(page, address)
            found += [f"{address}: {each}" for each in violations(page)]
            if page.evaluate(SIDEWAYS) > 0:
                found.append(f"{address}: moves sideways")
    assert not found, "\n".join(found)
