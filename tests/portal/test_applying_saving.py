"""What is written in an application is saved as it is left, and nothing is lost on the way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applicants.enums import OrganisationRole
from applicants.models import User
from grants.content.paths import answer_path, part_path, row_path
from grants.enums import RowKind
from grants.models import Application, DraftValue
from grants.selectors.draft import saved_value
from grants.services.drafts import write_application
from grants.services.submission import submit_application
from grants.services.writing import add_row, save_value
from tests.factories import OrganisationFactory, acting_for
from tests.factories.forms import begun, filled, form_call, put
from tests.portal.html import Page

pytestmark = pytest.mark.django_db
LEADER = answer_path("", "leader")
HAS_LEADER = answer_path("", "has_leader")
SECTION = "leadership"


@pytest.fixture
def lead() -> Any:
    return OrganisationFactory(name="Ale kommun")


@pytest.fixture
def writer(lead: Any) -> User:
    return acting_for(lead, name="Anna Andersson")


@pytest.fixture
def draft(lead: Any, writer: User) -> Application:
    application = begun(form_call(), lead, writer)
    put(application, writer, HAS_LEADER, "yes")
    return application


@pytest.fixture
def browser_of(client: Client) -> Callable[[User], Client]:
    def make(user: User) -> Client:
        found = Client()
        found.force_login(user)
        return found

    return make


def save(client: Client, application: Application, path: str, text: str, **more: Any) -> Any:
    return client.post(
        reverse("field-save", args=[application.pk]),
        {"path": path, "text": text, "base": 0, "page": "sida", **more},
    )


def posted(application: Application, fields: dict[str, tuple[Any, int]], **more: Any) -> Any:
    """A page posted whole: text and version by path."""
    data: dict[str, Any] = {"page": "sida", "section": SECTION, **more}
    for path, (text, base) in fields.items():
        data[f"b:{path}"] = base
        data[f"v:{path}"] = text
    return data


def section(application: Application, slug: str = SECTION) -> str:
    return reverse("application-section", args=[application.pk, slug])


# A field at a time ---------------------------------------------------------------------------


def test_a_field_is_saved_and_says_when(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    answer = save(browser_of(writer), draft, LEADER, "Siv leder").json()
    assert answer["status"] == "saved"
    assert answer["base"] == 1
    assert answer["saved"].startswith("Sparat ")
    assert saved_value(draft, LEADER).text == "Siv leder"


def test_a_fast_typist_never_meets_a_conflict(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    """Two saves under way at once, both over the version that the page was opened with."""
    client = browser_of(writer)
    for text in ("S", "Si", "Siv", "Siv leder"):
        assert save(client, draft, LEADER, text).status_code == 200
    assert saved_value(draft, LEADER).text == "Siv leder"


def test_a_save_over_a_newer_text_is_shown_both(
    browser_of: Callable[[User], Client], draft: Application, lead: Any, writer: User
) -> None:
    colleague = acting_for(lead, name="Bo Berg")
    save(browser_of(colleague), draft, LEADER, "Bo leder", page="annan")
    response = save(browser_of(writer), draft, LEADER, "Siv leder")
    assert response.status_code == 409
    answer = response.json()
    assert answer["theirs"] == "Bo leder"
    assert "Bo Berg" in answer["message"]
    assert saved_value(draft, LEADER).text == "Bo leder"
    kept = save(browser_of(writer), draft, LEADER, "Siv och Bo leder", base=answer["base"])
    assert kept.status_code == 200
    versions = DraftValue.objects.filter(application=draft, path=LEADER)
    assert list(versions.order_by("number").values_list("text", flat=True)) == [
        "Bo leder",
        "Siv och Bo leder",
    ]


def test_ones_own_other_tab_is_told_too(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    client = browser_of(writer)
    save(client, draft, LEADER, "Siv leder", page="flik-1")
    assert save(client, draft, LEADER, "Bo leder", page="flik-2").status_code == 409


def test_what_is_too_long_is_refused_and_not_cut(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    response = save(browser_of(writer), draft, LEADER, "a" * 4001)
    assert response.status_code == 422
    assert "1 tecken för" in response.json()["message"]
    assert saved_value(draft, LEADER).number == 0


def test_a_text_of_script_is_kept_as_text(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    client = browser_of(writer)
    script = "<script>alert('x')</script>\"'</textarea>"
    assert save(client, draft, LEADER, script).status_code == 200
    page = Page(client.get(section(draft)))
    assert page.one(f"textarea[name='v:{LEADER}']").text.strip() == script
    assert page.faults() == []


def test_a_character_that_no_text_has_harms_nothing(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    client = browser_of(writer)
    assert save(client, draft, LEADER, "Siv\0 leder").json()["text"] == "Siv leder"
    assert save(client, draft, "row.1.\0", "x").status_code == 410


@pytest.mark.parametrize(
    "path", ["", "x", "answer.-.unknown", "answer.elsewhere.situation", "row.99.title", "status"]
)
def test_a_field_that_is_none_is_not_saved(
    browser_of: Callable[[User], Client], draft: Application, writer: User, path: str
) -> None:
    assert save(browser_of(writer), draft, path, "x").status_code == 410
    assert not DraftValue.objects.filter(application=draft, path=path).exists()


def test_another_applications_row_is_not_there(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    stranger = OrganisationFactory()
    other = begun(draft.call, stranger, acting_for(stranger))
    for _ in range(3):
        row = add_row(application=other, kind=RowKind.LINE, actor=acting_for(stranger))
    assert save(browser_of(writer), draft, row_path(row.number, "text"), "x").status_code == 410
    assert save(browser_of(writer), other, row_path(row.number, "text"), "x").status_code == 404


def test_anothers_part_is_not_ones_own_to_write(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    partner = OrganisationFactory()
    write_application(application=draft, actor=writer, partners=[partner])
    path = part_path(partner.pk, "contact")
    assert save(browser_of(writer), draft, path, "x").status_code == 403
    assert save(browser_of(acting_for(partner)), draft, path, "Eva").status_code == 200
    assert save(browser_of(acting_for(partner)), draft, LEADER, "Eva").status_code == 403


def test_a_reader_writes_nothing(
    browser_of: Callable[[User], Client], draft: Application, lead: Any
) -> None:
    reader = browser_of(acting_for(lead, OrganisationRole.READER))
    assert save(reader, draft, LEADER, "x").status_code == 403
    page = Page(reader.get(section(draft)))
    assert page.all("[data-answer], textarea") == []


def test_what_is_sent_in_is_locked_and_says_so(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    filled(draft, writer)
    submit_application(application=draft, actor=writer)
    response = save(browser_of(writer), draft, LEADER, "Siv leder", base=9)
    assert response.status_code == 423
    assert "kopiera" in response.json()["message"]


def test_one_signed_out_is_sent_to_sign_in(client: Client, draft: Application) -> None:
    response = save(client, draft, LEADER, "x")
    assert response.status_code == 302
    assert response["Location"].startswith("/konto/login/")


@pytest.mark.parametrize("rows", [1, 30])
def test_saving_a_field_asks_little(
    browser_of: Callable[[User], Client],
    django_assert_max_num_queries: Any,
    draft: Application,
    writer: User,
    rows: int,
) -> None:
    for _ in range(rows):
        row = add_row(application=draft, kind=RowKind.LINE, actor=writer)
        put(draft, writer, row_path(row.number, "amount_sek"), "1000")
    client = browser_of(writer)
    save(client, draft, LEADER, "a")
    with django_assert_max_num_queries(14) as asked:
        save(client, draft, LEADER, "b")
    transaction = ("SAVEPOINT", "RELEASE")
    queries = [each for each in asked if not each["sql"].startswith(transaction)]
    assert len(queries) <= 12, "\n".join(each["sql"][:120] for each in queries)


# A whole page, without scripts ---------------------------------------------------------------


def test_a_page_is_saved_whole_without_scripts(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    client = browser_of(writer)
    fields = {HAS_LEADER: ("yes", 1), LEADER: ("Siv", 0), answer_path("", "people"): ("1 200", 0)}
    response = client.post(section(draft), posted(draft, fields), follow=True)
    page = Page(response)
    assert "2 svar är sparade." in page.text(".messages")
    assert saved_value(draft, answer_path("", "people")).text == "1200"
    assert saved_value(draft, HAS_LEADER).number == 1


def test_what_cannot_be_saved_stays_as_typed(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    client = browser_of(writer)
    people = answer_path("", "people")
    response = client.post(
        section(draft), posted(draft, {LEADER: ("Siv", 0), people: ("många", 0)})
    )
    page = Page(response)
    assert page.faults() == []
    assert page.one(f"input[name='v:{people}']").get("value") == "många"
    assert page.one(f"input[name='v:{people}']").get("aria-invalid") == "true"
    assert "många" not in saved_value(draft, people).text
    assert saved_value(draft, LEADER).text == "Siv"
    assert page.one(".ds-error-summary a").get("href") == "#f-answer---people"


def test_two_texts_stand_side_by_side_without_scripts(
    browser_of: Callable[[User], Client], draft: Application, lead: Any, writer: User
) -> None:
    save(browser_of(acting_for(lead, name="Bo Berg")), draft, LEADER, "Bo leder", page="annan")
    client = browser_of(writer)
    page = Page(client.post(section(draft), posted(draft, {LEADER: ("Siv leder", 0)})))
    assert page.faults() == []
    assert page.one(f"textarea[name='v:{LEADER}']").text.strip() == "Siv leder"
    assert page.text(".answer__theirs") == "Bo leder"
    assert saved_value(draft, LEADER).text == "Bo leder"
    base = int(page.one(f"input[name='b:{LEADER}']").get("value"))
    client.post(section(draft), posted(draft, {LEADER: ("Siv leder", base)}))
    assert saved_value(draft, LEADER).text == "Siv leder"


def test_their_text_can_be_taken_without_scripts(
    browser_of: Callable[[User], Client], draft: Application, lead: Any, writer: User
) -> None:
    save(browser_of(acting_for(lead)), draft, LEADER, "Bo leder", page="annan")
    fields = {LEADER: ("Siv leder", 1), answer_path("", "people"): ("5", 0)}
    browser_of(writer).post(section(draft), posted(draft, fields, theirs=LEADER))
    assert saved_value(draft, LEADER).text == "Bo leder"
    assert saved_value(draft, answer_path("", "people")).text == "5"


def test_a_field_that_was_left_alone_does_not_overwrite_a_newer_text(
    browser_of: Callable[[User], Client], draft: Application, lead: Any, writer: User
) -> None:
    save(browser_of(writer), draft, LEADER, "Siv leder")
    save(browser_of(acting_for(lead)), draft, LEADER, "Bo leder", page="annan", base=1)
    fields = {LEADER: ("Siv leder", 1), answer_path("", "people"): ("5", 0)}
    response = browser_of(writer).post(section(draft), posted(draft, fields))
    assert response.status_code == 302
    assert saved_value(draft, LEADER).text == "Bo leder"


def test_no_choice_left_is_saved_as_none(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    put(draft, writer, "areas.mapping", "yes")
    data = {"page": "sida", "section": "areas", "b:areas.mapping": 1, "b:areas.training": 0}
    browser_of(writer).post(section(draft, "areas"), data)
    assert saved_value(draft, "areas.mapping").text == ""


# Rows ----------------------------------------------------------------------------------------


def test_a_row_is_added_removed_and_brought_back_without_scripts(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    put(draft, writer, "areas.mapping", "yes")
    client = browser_of(writer)
    area = {"section": "area-mapping", "page": "sida"}
    added = client.post(reverse("row-add", args=[draft.pk]), area | {"row": "activity:mapping"})
    row = draft.rows.get()
    assert added["Location"] == f"{section(draft, 'area-mapping')}#row-{row.number}"
    title = row_path(row.number, "title")
    fields = {f"b:{title}": "0", f"v:{title}": "Kartlägga"}
    remove = reverse("row-remove", args=[draft.pk])
    client.post(remove, area | fields | {"row": row.number})
    page = Page(client.get(section(draft, "area-mapping")))
    assert page.all("[data-row-card]") == []
    assert "Kartlägga" in page.text("#removed")
    client.post(reverse("row-restore", args=[draft.pk]), area | {"row": row.number})
    page = Page(client.get(section(draft, "area-mapping")))
    assert page.one(f"input[name='v:{title}']").get("value") == "Kartlägga"


def test_a_row_is_not_added_while_something_typed_cannot_be_saved(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    row = add_row(application=draft, kind=RowKind.LINE, actor=writer)
    amount = row_path(row.number, "amount_sek")
    data = {"section": "budget", "page": "s", "row": "line", f"b:{amount}": 0}
    response = browser_of(writer).post(
        reverse("row-add", args=[draft.pk]), data | {f"v:{amount}": "mycket"}
    )
    page = Page(response)
    assert page.one(f"input[name='v:{amount}']").get("value") == "mycket"
    assert draft.rows.count() == 1


@pytest.mark.parametrize("row", ["", "decision", "activity", "activity:elsewhere", "line:mapping"])
def test_a_row_of_no_kind_is_not_added(
    browser_of: Callable[[User], Client], draft: Application, writer: User, row: str
) -> None:
    data = {"section": "budget", "row": row}
    response = browser_of(writer).post(reverse("row-add", args=[draft.pk]), data)
    assert response.status_code == 302
    assert not draft.rows.exists()


def test_another_persons_application_gets_no_row(
    browser_of: Callable[[User], Client], draft: Application
) -> None:
    stranger = browser_of(acting_for(OrganisationFactory()))
    for name in ("row-add", "row-remove", "row-restore"):
        response = stranger.post(reverse(name, args=[draft.pk]), {"row": "line"})
        assert response.status_code == 404


# Earlier versions ----------------------------------------------------------------------------


def test_an_earlier_text_is_brought_back(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    for text in ("Siv leder", "Bo leder"):
        put(draft, writer, LEADER, text)
    client = browser_of(writer)
    url = f"{reverse('field-history', args=[draft.pk])}?falt={LEADER}"
    page = Page(client.get(url))
    assert page.faults() == []
    assert page.texts(".answer__read") == ["Bo leder", "Siv leder"]
    client.post(url, {"version": 1, "base": 2})
    assert saved_value(draft, LEADER).text == "Siv leder"
    assert saved_value(draft, LEADER).number == 3


def test_a_version_is_not_brought_back_over_a_newer_one_unseen(
    browser_of: Callable[[User], Client], draft: Application, lead: Any, writer: User
) -> None:
    for text in ("Siv leder", "Bo leder"):
        put(draft, writer, LEADER, text)
    save_value(application=draft, path=LEADER, text="Kim leder", base=2, actor=acting_for(lead))
    url = f"{reverse('field-history', args=[draft.pk])}?falt={LEADER}"
    browser_of(writer).post(url, {"version": 1, "base": 2})
    assert saved_value(draft, LEADER).text == "Kim leder"


def test_the_history_of_no_field_is_not_there(
    browser_of: Callable[[User], Client], draft: Application, writer: User
) -> None:
    client = browser_of(writer)
    for query in ("", "?falt=x", "?falt=answer.-.unknown", "?falt=%00"):
        url = f"{reverse('field-history', args=[draft.pk])}{query}"
        assert client.get(url).status_code == 404, query
