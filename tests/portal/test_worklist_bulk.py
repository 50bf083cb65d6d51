"""Several cases at once: each by itself, with its own answer; spreading, leave, the party's ask."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import User
from grants.enums import Status
from grants.models import Application, DelayRequest
from reviews.models import CaseMark, Leave, Opinion
from tests.factories import (
    AgencyFactory,
    ApplicationFactory,
    CountyFactory,
    OrganisationFactory,
    acting_for,
    staff,
)
from tests.portal.desks import shut_out
from tests.portal.html import Page
from tests.portal.test_worklist import Office

pytestmark = pytest.mark.django_db

type Get = Callable[..., Page]


@pytest.fixture
def client() -> Client:
    """A browser that asks for English."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def office() -> Office:
    return Office()


def do(client: Client, person: User, *cases: Application, **posted: Any) -> Any:
    client.force_login(person)
    data = {"case": [case.pk for case in cases], **posted}
    return client.post(f"{reverse('worklist')}?view=all&sort=number", data)


def told(client: Client, answer: Any) -> dict[str, str]:
    """The result page: what became of each case, by its number."""
    assert answer.headers["Location"] == reverse("worklist-result")
    page = Page(client.get(answer.headers["Location"]))
    assert page.faults() == []
    return {row[0]: row[2] for row in page.rows("result")}


def officer_now(case: Application) -> int | None:
    return Application.objects.get(pk=case.pk).assigned_to_id


def test_each_case_has_its_own_answer(client: Client, office: Office) -> None:
    """One decided and one with a conflict of interest stop none of the others."""
    good, decided, shut = (
        office.case("A"),
        office.case("B", status=Status.GRANTED),
        office.case("C"),
    )
    shut_out(shut, office.colleague)
    answer = do(
        client, office.officer, good, decided, shut,
        **{"action": "assign", "bulk-officer": office.colleague.pk},
    )  # fmt: skip
    found = told(client, answer)
    assert found[good.number] == "Done"
    assert found[decided.number].startswith("Not done")
    assert found[shut.number].startswith("Not done")
    assert (officer_now(good), officer_now(decided), officer_now(shut)) == (
        office.colleague.pk,
        None,
        None,
    )


def test_another_agencys_case_is_not_there(client: Client, office: Office) -> None:
    case = office.case("A")
    theirs = case_elsewhere()
    answer = do(
        client, office.officer, case, theirs,
        **{"action": "assign", "bulk-officer": office.officer.pk},
    )  # fmt: skip
    found = told(client, answer)
    assert found[case.number] == "Done"
    assert found["–"].startswith("Not done")
    assert theirs.number not in found
    assert officer_now(theirs) is None


def case_elsewhere() -> Application:
    """A case of another agency."""
    found: Application = ApplicationFactory()
    return found


def test_cases_are_taken_from_whoever_has_them(client: Client, office: Office) -> None:
    case = office.case(assigned_to=office.colleague)
    answer = do(client, office.decider, case, **{"action": "assign", "bulk-officer": "none"})
    assert told(client, answer) == {case.number: "Done"}
    assert officer_now(case) is None


def test_opinions_are_asked_for_in_those_where_they_can_be(client: Client, office: Office) -> None:
    due = timezone.localdate() + timedelta(days=20)
    case, assessed = office.case("A"), office.case("B", status=Status.ASSESSED)
    answer = do(client, office.officer, case, assessed, **{"action": "ask", "bulk-due": due})
    found = told(client, answer)
    assert found[case.number] == "Done"
    assert "not in hand" in found[assessed.number]
    assert Opinion.objects.get().application == case
    again = do(client, office.officer, case, **{"action": "ask", "bulk-due": due})
    assert "no county board left" in told(client, again)[case.number]


def test_a_registrar_asks_for_no_opinions(client: Client, office: Office) -> None:
    due = timezone.localdate() + timedelta(days=20)
    case = office.case()
    answer = do(client, office.registrar, case, **{"action": "ask", "bulk-due": due})
    assert "may not" in told(client, answer)[case.number]
    assert not Opinion.objects.exists()


def test_cases_are_marked_and_found_by_the_mark(client: Client, get: Get, office: Office) -> None:
    case, other = office.case("A"), office.case("B")
    told(client, do(client, office.officer, case, **{"action": "mark", "bulk-mark": "Prio"}))
    page = get(f"{reverse('worklist')}?view=all&mark=prio&columns=lead.marks", office.colleague)
    assert [row[1:] for row in page.rows("worklist")] == [["A", "prio"]]
    answer = do(client, office.officer, case, other, **{"action": "unmark", "bulk-mark": "prio"})
    assert set(told(client, answer).values()) == {"Done"}
    assert not CaseMark.objects.exists()


