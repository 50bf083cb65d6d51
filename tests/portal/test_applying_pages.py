"""Where an application is begun and written: what each page shows, and to whom."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from applicants.enums import OrganisationKind, OrganisationRole, Role
from applicants.models import Organisation, User
from grants.content.paths import answer_path, part_path, requirement_path, row_path
from grants.enums import RowKind, Status
from grants.models import Application, Call
from grants.services.drafts import write_application
from grants.services.handling import assign_officer, request_completion
from grants.services.submission import submit_application
from grants.services.writing import add_row
from portal.views.applying_sections import RESERVED, Kind
from tests.factories import (
    CallFactory,
    OrganisationFactory,
    ParticipationFactory,
    acting_for,
    staff,
)
from tests.factories.forms import attach, begun, filled, form_call, put
from tests.portal.html import Page

pytestmark = pytest.mark.django_db
SECTIONS = (
    "organisation",
    "areas",
    "area-mapping",
    "leadership",
    "budget",
    "funding",
    "requirements",
    "attachments",
    "check",
)


@pytest.fixture
def call() -> Call:
    return form_call()


@pytest.fixture
def lead() -> Organisation:
    organisation: Organisation = OrganisationFactory(name="Ale kommun")
    return organisation


@pytest.fixture
def writer(lead: Organisation) -> User:
    return acting_for(lead, name="Anna Andersson")


@pytest.fixture
def draft(call: Call, lead: Organisation, writer: User) -> Application:
    return begun(call, lead, writer)


def begin_url(call: Call) -> str:
    return reverse("application-begin", args=[call.agency.code, call.code])


def tasks_url(application: Application) -> str:
    return reverse("application-tasks", args=[application.pk])


def section_url(application: Application, slug: str) -> str:
    return reverse("application-section", args=[application.pk, slug])


def states(page: Page) -> dict[str, str]:
    """The task list's lines and how far each has come."""
    return {
        (line.cssselect("a") or line.cssselect("span"))[0].text_content(): line.cssselect(
            ".ds-tag"
        )[0].text_content()
        for line in page.all("ul.task-list > li")
    }


# Beginning -----------------------------------------------------------------------------------


def test_an_application_is_begun_for_an_organisation(
    client: Client, call: Call, lead: Organisation, writer: User
) -> None:
    client.force_login(writer)
    page = Page(client.get(begin_url(call)))
    assert page.faults() == []
    response = client.post(begin_url(call), {"organisation": lead.pk})
    draft = Application.objects.get()
    assert response["Location"] == tasks_url(draft)
    assert draft.lead == lead
    assert draft.status == Status.DRAFT


def test_a_draft_that_is_there_is_gone_on_with(
    client: Client, call: Call, lead: Organisation, writer: User, draft: Application
) -> None:
    client.force_login(writer)
    assert tasks_url(draft) in client.get(begin_url(call)).content.decode()
    response = client.post(begin_url(call), {"organisation": lead.pk})
    assert response["Location"] == tasks_url(draft)
    assert Application.objects.count() == 1
    client.post(begin_url(call), {"organisation": lead.pk, "another": "yes"})
    assert Application.objects.count() == 2


def test_a_kind_that_may_not_apply_is_told_at_once(client: Client, call: Call) -> None:
    association = OrganisationFactory(kind=OrganisationKind.ASSOCIATION, name="Jouren")
    client.force_login(acting_for(association))
    page = Page(client.get(begin_url(call)))
    assert "får inte söka" in page.text("main")
    assert page.one("input[type=radio]").get("disabled") is not None
    response = client.post(begin_url(call), {"organisation": association.pk})
    assert response.status_code == 200
    assert not Application.objects.exists()


def test_one_without_an_organisation_is_led_to_registering(client: Client, call: Call) -> None:
    stranger = OrganisationFactory()
    client.force_login(acting_for(stranger, OrganisationRole.READER))
    page = Page(client.get(begin_url(call)))
    links = [each.get("href") for each in page.all("main a")]
    assert reverse("my-organisations") in links


