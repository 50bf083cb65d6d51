"""The upload box in a browser: several files, dragged or chosen, and without scripts."""

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest

from applicants.models import User
from core import tasks
from core.models import StoredFile
from tests.browsers import violations
from tests.core import sample_files as sample
from tests.core.clamd import running_clamd
from tests.factories import UserFactory

type SignedIn = Callable[..., Any]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
INPUT = "#papers-input"
STATE = ".upload__state"
GIF = sample.image("GIF")


@pytest.fixture(autouse=True)
def _site_with_an_upload_box(settings: Any, transactional_db: None) -> None:
    settings.ROOT_URLCONF = "tests.upload_site"


@pytest.fixture
def anna() -> User:
    return UserFactory(name="Anna Ek")


def file(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "", "buffer": content}


def large_pdf(kilobytes: int) -> bytes:
    """A PDF whose size takes a while to send."""
    whole = sample.pdf()
    place = whole.index(b"\n", 10) + 1
    return whole[:place] + (b"%" + b"x" * 1022 + b"\n") * kilobytes + whole[place:]


def opened(page: Any) -> Any:
    page.goto("/prov/")
    page.wait_for_selector("form[data-upload=ready]")
    return page


def speed(page: Any) -> Callable[[int], None]:
    """`speed(page)(50)`: send no faster than 50 kilobytes a second; 0 is as fast as can be."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")

    def hold(kilobytes: int) -> None:
        limits = {
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": kilobytes * 1024 or -1,
        }
        network.send("Network.emulateNetworkConditions", {"offline": False, **limits})

    return hold


def listed(page: Any) -> list[str]:
    return page.locator(".file-list__text > :first-child").all_inner_texts()


def wait_for_list(page: Any, *names: str) -> None:
    for name in names:
        page.locator(".file-list a", has_text=name).wait_for()
    page.locator(".upload__row").first.wait_for(state="detached")


@pytest.mark.smoke
def test_several_files_are_sent_at_once(signed_in_page: SignedIn, anna: User) -> None:
    page = opened(signed_in_page(anna))
    page.set_input_files(
        INPUT,
        [
            file("Verksamhetsplan.pdf", sample.pdf()),
            file("Budget.xlsx", sample.xlsx()),
            file("Foto.jpg", sample.image("JPEG")),
        ],
    )
    wait_for_list(page, "Verksamhetsplan.pdf", "Budget.xlsx", "Foto.jpg")
    assert page.locator("[data-upload-queue]").is_hidden()
    assert "Filen har tagits emot." in page.locator("[data-upload-status]").inner_text()
    assert StoredFile.objects.filter(uploaded_by=anna.pseudonym).count() == 3


def test_files_are_dragged_in(signed_in_page: SignedIn, anna: User) -> None:
    page = opened(signed_in_page(anna))
    transfer = page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, content] of files)
                transfer.items.add(new File(
                    [Uint8Array.from(atob(content), char => char.charCodeAt(0))], name));
            return transfer;
        }""",
        [
            ["plan.pdf", base64.b64encode(sample.pdf()).decode()],
            ["karta.png", base64.b64encode(sample.image("PNG")).decode()],
        ],
    )
    box = page.locator("[data-upload-box]")
    box.dispatch_event("dragenter", {"dataTransfer": transfer})
    assert "upload__box--over" in box.get_attribute("class")
    box.dispatch_event("drop", {"dataTransfer": transfer})
    assert "upload__box--over" not in box.get_attribute("class")
    wait_for_list(page, "plan.pdf", "karta.png")


def test_how_far_a_file_has_come_is_shown_as_text_and_bar(
    signed_in_page: SignedIn, anna: User
) -> None:
    page = opened(signed_in_page(anna))
    speed(page)(400)
    page.set_input_files(INPUT, [file("stor.pdf", large_pdf(1200))])
    page.locator(STATE, has_text=re.compile(r"^Skickat [1-9]\d?\s%$")).wait_for()
    bar = page.get_by_role("progressbar", name="Skickas: stor.pdf")
    assert 0 < bar.evaluate("bar => bar.value") <= 100
    wait_for_list(page, "stor.pdf")


def test_a_file_that_is_refused_says_why_and_the_others_come_in(
    signed_in_page: SignedIn, anna: User
) -> None:
    page = opened(signed_in_page(anna))
    page.set_input_files(
        INPUT, [file("faktura.pdf", sample.PROGRAM), file("tom.pdf", b""), file("a.gif", GIF)]
    )
    wait_for_files = page.locator(".file-list a", has_text="a.gif")
    wait_for_files.wait_for()
    page.locator(".upload__row--failed").nth(1).wait_for()
    assert page.locator(".upload__row").count() == 2
    [wrong] = page.locator(".upload__row", has_text="faktura.pdf").locator(STATE).all()
    assert "innehållet är något annat" in wrong.inner_text()
    [empty] = page.locator(".upload__row", has_text="tom.pdf").locator(STATE).all()
    assert empty.inner_text().startswith("Filen är tom.")
    assert violations(page) == []
    for name in ("faktura.pdf", "tom.pdf"):
        page.get_by_role("button", name=f"Ta bort ur listan {name}").press("Enter")
    assert page.locator("[data-upload-queue]").is_hidden()
    assert page.evaluate("document.activeElement.id") == "papers-input"
    assert listed(page) == ["a.gif"]


def test_too_large_a_file_is_not_even_sent(
    signed_in_page: SignedIn, anna: User, settings: Any
) -> None:
    settings.FILE_MAX_MB = 1
    page = opened(signed_in_page(anna))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.set_input_files(INPUT, [file("stor.pdf", large_pdf(1100))])
    assert "större än 1 MB" in page.locator(STATE).inner_text()
    assert not [url for url in sent if "skicka" in url]