@pytest.mark.parametrize(
    ("posted", "error"),
    [
        ({"action": "assign", "bulk-officer": ""}, "bulk-officer"),
        ({"action": "assign", "bulk-officer": "123456"}, "bulk-officer"),
        ({"action": "ask", "bulk-due": "imorgon"}, "bulk-due"),
        ({"action": "ask", "bulk-due": "2001-01-01"}, "bulk-due"),
        ({"action": "mark", "bulk-mark": " "}, "bulk-mark"),
    ],
)
def test_what_is_missing_is_told_and_the_ticks_are_kept(
    client: Client, office: Office, posted: dict[str, str], error: str
) -> None:
    case, _other = office.case("A"), office.case("B")
    page = Page(do(client, office.officer, case, **posted))
    assert page.faults() == []
    assert page.all(f"[name={error}][aria-invalid=true]")
    assert [each.get("value") for each in page.all("[name=case][checked]")] == [str(case.pk)]


def test_nothing_ticked_does_nothing(client: Client, office: Office) -> None:
    office.case()
    page = Page(do(client, office.officer, action="assign", **{"bulk-officer": office.officer.pk}))
    assert page.all("#nothing-ticked")


def test_all_on_the_page_are_ticked_by_a_link(get: Get, office: Office) -> None:
    for name in "AB":
        office.case(name)
    page = get(f"{reverse('worklist')}?view=all&tick=all", office.officer)
    assert len(page.all("[name=case][checked]")) == 2


# Spreading ---------------------------------------------------------------------------------------


def test_spreading_is_looked_at_first_and_then_done(
    client: Client, get: Get, office: Office
) -> None:
    for number in range(5):
        office.case(f"K{number}", county="01" if number % 2 else "14")
    office.case("Har redan", assigned_to=office.officer)
    away = staff(office.agency, Role.CASE_OFFICER, name="Ola Borta")
    today = timezone.localdate()
    Leave.objects.create(
        agency=office.agency, person=away, substitute=office.officer, starts_on=today,
        ends_on=today, made_by=away,
    )  # fmt: skip
    address = reverse("worklist-spread")
    assert get(address, office.decider).faults() == []
    chosen = "&".join(f"officers={each.pk}" for each in (office.officer, office.colleague, away))
    page = get(f"{address}?by=load&{chosen}", office.decider)
    assert page.faults() == []
    assert {row[0].split(" (")[0]: row[1:] for row in page.rows("loads")} == {
        "Hanna Handläggare": ["1", "2", "3"],
        "Kim Kollega": ["0", "3", "3"],
        "Ola Borta": ["0", "0", "0"],
    }
    assert Application.objects.filter(assigned_to=office.colleague).count() == 0
    pairs = page.one("input[name=pairs]").get("value")
    taken = Application.objects.filter(assigned_to__isnull=True).earliest("received_at", "pk")
    Application.objects.filter(pk=taken.pk).update(assigned_to=away)
    client.force_login(office.decider)
    found = told(client, client.post(address, {"pairs": pairs}))
    assert sorted(found.values())[:4] == ["Done"] * 4
    assert "Somebody else" in found[taken.number]
    assert officer_now(taken) == away.pk


def test_ticked_cases_are_spread(client: Client, get: Get, office: Office) -> None:
    one, _other = office.case("A", assigned_to=office.officer), office.case("B")
    answer = do(client, office.officer, one, action="spread")
    page = get(
        f"{answer.headers['Location']}&by=kind&officers={office.colleague.pk}", office.officer
    )
    assert [row[1] for row in page.rows("cases")] == ["A"]


@pytest.mark.parametrize("odd", ["²", "\u0661" * 3, "9" * 30])
def test_what_is_no_number_of_a_case_breaks_nothing(
    client: Client, office: Office, odd: str
) -> None:
    case = office.case()
    client.force_login(office.officer)
    spread, work = reverse("worklist-spread"), f"{reverse('worklist')}?view=all&sort=number"
    for query in ({"cases": odd}, {"call": odd}):
        assert client.get(spread, query).status_code == 200
    for address, posted in (
        (work, {"case": odd, "action": "assign", "officer": office.officer.pk}),
        (work, {"case": odd, "action": "spread"}),
        (spread, {"pairs": f"{odd}:{office.officer.pk}:,{case.pk}:{odd}:,{case.pk}:1:{odd}"}),
    ):
        assert client.post(address, posted).status_code in {200, 302}, posted
    assert officer_now(case) is None


def test_a_plan_that_is_made_up_hands_out_nothing_it_may_not(
    client: Client, office: Office
) -> None:
    case, theirs = office.case(), case_elsewhere()
    stranger = staff(AgencyFactory(), Role.CASE_OFFICER)
    client.force_login(office.officer)
    pairs = f"{case.pk}:{stranger.pk}:,{theirs.pk}:{office.officer.pk}:,x:y,1:2:3:4,9:9:"
    client.post(reverse("worklist-spread"), {"pairs": pairs})
    assert officer_now(case) is None
    assert officer_now(theirs) is None