def test_no_application_is_begun_for_anothers_organisation(
    client: Client, call: Call, lead: Organisation, writer: User
) -> None:
    client.force_login(acting_for(OrganisationFactory()))
    for wanted in (lead.pk, "", "x", 99999999999999999999):
        assert client.post(begin_url(call), {"organisation": wanted}).status_code == 200
    assert not Application.objects.exists()


def test_a_call_that_is_not_open_yet_begins_no_application(
    client: Client, lead: Organisation, writer: User
) -> None:
    today = timezone.localdate()
    call = form_call(opens_on=today + timedelta(days=5), closes_on=today + timedelta(days=30))
    client.force_login(writer)
    assert "inte öppen ännu" in Page(client.get(begin_url(call))).text("main")
    client.post(begin_url(call), {"organisation": lead.pk})
    assert not Application.objects.exists()


def test_after_the_last_day_it_is_told_plainly_that_one_is_late(
    client: Client, lead: Organisation, writer: User
) -> None:
    call = form_call(closes_in=-1)
    client.force_login(writer)
    assert "för sent inkommen" in Page(client.get(begin_url(call))).text("main")
    draft = begun(call, lead, writer)
    assert "kan ändå skickas in" in Page(client.get(tasks_url(draft))).text("main")


def test_a_call_without_a_form_cannot_be_applied_in(
    client: Client, lead: Organisation, writer: User
) -> None:
    call = CallFactory()
    client.force_login(writer)
    Page(client.get(begin_url(call)))
    client.post(begin_url(call), {"organisation": lead.pk})
    assert not Application.objects.exists()


def test_one_signed_out_signs_in_and_comes_back(client: Client, call: Call) -> None:
    response = client.get(begin_url(call))
    assert response["Location"] == f"/konto/login/?next={begin_url(call)}"


# The task list -------------------------------------------------------------------------------


def test_the_task_list_says_how_far_each_part_has_come(
    client: Client, writer: User, draft: Application
) -> None:
    client.force_login(writer)
    page = Page(client.get(tasks_url(draft)))
    assert page.faults() == []
    assert states(page)["Projektledning"] == "Inte påbörjad"
    assert states(page)["Medsökande"] == "Frivillig"
    put(draft, writer, answer_path("", "has_leader"), "yes")
    assert states(Page(client.get(tasks_url(draft))))["Projektledning"] == "Påbörjad"
    put(draft, writer, answer_path("", "leader"), "Siv")
    page = Page(client.get(tasks_url(draft)))
    assert states(page)["Projektledning"] == "Klar"
    assert "Senast sparat" in page.text("main")
    line = add_row(application=draft, kind=RowKind.LINE, actor=writer)
    put(draft, writer, row_path(line.number, "category"), "bought_housing")
    put(draft, writer, row_path(line.number, "amount_sek"), "1000")
    assert states(Page(client.get(tasks_url(draft))))["Budget"] == "Något att rätta"


def test_each_area_applied_for_is_a_task(client: Client, writer: User, draft: Application) -> None:
    client.force_login(writer)
    assert "Kartläggning" not in states(Page(client.get(tasks_url(draft))))
    put(draft, writer, "areas.mapping", "yes")
    assert "Kartläggning" in states(Page(client.get(tasks_url(draft))))
    assert client.get(section_url(draft, "area-training")).status_code == 404


def test_a_filled_application_has_nothing_left(
    client: Client, writer: User, draft: Application
) -> None:
    filled(draft, writer)
    client.force_login(writer)
    assert states(Page(client.get(tasks_url(draft))))["Granska ansökan"] == "Klar att skicka in"
    page = Page(client.get(section_url(draft, "check")))
    assert page.faults() == []
    assert reverse("application-submit", args=[draft.pk]) in [
        each.get("href") for each in page.all("main a")
    ]


