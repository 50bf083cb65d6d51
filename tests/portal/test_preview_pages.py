"""Previews: the real pages, drawn for a definition, for the agency's staff; nothing is saved."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applicants.enums import Role
from core.definitions import WHOLE
from grants.content.paths import answer_path
from grants.definitions import TableKind
from grants.models import Call
from portal.selectors.previewing import SAMPLE_REPORTS, Previewed, sample_table, sample_values
from portal.views.applying_sections import area_slug, question_slug
from portal.views.preview import APPLY, ASSESS, CALL, CHANGES, CHECK, PARTS, REPORT, TABLES
from portal.views.reporting_texts import CERTIFICATES, ECONOMY, whole_slug
from tests.factories import AgencyFactory, CallFactory, acting_for, staff
from tests.factories.applicants import OrganisationFactory
from tests.portal.call_pages import Makers
from tests.portal.html import Page, text
from tests.portal.open_calls import YES, address, call_with_form
from tests.portal.world import World

Get = Callable[..., Page]
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture
def call(world: World) -> Call:
    return call_with_form(world.agency)


def at(call: Call, *steps: str) -> str:
    name = ("call-preview", "call-preview-part", "call-preview-section")[len(steps)]
    return reverse(name, args=[call.agency.code, call.code, *steps])


def every_page(get: Get, world: World, call: Call) -> list[str]:
    """The overview and all that its pages lead to inside the preview."""
    start = at(call)
    found, left = [start], [start]
    while left:
        page = get(left.pop(), world.officer)
        for link in page.all("main a"):
            url = link.get("href").partition("#")[0].partition("?")[0]
            if url.startswith(start) and url not in found:
                found.append(url)
                left.append(url)
    return found


@pytest.mark.parametrize("name", ["kommuner", "foreningar"])
def test_every_page_of_the_preview_is_whole_and_stays_within_it(
    get: Get, world: World, name: str
) -> None:
    call = call_with_form(world.agency, name)
    pages = every_page(get, world, call)
    definition = call.definition
    assert {at(call, part) for part in PARTS} <= set(pages)
    assert {at(call, APPLY, area_slug(each)) for each in definition.area_codes} <= set(pages)
    assert {at(call, REPORT, area_slug(each)) for each in definition.area_codes} <= set(pages)
    assert at(call, REPORT, ECONOMY) in pages
    for url in pages:
        for language in ("sv", "en"):
            page = get(url, world.officer, language=language)
            assert page.faults() == []
            if url != at(call):
                assert call.definition.title.in_(language) in page.text(".preview-banner")
        for element in page.all("main [action], main [formaction], main a[href^='/']"):
            target = element.get("formaction") or element.get("action") or element.get("href")
            allowed = (at(call), reverse("call-list"), address(call), "#")
            assert target.startswith(allowed), (url, target)
        # A page of a preview keeps nothing, so nothing in it saves by itself.
        assert not page.all("script[src*='autosave']")


def test_the_call_links_to_its_preview_for_its_own_staff_alone(
    get: Get, world: World, call: Call
) -> None:
    def linked(user: object) -> bool:
        return at(call) in [each.get("href") for each in get(address(call), user).all("main a")]

    assert linked(world.officer)
    assert linked(world.analyst)
    assert not linked(None)
    assert not linked(world.stranger)
    assert not linked(world.colleague_elsewhere)
    applicant = acting_for(OrganisationFactory())
    assert not linked(applicant)


@pytest.mark.parametrize("steps", [(), (CALL,), (APPLY,), (APPLY, "budget"), (REPORT,)])
def test_nobody_else_finds_it(
    client: Client, world: World, call: Call, steps: tuple[str, ...]
) -> None:
    url = at(call, *steps)
    assert client.get(url).status_code == 302
    for person in (world.stranger, world.colleague_elsewhere, acting_for(OrganisationFactory())):
        client.force_login(person)
        assert client.get(url).status_code == 404
        assert client.post(url).status_code in ({404} if steps else {404, 405})
    client.force_login(world.officer)
    assert client.get(url).status_code == 200


def test_of_another_agency_nothing_is_found(client: Client, world: World, call: Call) -> None:
    other = AgencyFactory()
    client.force_login(staff(other, Role.CASE_OFFICER))
    assert client.get(at(call)).status_code == 404
    their_own = CallFactory(agency=other)
    assert client.get(at(their_own)).status_code == 200


@pytest.mark.parametrize(
    "steps",
    [("finns-inte",), (CALL, "budget"), (APPLY, "finns-inte"), (REPORT, "x"), (TABLES, "1")],
)
def test_what_is_not_there_is_not_found(
    client: Client, world: World, call: Call, steps: tuple[str, ...]
) -> None:
    client.force_login(world.officer)
    assert client.get(at(call, *steps)).status_code == 404


def test_a_call_without_forms_is_shown_for_what_it_has(get: Get, world: World) -> None:
    overview = get(at(world.call), world.officer)
    shown = {each.get("href") for each in overview.all(".task-list a")}
    assert shown == {at(world.call, each) for each in (CALL, REPORT, TABLES)}
    page = get(at(world.call, CALL), world.officer)
    assert page.heading == world.call.definition.title.en


def test_applicants_questions_follow_from_what_is_tried_and_nothing_is_saved(
    client: Client, world: World, call: Call
) -> None:
    form = call.definition.application
    assert form is not None
    section = next(
        each
        for each in form.questionnaire.sections
        if any(question.when for question in each.questions) and each.repeat is None
    )
    asked = next(each for each in section.questions if each.when)
    condition = asked.when[0]
    assert condition.question is not None
    url = at(call, APPLY, question_slug(section.key))
    client.force_login(world.officer)
    before = Page(client.get(url))
    assert asked.text.en not in before.text("main")
    path = answer_path(WHOLE, condition.question)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        after = Page(
            client.post(
                url,
                {f"b:{path}": "0", f"v:{path}": condition.options[0]},
                headers={"accept-language": "en"},
            )
        )
    assert asked.text.en in after.text("main")
    assert after.faults() == []
    assert [each["sql"] for each in queries if each["sql"].startswith(WRITES)] == []
    # And the next reader begins anew.
    assert asked.text.en not in Page(client.get(url)).text("main")


def test_what_is_typed_and_not_taken_is_kept_with_the_reason(
    client: Client, world: World, call: Call
) -> None:
    client.force_login(world.officer)
    row = len(call.definition.area_codes) + 1
    url, path = at(call, APPLY, "budget"), f"row.{row}.amount_sek"
    page = Page(client.post(url, {f"b:{path}": "0", f"v:{path}": "mycket"}))
    assert page.one(f"[name='v:{path}']").get("value") == "mycket"
    assert len(page.all(".ds-error-summary")) == 1
    page = Page(client.post(url, {f"b:{path}": "0", f"v:{path}": "120 000"}))
    assert "120" in page.text("#requested")


def test_the_officer_sees_the_guidance_and_the_points(
    client: Client, get: Get, world: World, call: Call
) -> None:
    form = call.definition.assessment
    assert form is not None
    url = at(call, ASSESS)
    page = get(url, world.officer)
    for each in form.guidance:
        assert each.text.en in page.text("main")
    scored = form.scores[0]
    path = f"assessment.1.{scored.question}"
    names = {each.get("name") for each in page.all("main input")}
    assert f"v:{path}" in names
    answered = Page(
        client.post(
            url,
            {f"b:{path}": "0", f"v:{path}": scored.option},
            headers={"accept-language": "en"},
        )
    )
    assert f"{scored.points} of {form.max_points} points" in answered.text("#assessment-sum")


def test_the_grantee_sees_the_plan_and_what_follows_from_a_status(
    client: Client, get: Get, world: World, call: Call
) -> None:
    area = call.definition.area_codes[0]
    url = at(call, REPORT, area_slug(area))
    page = get(url, world.officer)
    assert "Activities" not in page.text("main")
    form = call.definition.report_questionnaire
    asked = next(each.question for each in form.questions_for(area) if each.question.when[0:1])
    status = asked.when[0].status[0]
    assert asked.text.en not in page.text("main")
    client.force_login(world.officer)
    after = Page(
        client.post(
            url,
            {f"b:area.{area}": "0", f"v:area.{area}": status},
            headers={"accept-language": "en"},
        )
    )
    assert asked.text.en in after.text("main")
    for slug in (CERTIFICATES, ECONOMY, whole_slug("whole")):
        assert get(at(call, REPORT, slug), world.officer).faults() == []


def test_the_check_whether_one_may_apply_can_be_tried(get: Get, world: World, call: Call) -> None:
    answers = "&".join(f"{key}={code}" for key, code in YES["kommuner"].items())
    page = get(f"{at(call, CHECK)}?{answers}", world.officer)
    assert page.text("#verdict") == "Yes, you can apply"
    form = page.one("main form.eligibility")
    assert form.get("action") == at(call, CHECK)


def test_every_outcome_table_stands_with_its_own_rows_and_made_up_figures(
    get: Get, world: World, call: Call
) -> None:
    definition = call.definition
    page = get(at(call, TABLES), world.officer)
    for table in definition.tables:
        shown = page.one(f"#table-{table.number}")
        headings = [text(each) for each in shown.cssselect("tbody th[scope='row']")]
        assert headings == [each.label for each in definition.table_rows(table, "en")]
        columns = [text(each) for each in shown.cssselect("thead th")][1:]
        assert columns[: len(table.columns)] == [
            each.label for each in definition.table_columns(table, "en")
        ]
        assert "The figures are made up." in text(shown)


@pytest.mark.parametrize("columns", range(1, 9))
@pytest.mark.parametrize("row", range(14))
def test_made_up_figures_are_such_as_could_be(row: int, columns: int) -> None:
    one = sample_values(TableKind.SINGLE_CHOICE_PERCENT, row, columns)
    assert sum(one) == 100
    several = sample_values(TableKind.MULTI_CHOICE_PERCENT, row, columns)
    assert all(0 < each <= 100 for each in several)
    first, *rest = sample_values(TableKind.AREA_STATUS_COUNTS, row, columns)
    assert first == sum(rest) or not rest
    counts = sample_values(TableKind.MULTI_CHOICE_COUNTS, row, columns)
    assert all(0 < each <= SAMPLE_REPORTS for each in counts)


def test_a_sample_table_has_a_value_for_each_cell(world: World) -> None:
    definition = Previewed(world.call.definition, world.agency).definition
    for table in definition.tables:
        for row in sample_table(definition, table, "sv").rows:
            assert len(row.values) == len(table.columns)


@pytest.mark.parametrize(
    ("steps", "number"),
    [((), 4), ((CALL,), 4), ((APPLY,), 4), ((APPLY, "budget"), 4), ((REPORT,), 4), ((TABLES,), 4)],
)
def test_a_preview_asks_for_the_call_alone(
    client: Client,
    world: World,
    call: Call,
    django_assert_num_queries: Callable[..., object],
    steps: tuple[str, ...],
    number: int,
) -> None:
    client.force_login(world.officer)
    client.get(at(call, *steps))
    with django_assert_num_queries(number):  # type: ignore[attr-defined]
        client.get(at(call, *steps))


# Calls that are being made ------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_call_that_is_being_made_is_previewed_by_those_who_make_it(
    client: Client, get: Get
) -> None:
    makers = Makers()
    draft = makers.copy()
    start = reverse("call-draft-preview", args=[draft.pk])
    for person in (makers.officer, makers.colleague, makers.decider):
        shown = {each.get("href") for each in get(start, person).all(".task-list a")}
        assert shown == {f"{start}{part}/" for part in PARTS}
    client.force_login(makers.stranger)
    assert client.get(start).status_code == 404
    assert client.get(f"{start}{REPORT}/").status_code == 404
    for steps in ((CALL,), (APPLY,), (APPLY, "budget"), (REPORT, ECONOMY), (TABLES,)):
        url = start + "".join(f"{each}/" for each in steps)
        page = get(url, makers.officer)
        assert page.faults() == []
        assert "2028" in page.text(".preview-banner")
        back = [each.get("href") for each in page.all(".ds-breadcrumbs a")]
        assert reverse("call-draft", args=[draft.pk]) in back


@pytest.mark.django_db
def test_a_call_in_which_something_is_missing_cannot_be_shown_yet(client: Client, get: Get) -> None:
    makers = Makers()
    draft = makers.copy()
    draft.document = {**draft.document, "title": {"sv": "Bara svenska"}}
    draft.version += 1
    draft.save(update_fields=["document", "version"])
    start = reverse("call-draft-preview", args=[draft.pk])
    page = get(start, makers.officer)
    assert page.faults() == []
    assert reverse("call-draft", args=[draft.pk]) in [
        each.get("href") for each in page.all("main a")
    ]
    client.force_login(makers.officer)
    assert client.get(f"{start}{CALL}/").headers["Location"] == start


def test_what_differs_from_the_call_before_is_shown_place_by_place(
    get: Get, world: World, call: Call
) -> None:
    page = get(at(call, CHANGES), world.officer)
    rows = {row[0]: row[1:] for row in page.rows("changes")}
    assert rows["Year"] == ["Changed", "2013", "2027"]
    assert rows["Dates \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} Last day to apply"] == [
        "Changed",
        "2012-11-30",
        "2026-11-30",
    ]
    assert rows["Payments"][0] == "Added"