def test_sending_is_cancelled_and_tried_again_by_keyboard(
    signed_in_page: SignedIn, anna: User
) -> None:
    page = opened(signed_in_page(anna))
    held: list[Any] = []

    def hold_first(route: Any) -> None:
        """The first file is on its way until it is cancelled; the next goes through."""
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/*", hold_first)
    page.set_input_files(INPUT, [file("stor.pdf", large_pdf(800))])
    page.get_by_role("button", name="Avbryt stor.pdf").press("Enter")
    assert page.locator(STATE).inner_text() == "Avbruten"
    assert page.evaluate("document.activeElement.innerText").startswith("Försök igen")
    assert not StoredFile.objects.exists()
    page.keyboard.press("Enter")
    wait_for_list(page, "stor.pdf")
    assert listed(page) == ["stor.pdf"]
    assert StoredFile.objects.count() == 1


def test_a_lost_connection_loses_no_file(signed_in_page: SignedIn, anna: User) -> None:
    page = opened(signed_in_page(anna))
    page.context.set_offline(True)
    page.set_input_files(INPUT, [file("plan.pdf", sample.pdf())])
    page.locator(".upload__row--failed").wait_for()
    assert "Förbindelsen bröts" in page.locator(STATE).inner_text()
    page.context.set_offline(False)
    page.get_by_role("button", name="Försök igen plan.pdf").press("Enter")
    wait_for_list(page, "plan.pdf")


def test_one_who_was_signed_out_signs_in_and_tries_again(
    signed_in_page: SignedIn, anna: User
) -> None:
    page = opened(signed_in_page(anna))
    kept = page.context.cookies()
    page.context.clear_cookies()
    page.set_input_files(INPUT, [file("plan.pdf", sample.pdf())])
    page.locator(".upload__row--failed").wait_for()
    assert "Du har loggats ut" in page.locator(STATE).inner_text()
    # The session is back, but not the cookie that the page's own token belongs to.
    page.context.add_cookies([one for one in kept if one["name"] == "sessionid"])
    page.get_by_role("button", name="Försök igen plan.pdf").press("Enter")
    wait_for_list(page, "plan.pdf")


def test_a_script_in_a_name_is_only_a_name(signed_in_page: SignedIn, anna: User) -> None:
    page = opened(signed_in_page(anna))
    name = "<img src=x onerror=alert(1)>.pdf"
    page.set_input_files(INPUT, [file(name, sample.PROGRAM), file(name, sample.pdf())])
    page.locator(".upload__row--failed").wait_for()
    page.locator(".file-list a").wait_for()
    assert page.locator(".upload__name").inner_text() == name
    assert listed(page) == ["_img src=x onerror=alert(1)_.pdf"]
    assert page.locator("main img").count() == 0


def test_the_list_changes_by_itself_when_the_file_has_been_checked(
    signed_in_page: SignedIn, anna: User, settings: Any
) -> None:
    with running_clamd(settings):
        page = opened(signed_in_page(anna))
        page.set_input_files(INPUT, [file("plan.pdf", sample.pdf())])
        page.locator(".file-list").get_by_text("Kontrolleras för virus").wait_for()
        assert page.locator(".file-list a").count() == 0
        tasks.scan_waiting_files()
        page.locator(".file-list a", has_text="plan.pdf").wait_for()
        assert page.locator(".file-list [hx-get]").count() == 0


@pytest.mark.parametrize("width", [320, 1280])
def test_the_box_is_accessible_and_fits(signed_in_page: SignedIn, anna: User, width: int) -> None:
    page = opened(signed_in_page(anna, viewport={"width": width, "height": 900}))
    long = "Verksamhetsplan_och_budget_för_" + "ett_mycket_långt_namn_" * 6 + ".pdf"
    page.set_input_files(INPUT, [file(long, sample.pdf()), file("x" + long, sample.PROGRAM)])
    page.locator(".upload__row--failed").wait_for()
    page.locator(".file-list a").wait_for()
    assert violations(page) == []
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.smoke
def test_files_are_sent_without_scripts(signed_in_page: SignedIn, anna: User) -> None:
    page = signed_in_page(anna, java_script_enabled=False)
    page.goto("/prov/")
    assert page.get_by_text("Dra filer hit").is_hidden()
    page.set_input_files(
        INPUT,
        [
            file("plan.pdf", sample.pdf()),
            file("kopia.pdf", sample.pdf()),
            file("faktura.pdf", sample.PROGRAM),
        ],
    )
    page.get_by_role("button", name="Skicka filerna").click()
    said = page.locator(".messages").inner_text()
    assert "2 filer har tagits emot." in said
    assert re.search("kopia.pdf: Filen har samma innehåll som ”plan.pdf”", said)
    assert "faktura.pdf: Namnet slutar på .pdf" in said
    assert sorted(listed(page)) == ["kopia.pdf", "plan.pdf"]
    page.get_by_role("button", name="Ta bort kopia.pdf").click()
    assert listed(page) == ["plan.pdf"]


def test_a_full_case_takes_no_more(signed_in_page: SignedIn, anna: User) -> None:
    page = signed_in_page(anna, java_script_enabled=False)
    page.goto("/prov/")
    page.set_input_files(INPUT, [file(f"{n}.pdf", sample.pdf(str(n))) for n in range(5)])
    page.get_by_role("button", name="Skicka filerna").click()
    assert "4.pdf: Det finns redan 4 filer" in page.locator(".messages").inner_text()
    assert StoredFile.objects.count() == 4
    with page.expect_download() as saving:
        page.locator(".file-list a", has_text="0.pdf").click()
    assert saving.value.suggested_filename == "0.pdf"