def test_the_check_page_leads_to_each_field(
    client: Client, writer: User, draft: Application
) -> None:
    put(draft, writer, "areas.mapping", "yes")
    client.force_login(writer)
    page = Page(client.get(section_url(draft, "check")))
    links = [each.get("href") for each in page.all(".findings a")]
    assert f"{section_url(draft, 'leadership')}#f-answer---has_leader" in links
    for link in {each for each in links if "#" in each}:
        address, anchor = link.split("#")
        there = Page(client.get(address))
        assert there.all(f"[id='{anchor}']"), link


# The parts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SECTIONS)
def test_every_part_holds_together(
    client: Client, writer: User, draft: Application, slug: str
) -> None:
    filled(draft, writer)
    line = add_row(application=draft, kind=RowKind.LINE, actor=writer)
    put(draft, writer, row_path(line.number, "category"), "bought_housing")
    add_row(application=draft, kind=RowKind.FUNDING, actor=writer)
    client.force_login(writer)
    assert Page(client.get(section_url(draft, slug))).faults() == []


def test_a_part_that_is_none_is_not_there(client: Client, writer: User, draft: Application) -> None:
    client.force_login(writer)
    for slug in ("nothing", "area-nothing", "area", "questions"):
        assert client.get(section_url(draft, slug)).status_code == 404


def test_a_question_comes_with_the_answer_that_leads_to_it(
    client: Client, writer: User, draft: Application
) -> None:
    client.force_login(writer)
    leader = f"[name='v:{answer_path('', 'leader')}']"
    assert not Page(client.get(section_url(draft, "leadership"))).all(leader)
    put(draft, writer, answer_path("", "has_leader"), "yes")
    assert Page(client.get(section_url(draft, "leadership"))).all(leader)


def test_no_length_is_cut_by_the_page(client: Client, writer: User, draft: Application) -> None:
    put(draft, writer, answer_path("", "has_leader"), "yes")
    client.force_login(writer)
    page = Page(client.get(section_url(draft, "leadership")))
    assert page.all("[maxlength]") == []
    assert "4 000 tecken kvar" in page.text("main").replace("\N{NO-BREAK SPACE}", " ")


def test_the_budget_says_why_a_cost_is_not_paid_where_it_is_written(
    client: Client, writer: User, draft: Application
) -> None:
    put(draft, writer, "areas.mapping", "yes")
    line = add_row(application=draft, kind=RowKind.LINE, actor=writer)
    put(draft, writer, row_path(line.number, "category"), "bought_housing")
    client.force_login(writer)
    page = Page(client.get(section_url(draft, "budget")))
    assert "Boendeplatser hos andra" in page.text(f"#row-{line.number}-rules")
    assert "någon annan driver betalas inte" in page.text(f"#row-{line.number}-rules")


def test_the_budget_is_summed_and_points_out_what_does_not_meet(
    client: Client, writer: User, draft: Application
) -> None:
    filled(draft, writer)
    loose = add_row(application=draft, kind=RowKind.LINE, actor=writer)
    put(draft, writer, row_path(loose.number, "amount_sek"), "1 000 kr")
    idle = add_row(application=draft, kind=RowKind.ACTIVITY, actor=writer, area="mapping")
    put(draft, writer, row_path(idle.number, "title"), "Utan pengar")
    client.force_login(writer)
    page = Page(client.get(section_url(draft, "budget")))
    sums = {row[0]: row[1].replace("\N{NO-BREAK SPACE}", " ") for row in page.rows("sums-areas")}
    assert sums == {"Kartläggning": "250 000 kr", "Utan aktivitet": "1 000 kr"}
    assert page.text("#requested").replace("\N{NO-BREAK SPACE}", " ") == "251 000 kr"
    assert "Utan pengar" in page.text("#unused")
    assert "aktivitet" in page.text(f"#row-{loose.number}")