# Leave -------------------------------------------------------------------------------------------


def test_leave_is_planned_and_the_cases_handed_over(client: Client, office: Office) -> None:
    today = timezone.localdate()
    kept, given = (office.case(name, assigned_to=office.colleague) for name in "AB")
    client.force_login(office.colleague)
    client.post(
        reverse("leave-list"),
        {
            "person": f"{office.colleague.pk}-{office.agency.pk}",
            "starts_on": today,
            "ends_on": today + timedelta(days=3),
            "substitute": office.officer.pk,
        },
    )
    leave = Leave.objects.get()
    page = Page(client.get(reverse("leave-list")))
    assert page.faults() == []
    assert page.rows("leaves")[0][0] == "Kim Kollega Away now"
    address = reverse("leave-hand-over", args=[leave.pk])
    assert Page(client.get(address)).faults() == []
    assert told(client, client.post(address, {"case": given.pk})) == {given.number: "Done"}
    assert (officer_now(kept), officer_now(given)) == (office.colleague.pk, office.officer.pk)
    client.post(reverse("leave-cancel", args=[leave.pk]))
    assert Leave.objects.get().cancelled_at is not None


def test_an_officer_plans_nobody_elses_leave(client: Client, office: Office) -> None:
    today = timezone.localdate()
    client.force_login(office.officer)
    data = {
        "person": f"{office.colleague.pk}-{office.agency.pk}",
        "starts_on": today, "ends_on": today, "substitute": office.officer.pk,
    }  # fmt: skip
    page = Page(client.post(reverse("leave-list"), data))
    assert page.all("#id_person[aria-invalid=true]")
    leave = Leave.objects.create(
        agency=office.agency, person=office.colleague, substitute=office.officer,
        starts_on=today, ends_on=today, made_by=office.colleague,
    )  # fmt: skip
    for name in ("leave-cancel", "leave-hand-over"):
        assert client.post(reverse(name, args=[leave.pk])).status_code == 404


# The party's request that the case be decided ----------------------------------------------------


def test_the_party_asks_and_the_agency_refuses_with_reasons(client: Client, office: Office) -> None:
    case = office.case(days=215)
    client.force_login(acting_for(case.lead))
    address = reverse("delay-ask", args=[case.pk])
    page = Page(client.get(address))
    assert page.faults() == []
    assert page.all("textarea[name=message]")
    client.post(address, {"message": "Vi behöver besked."})
    assert DelayRequest.objects.get().message == "Vi behöver besked."
    page = Page(client.get(address))
    assert not page.all("textarea")
    client.force_login(office.officer)
    answer = reverse("delay-answer", args=[case.pk])
    page = Page(client.post(answer, {"reasons": " "}))
    assert page.faults() == []
    assert page.all("#id_reasons[aria-invalid=true]")
    client.post(answer, {"reasons": "Yttranden väntas in."})
    client.force_login(acting_for(case.lead, OrganisationRole.READER))
    assert Page(client.get(address)).summary()["Reasons for the decision"] == "Yttranden väntas in."
    timeline = Page(client.get(reverse("application-file", args=[case.pk]))).texts(".timeline li")
    assert any("refused" in each for each in timeline)


def test_before_six_months_the_page_says_when(client: Client, office: Office) -> None:
    case = office.case(days=20)
    client.force_login(acting_for(case.lead))
    address = reverse("delay-ask", args=[case.pk])
    page = Page(client.get(address))
    assert not page.all("textarea")
    client.post(address, {})
    assert not DelayRequest.objects.exists()


def test_a_reader_and_a_partner_see_no_form(client: Client, office: Office) -> None:
    partner = OrganisationFactory(county=CountyFactory(code="01"))
    case = office.case(days=215, partners=[partner])
    for person in (acting_for(case.lead, OrganisationRole.READER), acting_for(partner)):
        client.force_login(person)
        assert not Page(client.get(reverse("delay-ask", args=[case.pk]))).all("textarea")
        client.post(reverse("delay-ask", args=[case.pk]), {})
    assert not DelayRequest.objects.exists()


def test_another_agency_finds_no_request(client: Client, office: Office) -> None:
    case = office.case(days=215)
    DelayRequest.objects.create(
        application=case, organisation=case.lead, asked_by=acting_for(case.lead),
        asked_at=timezone.now(), due_on=timezone.localdate(),
    )  # fmt: skip
    client.force_login(staff(AgencyFactory(), Role.CASE_OFFICER))
    assert client.get(reverse("delay-answer", args=[case.pk])).status_code == 404
