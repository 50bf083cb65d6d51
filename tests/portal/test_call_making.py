"""Calls are made on pages: copied, changed part by part, looked at, published."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from applicants.enums import Role
from core.definitions.faults import Place
from grants.definitions.shape import value_at
from grants.enums import CallDraftState
from grants.models import Call, CallDraft
from grants.selectors.call_drafts import definition_of
from grants.services.call_drafts import discard_draft
from portal.forms.call_fields import PARTS
from tests.factories import staff
from tests.portal.call_pages import Makers, node_url, part_url, save
from tests.portal.html import Page

pytestmark = pytest.mark.django_db
QUESTION: Place = ("application", "questionnaire", "sections", 0, "questions", 0)
ENGLISH = {"accept-language": "en"}
QUESTION_PATH = "/".join(str(step) for step in QUESTION)


@pytest.fixture
def makers(db: None) -> Makers:
    return Makers()


def test_every_part_of_a_copied_call_opens(makers: Makers, get: Callable[..., Page]) -> None:
    draft = makers.copy()
    for part in PARTS:
        page = get(part_url(draft, part.slug), makers.officer)
        assert page.faults() == []


@pytest.mark.parametrize("name", ["call-making", "distribution-list", "letter-batches", "library"])
def test_a_page_of_the_first_level_is_not_the_way_to_itself(
    makers: Makers, get: Callable[..., Page], name: str
) -> None:
    page = get(reverse(name), makers.officer)
    assert page.all(".ds-breadcrumbs") == []
    assert page.faults() == []


def test_every_document_inside_a_copied_call_opens(
    makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    waiting = {
        link
        for part in PARTS
        for link in _inner(get(part_url(draft, part.slug), makers.officer), draft.pk)
    }
    seen: set[str] = set()
    while waiting:
        url = waiting.pop()
        kind = "/".join(step for step in url.split("/") if not step.isdigit())
        if kind in seen:
            continue
        seen.add(kind)
        page = get(url, makers.officer)
        assert page.faults() == [], url
        waiting |= _inner(page, draft.pk)
    assert len(seen) >= 15


def _inner(page: Page, draft: int) -> set[str]:
    return {
        link.get("href")
        for link in page.all("main a[href]")
        if f"/utkast/{draft}/falt/" in link.get("href")
    }


def test_saving_a_page_as_it_stands_changes_nothing(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    urls = [part_url(draft, part.slug) for part in PARTS] + [node_url(draft, QUESTION_PATH)]
    before = draft.document
    for url in urls:
        answer = save(client, get(url, makers.officer), url)
        assert answer.status_code == 302, url
        draft.refresh_from_db()
        assert draft.document == before, url


def test_a_question_is_written_on_its_page(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    url = node_url(draft, QUESTION_PATH)
    answer = save(client, get(url, makers.officer), url, text__sv="Vad ska ni göra 2028?")
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert value_at(draft.document, (*QUESTION, "text", "sv")) == "Vad ska ni göra 2028?"
    assert draft.changed_by == makers.officer


def test_what_is_wrong_is_kept_and_told_at_the_field(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    url = part_url(draft, "tider-och-ram")
    save(client, get(url, makers.officer), url, frame_sek="mycket", dates__closes="2028-01-01")
    page = get(url, makers.officer)
    assert page.one("#f-frame_sek").get("value") == "mycket"
    assert page.one("#f-frame_sek").get("aria-invalid") == "true"
    links = {link.get("href") for link in page.all(".ds-error-summary a")}
    assert "#f-frame_sek" in links
    tasks = get(reverse("call-draft", args=[draft.pk]), makers.officer)
    assert any("to correct" in each for each in tasks.texts(".task-list li"))


def test_options_are_added_moved_and_taken_away_without_losing_what_is_written(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    url = part_url(draft, "kostnadsslag")
    before = [each["code"] for each in _categories(draft)]
    page = get(url, makers.officer)
    save(client, page, url, act="add:categories", help__sv="Skriv en rad för varje kostnad.")
    draft.refresh_from_db()
    added = f"categories__{len(before)}__title__"
    page = get(url, makers.officer)
    save(client, page, url, **{f"{added}sv": "Tolkning på plats", f"{added}en": "Interpreting"})
    draft.refresh_from_db()
    assert [each["code"] for each in _categories(draft)] == [*before, "tolkning_pa_plats"]
    assert draft.document["application"]["budget"]["help"]["sv"].startswith("Skriv en rad")
    save(client, get(url, makers.officer), url, act=f"up:categories.{len(before)}")
    save(client, get(url, makers.officer), url, act="remove:categories.0")
    draft.refresh_from_db()
    assert [each["code"] for each in _categories(draft)] == [
        *before[1:-1],
        "tolkning_pa_plats",
        before[-1],
    ]


def _categories(draft: CallDraft) -> Any:
    return draft.document["application"]["budget"]["categories"]


def test_the_later_of_two_saves_is_refused_with_both_shown(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    url = part_url(draft, "grunder")
    shown = get(url, makers.officer)
    save(client, get(url, makers.colleague), url, purpose__sv="Kollegans syfte")
    client.force_login(makers.officer)
    answer = save(client, shown, url, purpose__sv="Mitt syfte")
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Mitt syfte" in text
    assert "Kollegans syfte" in text
    assert str(makers.colleague) in text
    draft.refresh_from_db()
    assert draft.document["purpose"]["sv"] == "Kollegans syfte"
    answer.status_code = 200
    again = save(client, Page(answer), url)
    assert again.status_code == 302
    draft.refresh_from_db()
    assert draft.document["purpose"]["sv"] == "Mitt syfte"


def test_two_who_write_in_different_parts_do_not_meet(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    url = part_url(draft, "grunder")
    shown = get(url, makers.officer)
    other = part_url(draft, "tider-och-ram")
    save(client, get(other, makers.colleague), other, frame_sek="60 000 000")
    client.force_login(makers.officer)
    assert save(client, shown, url, purpose__sv="Mitt syfte").status_code == 302
    draft.refresh_from_db()
    assert draft.document["frame_sek"] == 60_000_000
    assert draft.document["purpose"]["sv"] == "Mitt syfte"


def test_a_question_that_was_moved_meanwhile_is_saved_where_it_now_stands(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    url = node_url(draft, QUESTION_PATH)
    shown = get(url, makers.officer)
    section = node_url(draft, "/".join(str(step) for step in QUESTION[:-2]))
    save(client, get(section, makers.colleague), section, act="down:questions.0")
    client.force_login(makers.officer)
    assert save(client, shown, url, text__sv="Flyttad fråga").status_code == 302
    draft.refresh_from_db()
    assert value_at(draft.document, (*QUESTION[:-1], 1, "text", "sv")) == "Flyttad fråga"
    assert value_at(draft.document, (*QUESTION, "text", "sv")) != "Flyttad fråga"


def test_a_call_is_published_by_another_than_who_wrote_it(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    url = reverse("call-draft-publish", args=[draft.pk])
    assert get(url, makers.officer).all("main form") == []
    page = get(url, makers.decider)
    version = page.one("main form [name=version]").get("value")
    assert client.post(url, {"version": version}).status_code == 302
    call = Call.objects.get(code="kommuner-2028")
    public = get(reverse("call-detail", args=[makers.agency.code, call.code]))
    assert "2028" in public.heading


def test_a_draft_is_nobodys_but_its_agencys(client: Client, makers: Makers) -> None:
    draft = makers.copy()
    client.force_login(makers.stranger)
    for name in ("call-draft", "call-draft-changes", "call-draft-publish", "call-draft-file"):
        assert client.get(reverse(name, args=[draft.pk])).status_code == 404
    assert client.get(part_url(draft, "grunder")).status_code == 404
    assert client.post(part_url(draft, "grunder"), {"act": "save"}).status_code == 404


def test_a_decision_maker_reads_and_does_not_write(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    url = part_url(draft, "grunder")
    page = get(url, makers.decider)
    assert page.all("button[name=act]") == []
    assert save(client, page, url, purpose__sv="Något annat").status_code == 404


def test_a_change_shows_what_differs_field_by_field(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    client.force_login(makers.officer)
    client.post(reverse("call-change", args=[makers.call.pk]))
    draft = CallDraft.objects.get(call=makers.call)
    url = part_url(draft, "grunder")
    save(client, get(url, makers.officer), url, purpose__sv="Ett nytt syfte")
    page = get(reverse("call-draft-changes", args=[draft.pk]), makers.officer)
    assert any("Ett nytt syfte" in cell for row in page.rows("changes-grunder") for cell in row)
    assert len(page.rows("changes-grunder")) == 1


def test_a_call_is_begun_as_a_copy_anew_and_from_a_file(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    url = reverse("call-begin")
    client.force_login(makers.officer)
    copy = {"how": "copy", "copy-call": makers.call.pk, "copy-year": "2031", "copy-code": "k-2031"}
    assert client.post(url, copy).status_code == 302
    new = {"how": "new", "new-stream": "associations", "new-year": "2032", "new-code": "f-2032"}
    assert client.post(url, new).status_code == 302
    file = client.get(reverse("call-file", args=[makers.call.pk]))
    sent = SimpleUploadedFile("utlysning.yaml", file.content)
    assert client.post(url, {"how": "file", "file-file": sent}).status_code == 302
    drafts = {each.code: each for each in CallDraft.objects.all()}
    assert set(drafts) == {"k-2031", "f-2032", makers.call.code}
    assert definition_of(drafts[makers.call.code]) == makers.call.definition
    wrong = SimpleUploadedFile("fel.yaml", b"title: {sv: Hej}\nokant: 1\n")
    answer = client.post(url, {"how": "file", "file-file": wrong})
    assert "fel.yaml:2" in answer.content.decode()
    assert CallDraft.objects.count() == 3
    # What is no text where one is expected is a fault to correct, and not in the list's way.
    number = SimpleUploadedFile("tal.yaml", b"title: {sv: 2027}\n")
    assert client.post(url, {"how": "file", "file-file": number}).status_code == 302
    assert "2027" in get(reverse("call-making"), makers.officer).text("main")


def test_a_file_that_says_only_what_differs_is_laid_over_or_told_what_to_say(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    url = reverse("call-begin")
    client.force_login(makers.officer)

    def upload(text: str) -> Page:
        sent = {"how": "file", "file-file": SimpleUploadedFile("over.yaml", text.encode())}
        return Page(client.post(url, sent, follow=True, headers=ENGLISH))

    page = upload("title: {sv: Ny, en: New}\n")
    [alert] = [each for each in page.texts(".ds-alert") if "not a whole call" in each]
    assert all(word in alert for word in ("follows", "code", "year"))
    discard_draft(draft=CallDraft.objects.get(), actor=makers.officer)
    base = makers.call.definition.code
    for text, wrong in (
        (f"follows: {base}\n", "code and year"),
        ("follows: annan-2001\ncode: k-2030\nyear: 2030\n", "no call with the definition"),
    ):
        assert wrong in " ".join(upload(text).texts(".ds-error-summary li"))
    page = upload(f"follows: {base}\ncode: k-2030\nyear: 2030\ntitle: {{sv: Ny, en: New}}\n")
    assert any(base in each for each in page.texts(".ds-alert"))
    draft = CallDraft.objects.get(state=CallDraftState.DRAFT)
    assert draft.document["title"] == {"sv": "Ny", "en": "New"}
    rows = get(reverse("call-draft-changes", args=[draft.pk]), makers.officer).rows(
        "changes-grunder"
    )
    assert ["Title", "Changed"] in [row[:2] for row in rows]


def test_whoever_begins_a_change_second_is_led_to_the_first(client: Client, makers: Makers) -> None:
    url = reverse("call-change", args=[makers.call.pk])
    client.force_login(makers.officer)
    first = client.post(url).headers["Location"]
    client.force_login(makers.colleague)
    page = client.post(url, follow=True, headers=ENGLISH)
    assert page.redirect_chain[-1][0] == first
    assert any("begun already" in each for each in Page(page).texts(".ds-alert"))


def test_whoever_publishes_second_is_told_that_it_is_done(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy()
    url = reverse("call-draft-publish", args=[draft.pk])
    version = get(url, makers.decider).one("main form [name=version]").get("value")
    second = staff(makers.agency, Role.DECISION_MAKER)
    assert client.post(url, {"version": version}).status_code == 302
    client.force_login(second)
    page = Page(client.post(url, {"version": version}, follow=True, headers=ENGLISH))
    assert any("published or thrown away already" in each for each in page.texts(".ds-alert"))
    assert Call.objects.filter(code="kommuner-2028").count() == 1


def test_what_has_changed_is_told_as_the_page_before_publishing_tells_it(
    client: Client, makers: Makers, get: Callable[..., Page]
) -> None:
    draft = makers.copy(2027)
    section = "/".join(str(step) for step in QUESTION[:-2])
    url = node_url(draft, section)
    save(client, get(url, makers.officer), url, act="add:questions")
    draft.refresh_from_db()
    number = len(value_at(draft.document, QUESTION[:-1])) - 1
    url = node_url(draft, f"{section}/questions/{number}")
    text = {"text__sv": "Vad mer?", "text__en": "What else?", "kind": "text"}
    save(client, get(url, makers.officer), url, **text)
    page = get(reverse("call-draft-changes", args=[draft.pk]), makers.officer)
    assert page.faults() == []
    [row] = page.rows("changes-fragor")
    assert row[0].endswith("Question “What else?”")
    assert row[1:3] == ["Added", "–"]
    for said in ("What else?", "Vad mer?", "vad_mer"):
        assert said in row[3]


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_and_the_parts_ask_as_often_however_many_there_are(
    client: Client, makers: Makers, rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    drafts = [makers.copy(2028 + number) for number in range(rows)]
    client.force_login(makers.officer)
    client.get(reverse("call-making"))
    for url, number in (
        (reverse("call-making"), 7),
        (reverse("call-draft", args=[drafts[0].pk]), 4),
        (part_url(drafts[0], "fragor"), 4),
    ):
        client.get(url)
        with django_assert_num_queries(number):
            client.get(url)