def test_evidence_and_attachments_stand_at_their_places(
    client: Client, writer: User, draft: Application
) -> None:
    attach(draft, writer, f"requirement.{draft.lead_id}.knowledge")
    client.force_login(writer)
    page = Page(client.get(section_url(draft, "requirements")))
    card = page.one(f"#f-requirement-{draft.lead_id}-knowledge")
    assert "bilaga.pdf" in card.text_content()
    assert card.cssselect("input[type=file]")
    assert "Krävs" in Page(client.get(section_url(draft, "attachments"))).text("main")


# Who may what --------------------------------------------------------------------------------


def test_nobody_else_finds_an_application(
    client: Client, call: Call, writer: User, draft: Application
) -> None:
    others = [
        acting_for(OrganisationFactory()),
        staff(call.agency, Role.CASE_OFFICER),
        staff(call.agency, Role.ANALYST),
    ]
    urls = [tasks_url(draft), *(section_url(draft, slug) for slug in SECTIONS)]
    for person in others:
        client.force_login(person)
        for url in urls:
            assert client.get(url).status_code == 404, url
            if url != urls[0]:
                assert client.post(url, {"b:areas.mapping": 0}).status_code == 404, url


def test_one_whose_mandate_has_ended_finds_nothing(
    client: Client, writer: User, draft: Application
) -> None:
    writer.mandates.update(ends_on=timezone.localdate() - timedelta(days=1))
    client.force_login(writer)
    assert client.get(tasks_url(draft)).status_code == 404


def test_a_partner_reads_all_and_writes_its_own(
    client: Client, writer: User, draft: Application
) -> None:
    partner = OrganisationFactory(name="Bergs kommun")
    write_application(application=draft, actor=writer, partners=[partner])
    put(draft, writer, answer_path("", "has_leader"), "yes")
    put(draft, writer, requirement_path(draft.lead_id, "knowledge", "state"), "yes")
    client.force_login(acting_for(partner))
    page = Page(client.get(section_url(draft, "leadership")))
    assert page.all("[data-answer]") == []
    assert "Ja" in page.text("main")
    page = Page(client.get(section_url(draft, "requirements")))
    own = {each.get("data-path") for each in page.all("[data-answer]")}
    assert own == {f"requirement.{partner.pk}.knowledge.{n}" for n in ("state", "how", "link")}
    assert "Egen del: Bergs kommun" in states(Page(client.get(tasks_url(draft))))


@pytest.mark.parametrize("slug", SECTIONS)
def test_a_reader_is_given_nothing_to_write_with(
    client: Client, lead: Organisation, writer: User, draft: Application, slug: str
) -> None:
    filled(draft, writer)
    client.force_login(acting_for(lead, OrganisationRole.READER))
    page = Page(client.get(section_url(draft, slug)))
    assert page.faults() == []
    assert page.all("main [data-answer], main textarea, [data-row-button], input[type=file]") == []


def test_what_is_sent_in_can_be_read_and_not_written(
    client: Client, writer: User, draft: Application
) -> None:
    filled(draft, writer)
    submit_application(application=draft, actor=writer)
    client.force_login(writer)
    for slug in SECTIONS:
        page = Page(client.get(section_url(draft, slug)))
        assert page.all("main [data-answer], main textarea, [data-row-button]") == [], slug


def test_only_what_is_to_be_completed_can_be_written(
    client: Client, call: Call, writer: User, draft: Application
) -> None:
    filled(draft, writer)
    submit_application(application=draft, actor=writer)
    officer = staff(call.agency)
    assign_officer(application=draft, officer=officer, actor=officer)
    leader = answer_path("", "leader")
    request_completion(
        application=draft,
        actor=officer,
        fields=[leader, "budget"],
        due=timezone.localdate() + timedelta(days=10),
        questions={leader: "Hur stor del av sin tid?", "budget": "Vad ingår i lönen?"},
    )
    client.force_login(writer)
    tasks = Page(client.get(tasks_url(draft)))
    assert tasks.faults() == []
    first = tasks.all("ul.task-list")[0]
    assert "Hur stor del av sin tid?" in first.text_content()
    page = Page(client.get(section_url(draft, "leadership")))
    assert [each.get("data-path") for each in page.all("[data-answer]")] == [leader]
    assert "Hur stor del av sin tid?" in page.text("#f-answer---leader-asked")
    budget = Page(client.get(section_url(draft, "budget")))
    assert budget.all("[data-answer]")
    assert "Vad ingår i lönen?" in budget.text(".answer__asked")
    assert Page(client.get(section_url(draft, "areas"))).all("[data-answer]") == []


