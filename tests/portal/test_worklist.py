"""The worklist: what stands in each view, what each filter finds, and that its address says all."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.models import Agency
from grants.enums import Status
from grants.models import Application, ApplicationVersion, CaseArea, DelayRequest
from grants.services.search import keep_search
from portal.selectors.paging import keyset_page
from portal.selectors.worklist import LEFT_FIRST, View, cases_handled_by, desk_of, worklist
from reviews.enums import FindingValue, Recommendation
from reviews.models import CaseMark, Communication, CommunicationAnswer, Leave, SavedView
from reviews.services import declare_conflict
from tests.factories import (
    AgencyFactory,
    ApplicationFactory,
    ApplicationVersionFactory,
    CountyFactory,
    OpinionFactory,
    OrganisationFactory,
    RequirementFindingFactory,
    UserFactory,
    acting_for,
    staff,
)
from tests.factories.assessing import assessed_call
from tests.portal.desks import shut_out
from tests.portal.html import Page, query_of, text
from tests.portal.own_cases import Own

pytestmark = pytest.mark.django_db

type Get = Callable[..., Page]


def ago(days: int) -> datetime:
    # By the clock on the wall: an hour of summer time makes no other day of it near midnight.
    return timezone.localtime() - timedelta(days=days)


class Office:
    """An agency with a call that says how its applications are judged, and its people."""

    def __init__(self) -> None:
        self.agency: Agency = AgencyFactory(code="kontoret", short="Kontoret")
        self.call = assessed_call(agency=self.agency, asks_opinion=True)
        self.officer = staff(self.agency, Role.CASE_OFFICER, name="Hanna Handläggare")
        self.colleague = staff(self.agency, Role.CASE_OFFICER, name="Kim Kollega")
        self.decider = staff(self.agency, Role.DECISION_MAKER, name="Bo Beslut")
        self.registrar = staff(self.agency, Role.REGISTRAR)

    def case(self, name: str = "Ale kommun", *, days: int = 10, **fields: Any) -> Application:
        """A case received so many days ago."""
        lead = fields.pop("lead", None) or OrganisationFactory(
            name=name, kind="municipality", county=CountyFactory(code=fields.pop("county", "14"))
        )
        found: Application = ApplicationFactory(
            call=self.call, lead=lead, received_at=ago(days), **fields
        )
        return found


@pytest.fixture
def office() -> Office:
    return Office()


def opened(get: Get, person: User, **query: Any) -> Page:
    """The worklist that the address asks for."""
    from urllib.parse import urlencode

    page = get(f"{reverse('worklist')}?{urlencode(query)}", person)
    assert page.faults() == []
    return page


def leads(page: Page) -> list[str]:
    return [row[1].split("with ")[0] for row in page.rows("worklist")]


# Views -------------------------------------------------------------------------------------------


def test_each_view_holds_its_own(get: Get, office: Office) -> None:
    today = timezone.localdate()
    office.case("Mitt", assigned_to=office.officer)
    office.case("Kollegans", assigned_to=office.colleague)
    office.case("Ingens")
    office.case("Bedömt", assigned_to=office.officer, status=Status.ASSESSED)
    office.case(
        "Kompletteras",
        assigned_to=office.officer,
        status=Status.COMPLETION_REQUESTED,
        completion_due=today + timedelta(days=3),
    )
    office.case("Beviljat", assigned_to=office.officer, status=Status.GRANTED)
    office.case("Utkast", status=Status.DRAFT)
    found = {
        view: sorted(leads(opened(get, office.officer, view=view)))
        for view in ("mine", "unassigned", "decide", "waiting", "overdue", "all")
    }
    assert found == {
        "mine": ["Bedömt", "Kompletteras", "Mitt"],
        "unassigned": ["Ingens"],
        "decide": ["Bedömt"],
        "waiting": ["Kompletteras"],
        "overdue": [],
        "all": ["Bedömt", "Beviljat", "Ingens", "Kollegans", "Kompletteras", "Mitt"],
    }


def test_a_case_of_an_old_register_waits_for_nobody(get: Get, office: Office) -> None:
    office.case("Gammalt", reference="K13-0001", days=900)
    for view in ("unassigned", "overdue"):
        assert leads(opened(get, office.officer, view=view)) == []


def test_what_waits_for_others(get: Get, office: Office) -> None:
    today = timezone.localdate()
    opinion = office.case("Yttrande")
    OpinionFactory(application=opinion, county=CountyFactory(code="14"), due_on=today)
    told = office.case("Kommunicerat")
    communication(told, office, due=today)
    answered = communication(office.case("Besvarat"), office, due=today)
    CommunicationAnswer.objects.create(
        communication=answered,
        organisation=answered.application.lead,
        sender=acting_for(answered.application.lead),
        body="Vi håller inte med.",
        received_at=timezone.now(),
        late=False,
    )
    communication(office.case("Tiden ute"), office, due=today - timedelta(days=1))
    assert sorted(leads(opened(get, office.officer, view="waiting"))) == [
        "Kommunicerat",
        "Yttrande",
    ]


def communication(case: Application, office: Office, *, due: date) -> Communication:
    return Communication.objects.create(
        application=case,
        text="Uppgifter som talar emot.",
        due=due,
        sent_at=timezone.now(),
        sent_by=office.officer,
    )


def test_what_is_overdue(get: Get, office: Office) -> None:
    """The target of the call is 120 days; dates are inclusive."""
    today, yesterday = timezone.localdate(), timezone.localdate() - timedelta(days=1)
    office.case("På dagen", days=120)
    office.case("För gammalt", days=121)
    office.case("Avgjort", days=300, status=Status.REJECTED)
    asked = {"status": Status.COMPLETION_REQUESTED}
    office.case("Komplettering i dag", completion_due=today, **asked)
    office.case("Komplettering i går", completion_due=yesterday, **asked)
    OpinionFactory(application=office.case("Yttrande i går"), due_on=yesterday)
    OpinionFactory(application=office.case("Yttrande i dag"), due_on=today)
    given = OpinionFactory(application=office.case("Yttrat sig"), due_on=yesterday)
    given.recommendation, given.given_at = Recommendation.RECOMMENDED, timezone.now()
    given.save()
    delay(office.case("Begärt avgörande"), due=yesterday)
    delay(office.case("Begärt nyss"), due=today)
    delay(office.case("Begäran avslagen"), due=yesterday, refused_by=office.officer)
    assert sorted(leads(opened(get, office.officer, view="overdue"))) == [
        "Begärt avgörande",
        "För gammalt",
        "Komplettering i går",
        "Yttrande i går",
    ]


def delay(case: Application, *, due: date, refused_by: User | None = None) -> DelayRequest:
    refused: dict[str, Any] = {}
    if refused_by is not None:
        refused = {"refused_at": timezone.now(), "refused_by": refused_by, "reasons": "Nej."}
    return DelayRequest.objects.create(
        application=case,
        organisation=case.lead,
        asked_by=acting_for(case.lead),
        asked_at=timezone.now(),
        due_on=due,
        **refused,
    )


def test_age_and_dates_stand_in_the_row(get: Get, office: Office) -> None:
    today = timezone.localdate()
    case = office.case(days=130, status=Status.COMPLETION_REQUESTED, completion_due=today)
    delay(case, due=today - timedelta(days=1))
    row = opened(get, office.officer, view="all", columns="lead.age.due").rows("worklist")[0]
    assert row[2] == "Over the target130 daysthe target is 120"
    assert row[3].startswith(
        f"Overdue{today - timedelta(days=1)} decision that the party has asked"
    )
    assert f"completion {today}" in row[3]


@pytest.mark.parametrize(
    ("who", "view"),
    [("officer", "Mine"), ("decider", "To decide"), ("registrar", "Without case officer")],
)
def test_each_begins_with_the_view_of_their_work(
    get: Get, office: Office, who: str, view: str
) -> None:
    page = get(reverse("worklist"), getattr(office, who))
    assert page.texts(".view-tabs a[aria-current]") == [view]


def test_staff_who_handle_cases_come_to_the_worklist_after_signing_in(
    client: Client, office: Office
) -> None:
    for person, place in (
        (office.officer, "worklist"),
        (office.decider, "worklist"),
        (office.registrar, "worklist"),
        (staff(office.agency, Role.ANALYST), "front-page"),
        (UserFactory(), "my-pages"),
    ):
        client.force_login(person)
        answer = client.get(reverse("after-sign-in"))
        assert answer.headers["Location"] == reverse(place)


# Who sees what -----------------------------------------------------------------------------------


def test_another_agencys_cases_and_lists_are_not_there(get: Get, office: Office) -> None:
    office.case("Hemlig kommun", assigned_to=office.officer)
    elsewhere = staff(AgencyFactory(), Role.CASE_OFFICER)
    SavedView.objects.create(
        agency=office.agency, owner=office.officer, name="Delad lista", shared=True
    )
    page = opened(get, elsewhere, view="all")
    assert leads(page) == []
    assert "Delad lista" not in page.root.text_content()
    assert "Hanna Handläggare" not in page.root.text_content()


def test_who_has_a_conflict_of_interest_does_not_see_the_case(get: Get, office: Office) -> None:
    case = office.case("Jävig kommun", assigned_to=office.colleague)
    shut_out(case, office.officer)
    for query in ({"view": "all"}, {"view": "all", "q": "jävig"}):
        assert leads(opened(get, office.officer, **query)) == []
        assert leads(opened(get, office.colleague, **query)) == ["Jävig kommun"]


def test_a_drafts_words_are_found_by_nobody(get: Get, office: Office) -> None:
    office.case("Utkast kommun", status=Status.DRAFT)
    assert leads(opened(get, office.officer, view="all", q="utkast")) == []


# Filters -----------------------------------------------------------------------------------------


def found_by(get: Get, office: Office, **query: Any) -> list[str]:
    page = opened(get, office.officer, view="all", **query)
    assert len(page.all("ul.filter-chips li")) == len(query)
    return sorted(leads(page))


def test_every_filter_finds_what_it_says(get: Get, office: Office) -> None:
    partner = OrganisationFactory(name="Partner", county=CountyFactory(code="25"))
    first = office.case("Första", partners=[partner], requested_sek=100_000)
    second = office.case(
        "Andra", assigned_to=office.officer, status=Status.ASSESSED, requested_sek=900_000,
        county="25",
    )  # fmt: skip
    third = ApplicationFactory(
        call=office.call,
        lead=OrganisationFactory(name="Tredje", kind="region", county=CountyFactory(code="03")),
        requested_sek=500_000,
    )
    CaseArea.objects.create(application=first, code="mapping", requested_sek=1)
    CaseMark.objects.create(application=third, label="prio", made_by=office.officer)
    requirement = office.call.requirements.order_by("position").first()
    for case, finding in (
        (first, FindingValue.NOT_MET),
        (second, FindingValue.MET),
        (third, FindingValue.NOT_APPLICABLE),
    ):
        RequirementFindingFactory(
            application=case, requirement=requirement, organisation=case.lead, finding=finding,
            reason="K",
        )  # fmt: skip
    OpinionFactory(application=first, county=CountyFactory(code="25"))
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({"call": office.call.pk}, ["Andra", "Första", "Tredje"]),
        ({"county": "25"}, ["Andra", "Första"]),
        ({"kind": "region"}, ["Tredje"]),
        ({"joint": "yes"}, ["Första"]),
        ({"joint": "no"}, ["Andra", "Tredje"]),
        ({"area": "mapping"}, ["Första"]),
        ({"status": "assessed"}, ["Andra"]),
        ({"officer": office.officer.pk}, ["Andra"]),
        ({"officer": "none"}, ["Första", "Tredje"]),
        ({"requirement": requirement.code}, ["Första"]),
        ({"opinion": "missing"}, ["Första"]),
        ({"opinion": "not_asked"}, ["Andra", "Tredje"]),
        ({"mark": "Prio"}, ["Tredje"]),
        ({"amount_from": "500 000"}, ["Andra", "Tredje"]),
        ({"amount_to": "500 000 kr"}, ["Första", "Tredje"]),
        ({"amount_from": "200000", "amount_to": "600000"}, ["Tredje"]),
        ({"q": third.number}, ["Tredje"]),
        ({"q": "partner"}, ["Första"]),
    ]
    for query, names in expected:
        assert found_by(get, office, **query) == names, query


def test_a_value_that_cannot_be_is_told_and_left_out(get: Get, office: Office) -> None:
    office.case()
    page = opened(get, office.officer, view="all", amount_from="mycket", officer="999999")
    assert leads(page) == ["Ale kommun"]
    assert len(page.all("[aria-invalid=true]")) == 2
    assert page.all("details.more-filters[open]")


def test_odd_values_in_the_address_break_nothing(client: Client, office: Office) -> None:
    office.case()
    client.force_login(office.officer)
    for query in (
        "view=x", "q=%00", "q=%25%27%22", "columns=%00.x", "sort=due&after=e30", "sort=-due",
        "after=%FF", "columns=lead&column=lead", "amount_from=9999999999999999", "call=x",
        "tick=all", "sort=officer&view=all", "sort=due&view=mine&after=WyJ4Il0",
    ):  # fmt: skip
        assert client.get(f"{reverse('worklist')}?{query}", follow=True).status_code == 200, query


# Search ------------------------------------------------------------------------------------------


def test_what_the_application_says_is_found(get: Get) -> None:
    own = Own()
    case = own.received()
    page = get(f"{reverse('worklist')}?view=all&q=våldets", own.officer)
    assert leads(page) == [case.lead.name]
    assert leads(get(f"{reverse('worklist')}?view=all&q=ingenstans", own.officer)) == []
    assert [each.code for each in CaseArea.objects.filter(application=case)] == ["mapping"]
    assert CaseArea.objects.get(application=case).requested_sek == 250_000


@pytest.mark.postgresql
@pytest.mark.parametrize("words", ["kvinnojourerna", "kvinnojour", "KVINNOJOURENS samverkan"])
def test_words_are_found_in_any_inflection(get: Get, office: Office, words: str) -> None:
    case = office.case("Ale kommun")
    version: ApplicationVersion = ApplicationVersionFactory(
        application=case, document='{"answers": {"x": "Samverkan mellan kvinnojourer i länet"}}'
    )
    keep_search(application=case, version=version)
    office.case("Tibro kommun")
    assert leads(opened(get, office.officer, view="all", q=words)) == ["Ale kommun"]


def test_a_later_version_replaces_what_is_found(get: Get, office: Office) -> None:
    case = office.case()
    for number, word in enumerate(("gammalt", "nytt"), 1):
        version = ApplicationVersionFactory(
            application=case, number=number, document=f'{{"answers": {{"x": "något {word}"}}}}'
        )
        keep_search(application=case, version=version)
    assert leads(opened(get, office.officer, view="all", q="gammalt")) == []
    assert leads(opened(get, office.officer, view="all", q="nytt")) == ["Ale kommun"]


# Order, columns, pages ---------------------------------------------------------------------------


def test_the_oldest_stands_first_of_what_is_in_hand_and_last_of_all(
    get: Get, office: Office
) -> None:
    for days in (5, 50, 20):
        office.case(f"{days}", days=days)
    assert leads(opened(get, office.officer, view="unassigned")) == ["50", "20", "5"]
    assert leads(opened(get, office.officer, view="all")) == ["5", "20", "50"]


def test_the_list_is_ordered_by_its_headings(get: Get, office: Office) -> None:
    today = timezone.localdate()
    for name, due, sek in (("Ö", 9, 3), ("A", 1, 1), ("Å", 5, 2)):
        office.case(
            name, assigned_to=office.officer, status=Status.COMPLETION_REQUESTED,
            completion_due=today + timedelta(days=due), requested_sek=sek * 1000,
        )  # fmt: skip
    office.case("Utan", assigned_to=office.officer, requested_sek=9_000)
    for sort, names in {
        "organisation": ["A", "Utan", "Å", "Ö"],
        "-requested": ["Utan", "Ö", "Å", "A"],
        "due": ["A", "Å", "Ö", "Utan"],
    }.items():
        assert leads(opened(get, office.officer, view="mine", sort=sort)) == names


def test_all_cases_are_not_ordered_by_what_has_no_index(get: Get, office: Office) -> None:
    office.case()
    page = opened(get, office.officer, view="all")
    links = [query_of(each.get("href")).get("sort") for each in page.all("th a.sort-link")]
    assert "due" not in links
    assert "-received" in links or "received" in links


def test_the_columns_chosen_are_in_the_address(client: Client, get: Get, office: Office) -> None:
    office.case(assigned_to=office.officer)
    client.force_login(office.officer)
    chosen = client.get(f"{reverse('worklist')}?view=mine&column=kind&column=county&sort=-number")
    assert query_of(chosen.headers["Location"]) == {
        "view": "mine",
        "sort": "-number",
        "columns": "county.kind",
    }
    page = get(chosen.headers["Location"], office.officer)
    assert page.texts("#worklist thead th") == ["Case↓", "County", "Kind"]
    assert page.all("#column-kind[checked]")
    assert not page.all("#column-age[checked]")


def test_pages_follow_one_another_without_gaps(get: Get, office: Office) -> None:
    for number in range(120):
        office.case(f"Kommun {number:03}", days=200 - number)
    url, seen = f"{reverse('worklist')}?view=unassigned&sort=organisation", []
    while url:
        page = get(url, office.officer)
        seen += leads(page)
        after = page.all("a[rel=next]")
        url = after[0].get("href") if after else ""
    assert seen == [f"Kommun {number:03}" for number in range(120)]


@pytest.mark.parametrize("order", ["received", "-number", "due", "officer", "-organisation"])
def test_one_goes_through_the_list_case_by_case(
    client: Client, get: Get, office: Office, order: str
) -> None:
    for number in range(4):
        office.case(f"Kommun {number}", days=20 - number, assigned_to=office.officer)
    page = opened(get, office.officer, view="mine", sort=order)
    rows = [each.get("href") for each in page.all("#worklist tbody th a")]
    client.force_login(office.officer)
    walked, here = [rows[0]], rows[0]
    for _ in range(3):
        pk = here.split("/")[2]
        query = query_of(here)["list"]
        way = client.get(reverse("worklist-neighbour", args=[pk, "next"]), {"list": query})
        here = way.headers["Location"]
        walked.append(here)
    assert [each.split("?")[0] for each in walked] == [each.split("?")[0] for each in rows]
    pk, query = here.split("/")[2], query_of(here)["list"]
    end = client.get(reverse("worklist-neighbour", args=[pk, "next"]), {"list": query})
    assert end.headers["Location"].startswith(reverse("worklist"))
    back = client.get(reverse("worklist-neighbour", args=[pk, "previous"]), {"list": query})
    assert back.headers["Location"].split("?")[0] == rows[2].split("?")[0]


def test_a_case_that_has_left_the_list_still_leads_on(client: Client, office: Office) -> None:
    cases = [office.case(f"{n}", days=20 - n, assigned_to=office.officer) for n in range(3)]
    Application.objects.filter(pk=cases[1].pk).update(assigned_to=office.colleague)
    client.force_login(office.officer)
    address = reverse("worklist-neighbour", args=[cases[1].pk, "next"])
    answer = client.get(address, {"list": "view=mine"})
    assert answer.headers["Location"].startswith(f"/ansokningar/{cases[2].pk}/?list=")


def test_nobody_goes_on_from_a_case_that_is_not_theirs(client: Client, office: Office) -> None:
    case = office.case()
    client.force_login(staff(AgencyFactory(), Role.CASE_OFFICER))
    address = reverse("worklist-neighbour", args=[case.pk, "next"])
    assert client.get(address, {"list": "view=all"}).status_code == 404


# Saved lists -------------------------------------------------------------------------------------


def test_a_saved_list_is_its_owners_or_shared(client: Client, get: Get, office: Office) -> None:
    client.force_login(office.officer)
    for name, shared in (("Min lista", ""), ("Delad lista", "on")):
        answer = client.post(
            reverse("worklist-saved"),
            {"name": name, "shared": shared, "query": "view=all&sort=-number&after=x&columns=kind"},
        )
        assert query_of(answer.headers["Location"]) == {
            "view": "all", "sort": "-number", "columns": "kind",
        }  # fmt: skip
    mine = get(reverse("worklist-saved"), office.officer)
    assert mine.faults() == []
    assert [text(each) for each in mine.all(".saved-list > li > a")] == ["Delad lista", "Min lista"]
    theirs = get(reverse("worklist"), office.colleague)
    assert "Delad lista" in theirs.root.text_content()
    assert "Min lista" not in theirs.root.text_content()


def test_only_the_owner_takes_a_saved_list_away(client: Client, office: Office) -> None:
    view = SavedView.objects.create(
        agency=office.agency, owner=office.officer, name="Lista", shared=True
    )
    address = reverse("saved-view-remove", args=[view.pk])
    client.force_login(office.colleague)
    assert client.post(address).status_code == 404
    client.force_login(office.officer)
    assert client.post(address).status_code == 302
    assert not SavedView.objects.exists()


def test_a_list_without_a_name_is_not_saved(client: Client, office: Office) -> None:
    client.force_login(office.officer)
    page = Page(client.post(reverse("worklist-saved"), {"name": " ", "query": "view=all"}))
    assert page.all(".ds-error-summary")
    assert page.one("input[name=query]").get("value") == "view=all"
    assert not SavedView.objects.exists()


def test_a_list_whose_address_is_too_long_as_it_is_kept_is_told(
    client: Client, office: Office
) -> None:
    client.force_login(office.officer)
    query = "q=" + "å" * 1_000
    page = Page(client.post(reverse("worklist-saved"), {"name": "Lång", "query": query}))
    assert page.all(".ds-error-summary")
    assert not SavedView.objects.exists()


# While somebody is away --------------------------------------------------------------------------


def test_the_cases_of_one_on_leave_stand_among_the_substitutes(get: Get, office: Office) -> None:
    today = timezone.localdate()
    office.case("Bortas", assigned_to=office.colleague)
    leave = Leave.objects.create(
        agency=office.agency, person=office.colleague, substitute=office.officer,
        starts_on=today, ends_on=today, made_by=office.colleague,
    )  # fmt: skip
    page = opened(get, office.officer, view="mine")
    assert leads(page) == ["Bortas"]
    assert "You are substitute for Kim Kollega" in page.text(".lead")
    assert "on leave until" in page.rows("worklist")[0][6]
    Leave.objects.filter(pk=leave.pk).update(
        starts_on=today + timedelta(days=1), ends_on=today + timedelta(days=2)
    )
    assert leads(opened(get, office.officer, view="mine")) == []
    Leave.objects.filter(pk=leave.pk).update(
        starts_on=today, ends_on=today, cancelled_at=datetime.now(UTC)
    )
    assert leads(opened(get, office.officer, view="mine")) == []


def test_a_case_left_for_a_conflict_says_so_where_it_waits(get: Get, office: Office) -> None:
    case = office.case(assigned_to=office.officer)
    declare_conflict(application=case, actor=office.officer, has_conflict=True, reason="Släkt.")
    page = opened(get, office.colleague, view="unassigned")
    assert "left by its officer for a conflict of interest" in page.text("#worklist")
    assert "Släkt." not in page.text("main")


def test_what_was_left_for_a_conflict_stands_first_where_nobody_has_it(
    client: Client, get: Get, office: Office
) -> None:
    office.case("Äldst", days=30)
    left = [office.case(f"Lämnad {days}", assigned_to=office.officer, days=days) for days in (5, 9)]
    for case in left:
        declare_conflict(application=case, actor=office.officer, has_conflict=True, reason="Släkt.")
    office.case("Nyast", days=1)
    taken = office.case("Tagen", assigned_to=office.officer, days=40)
    declare_conflict(application=taken, actor=office.officer, has_conflict=True, reason="Släkt.")
    Application.objects.filter(pk=taken.pk).update(assigned_to=office.decider)
    person = office.colleague
    first = ["Lämnad 9", "Lämnad 5", "Äldst", "Nyast"]
    assert leads(opened(get, person, view="unassigned")) == first
    assert leads(opened(get, person, view="unassigned", sort="received")) == first
    newest = ["Nyast", "Lämnad 5", "Lämnad 9", "Äldst"]
    assert leads(opened(get, person, view="unassigned", sort="-received")) == newest
    by_name = ["Lämnad 5", "Lämnad 9", "Nyast", "Äldst"]
    assert leads(opened(get, person, view="unassigned", sort="organisation")) == by_name
    # From one case to the next the order is the same, also when one has been taken meanwhile.
    Application.objects.filter(pk=left[1].pk).update(assigned_to=person)
    address = reverse("worklist-neighbour", args=[left[1].pk, "next"])
    client.force_login(person)
    assert f"/{left[0].pk}/" in client.get(f"{address}?list=view%3Dunassigned")["Location"]


def test_the_order_of_what_nobody_has_goes_on_over_pages(office: Office) -> None:
    for number in range(5):
        case = office.case(f"K{number}", days=10 + number, assigned_to=office.officer)
        if number % 2:
            declare_conflict(
                application=case, actor=office.officer, has_conflict=True, reason="Släkt."
            )
    Application.objects.update(assigned_to=None)
    person, seen, after = office.colleague, [], ""
    for _page in range(3):
        page = keyset_page(
            worklist(cases_handled_by(person), View.UNASSIGNED, {}, desk_of(person)),
            keys=LEFT_FIRST,
            descending=False,
            after=after,
            size=2,
        )
        seen += [case.lead.name for case in page.rows]
        after = page.after
    assert seen == ["K3", "K1", "K4", "K2", "K0"]
    assert not after