def test_no_part_of_a_form_takes_an_address_that_is_something_else() -> None:
    words = {
        str(pattern.pattern).removeprefix("mina-ansokningar/<int:pk>/").partition("/")[0]
        for pattern in get_resolver().url_patterns
        if str(pattern.pattern).startswith("mina-ansokningar/<int:pk>/")
    } | {
        str(each.pattern).removeprefix("mina-ansokningar/<int:pk>/").partition("/")[0]
        for pattern in get_resolver().url_patterns
        for each in getattr(pattern, "url_patterns", [])
        if str(each.pattern).startswith("mina-ansokningar/<int:pk>/")
    }
    assert "falt" in words
    assert {each for each in words if each and "<" not in each} - RESERVED == set()
    assert set(Kind) <= RESERVED


# Queries -------------------------------------------------------------------------------------

MOST = 12
"""Four are the session, the person and what the header shows; four what the checks look up."""


def crowd(application: Application, actor: User, rows: int) -> None:
    """So many activities, lines, other funding and partners in the application."""
    put(application, actor, "areas.mapping", "yes")
    for number in range(rows):
        activity = add_row(
            application=application, kind=RowKind.ACTIVITY, actor=actor, area="mapping"
        )
        put(application, actor, row_path(activity.number, "title"), f"Aktivitet {number}")
        line = add_row(application=application, kind=RowKind.LINE, actor=actor)
        put(application, actor, row_path(line.number, "activity"), str(activity.number))
        add_row(application=application, kind=RowKind.FUNDING, actor=actor)
        partner = OrganisationFactory()
        ParticipationFactory(application=application, organisation=partner)
        put(application, acting_for(partner), part_path(partner.pk, "contact"), "Eva")
        attach(application, actor, "attachments.plan")


@pytest.fixture
def counted(client: Client, django_assert_max_num_queries: Any) -> Callable[[str], int]:
    """How many queries a page asks, opened once before for what a process reads only once."""

    def count(url: str) -> int:
        assert client.get(url).status_code == 200
        with django_assert_max_num_queries(MOST) as asked:
            client.get(url)
        return len(asked)

    return count


def test_pages_ask_as_little_with_thirty_rows_as_with_one(
    client: Client, counted: Callable[[str], int], call: Call, lead: Organisation, writer: User
) -> None:
    client.force_login(writer)
    found: dict[int, dict[str, int]] = {}
    for rows in (1, 30):
        draft = begun(call, lead, writer)
        crowd(draft, writer, rows)
        urls = {slug: section_url(draft, slug) for slug in SECTIONS}
        found[rows] = {
            slug: counted(url) for slug, url in (urls | {"tasks": tasks_url(draft)}).items()
        }
    assert found[1] == found[30]


@pytest.mark.parametrize("rows", [1, 30])
def test_beginning_asks_as_little_for_many_organisations(
    client: Client, django_assert_max_num_queries: Any, call: Call, writer: User, rows: int
) -> None:
    for _ in range(rows):
        organisation = OrganisationFactory()
        writer.mandates.create(
            organisation=organisation, role=OrganisationRole.WRITER, starts_on="2020-01-01"
        )
        begun(call, organisation, writer)
    client.force_login(writer)
    client.get(begin_url(call))
    with django_assert_max_num_queries(10):
        client.get(begin_url(call))
