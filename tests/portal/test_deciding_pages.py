"""The decision maker's pages: the list with its frame, one case, several at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applicants.enums import Role
from core.models import County
from grants.enums import Outcome, Status
from grants.models import Application, Decision
from grants.services.delegation import add_rule
from portal.forms.deciding import DelegationForm, RevokeForm
from portal.views import deciding, deciding_case
from reviews import services as reviews
from reviews.enums import AdmissionGround, AdmissionOutcome, FindingValue
from tests.factories import (
    OpinionFactory,
    ParticipationFactory,
    RequirementFindingFactory,
    staff,
)
from tests.factories.scenario import fresh
from tests.portal.deciders import Desk, written
from tests.portal.html import Page

pytestmark = pytest.mark.django_db

type Get = Callable[..., Page]
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def desk(client: Client) -> Desk:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return Desk()


def figures(page: Page) -> list[str]:
    return [value.replace(NBSP, " ") for value in page.figures().values()]


def case_url(case: Application) -> str:
    return reverse("case-decide", args=[case.pk])


# The list -----------------------------------------------------------------------------------------


def test_the_list_says_what_is_proposed_and_what_is_left(get: Get, desk: Desk) -> None:
    desk.case("Ale kommun", amount_sek=400_000)
    desk.case("Orsa kommun", amount_sek=None, finding=FindingValue.NOT_MET)
    desk.deciding.decided(amount_sek=300_000)
    page = get(reverse("decision-list"), desk.decider)
    assert page.faults() == []
    rows = {row[1]: row for row in page.rows("decide")}
    assert set(rows) == {"Ale kommun", "Orsa kommun"}
    assert rows["Ale kommun"][2] == "Grant in part"
    assert rows["Ale kommun"][4].replace(NBSP, " ") == "400 000 kr"
    assert rows["Ale kommun"][5] == "All met"
    assert rows["Orsa kommun"][2] == "Reject"
    assert "not met" in rows["Orsa kommun"][5]
    assert rows["Ale kommun"][6] == "Hanna Handläggare"
    left = [value for value in figures(page) if "700" in value]
    assert len(left) == 2


def test_the_frame_says_what_would_be_left_of_it(get: Get, desk: Desk) -> None:
    cases = [desk.case(f"Kommun {number}", amount_sek=400_000) for number in range(3)]
    ticked = "&".join(f"case={case.pk}" for case in cases)
    url = f"{reverse('decision-frame')}?call={desk.call.pk}&{ticked}"
    page = get(url, desk.decider)
    assert "does not suffice" in page.text("#frame")
    page = get(f"{reverse('decision-frame')}?call={desk.call.pk}&case={cases[0].pk}", desk.decider)
    assert "does not suffice" not in page.text("#frame")
    assert "600" in page.text("#frame")


def test_nobody_sees_another_agencys_cases_or_those_with_a_conflict(
    client: Client, get: Get, desk: Desk
) -> None:
    shut, other = desk.case("Jävs kommun", declared=False), Desk()
    other.case("Andras kommun")
    reviews.declare_conflict(
        application=shut, actor=desk.decider, has_conflict=True, reason="Min bror."
    )
    page = get(reverse("decision-list"), desk.decider)
    for name in ("Jävs kommun", "Andras kommun"):
        assert name not in page.text("main")
    assert client.get(case_url(shut)).status_code == 404
    assert client.get(f"{reverse('decision-batch')}?case={shut.pk}").status_code == 404


# One case -----------------------------------------------------------------------------------------


def test_nobody_decides_before_declaring(client: Client, desk: Desk) -> None:
    case = desk.case(declared=False)
    client.force_login(desk.decider)
    for answer in (client.get(case_url(case)), client.post(case_url(case), {"action": "proposed"})):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("case-conflict", args=[case.pk]))
    assert not case.decisions.exists()


def posted(client: Client, case: Application, **fields: Any) -> Any:
    """The page is opened, filled in and sent."""
    seen = Page(client.get(case_url(case))).one("input[name=seen]").get("value")
    return client.post(case_url(case), {"seen": seen, "took_part": "", "dissent": "", **fields})


def test_a_grant_is_decided_as_proposed(client: Client, get: Get, desk: Desk) -> None:
    case = desk.case(amount_sek=400_000)
    client.force_login(desk.decider)
    page = get(case_url(case), desk.decider, "sv")
    assert page.faults() == []
    assert "400 000 kr" in page.text("main").replace(NBSP, " ")
    assert "Redovisa hur arbetet drivs vidare." in page.text("main")
    answer = posted(
        client, case, action="proposed", took_part="Per Berg\n", colleagues=str(desk.officer.pk)
    )
    decision = Decision.objects.get(application=case)
    assert answer["Location"] == reverse("case-decision", args=[case.pk, decision.pk])
    assert (decision.outcome, decision.amount_sek) == (Outcome.GRANTED, 400_000)
    assert decision.took_part == ["Hanna Handläggare", "Per Berg"]
    assert decision.took_part_ids == [desk.officer.pk]
    assert decision.basis_content.conditions == ("Redovisa hur arbetet drivs vidare.",)
    shown = get(answer["Location"], desk.decider)
    assert shown.faults() == []
    assert "Granted in part" in shown.text("main")


def test_what_changed_while_it_was_read_is_shown_anew(client: Client, desk: Desk) -> None:
    case = desk.case()
    client.force_login(desk.decider)
    seen = Page(client.get(case_url(case))).one("input[name=seen]").get("value")
    written(case)
    answer = client.post(case_url(case), {"seen": seen, "action": "proposed", "dissent": "Nej."})
    page = Page(answer)
    assert "Something has happened in the case" in page.text(".ds-error-summary")
    assert page.text("#id_dissent") == "Nej."
    assert not case.decisions.exists()
    now = page.one("input[name=seen]").get("value")
    assert now != seen
    client.post(case_url(case), {"seen": now, "action": "proposed"})
    assert case.decisions.count() == 1


def test_what_changes_while_the_page_is_made_is_not_counted_as_shown(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = desk.case()
    client.force_login(desk.decider)

    def meddled(module: Any, name: str) -> None:
        read = getattr(module, name)

        def reading(*args: Any, **more: Any) -> Any:
            found = read(*args, **more)
            written(case)
            return found

        monkeypatch.setattr(module, name, reading)

    with monkeypatch.context():
        meddled(deciding_case, "case_to_decide")
        meddled(deciding, "_chosen_cases")
        seen = Page(client.get(case_url(case))).one("input[name=seen]").get("value")
        _page, form = batch(client, [case])
    monkeypatch.undo()
    answer = Page(client.post(case_url(case), {"seen": seen, "action": "proposed"}))
    assert "Something has happened in the case" in answer.text(".ds-error-summary")
    result = Page(client.post(reverse("decision-batch"), form))
    assert "Something has happened" in result.rows("results")[0][2]
    assert not case.decisions.exists()


def test_how_a_mail_fared_is_nothing_that_happens_in_the_case(client: Client, desk: Desk) -> None:
    case = desk.case()
    client.force_login(desk.decider)
    seen = Page(client.get(case_url(case))).one("input[name=seen]").get("value")
    written(case, "mail.sent")
    assert Page(client.get(case_url(case))).one("input[name=seen]").get("value") == seen
    client.post(case_url(case), {"seen": seen, "action": "proposed"})
    assert case.decisions.count() == 1


def test_an_amount_larger_than_any_is_told(desk: Desk) -> None:
    for found, name in (
        (RevokeForm({"claim_sek": "9" * 30}, grounds=[]), "claim_sek"),
        (DelegationForm({"max_sek": "9" * 30}, who=[], outcomes=[]), "max_sek"),
    ):
        assert name in found.errors


def test_a_form_without_what_was_shown_decides_nothing(client: Client, desk: Desk) -> None:
    case = desk.case()
    client.force_login(desk.decider)
    client.post(case_url(case), {"action": "proposed"})
    assert not case.decisions.exists()


@pytest.mark.parametrize("action", ["reject", "send_back"])
def test_against_the_proposal_takes_reasons(client: Client, desk: Desk, action: str) -> None:
    case = desk.case()
    client.force_login(desk.decider)
    page = Page(posted(client, case, action=action, reasons=" "))
    assert "Write the reasons." in page.text(".ds-error-summary")
    assert fresh(case).status == Status.ASSESSED
    posted(client, case, action=action, reasons="Budgeten är oklar.")
    wanted = Status.REJECTED if action == "reject" else Status.SUBMITTED
    assert fresh(case).status == wanted


def test_an_amount_above_ones_delegation_is_told_before_and_refused(
    client: Client, desk: Desk
) -> None:
    case = desk.case(amount_sek=400_000)
    add_rule(
        agency=desk.agency,
        actor=staff(desk.agency, Role.ADMINISTRATOR),
        role=Role.DECISION_MAKER,
        outcomes=[Outcome.GRANTED],
        max_sek=399_999,
    )
    client.force_login(desk.decider)
    assert "399 999 kr" in Page(client.get(case_url(case))).text(".ds-alert").replace(NBSP, " ")
    page = Page(posted(client, case, action="proposed"))
    assert "above your delegation" in page.text(".ds-error-summary")
    assert not case.decisions.exists()


def test_a_text_that_is_needed_at_times_is_not_called_optional(get: Get, desk: Desk) -> None:
    case = desk.case()
    page = get(case_url(case), desk.decider)
    assert page.text("label[for=id_reasons]") == "Reasons"
    assert "Needed where you send the case back" in page.text("#id_reasons_helptext")
    assert page.text("label[for=id_dissent]") == "Dissenting opinion (optional)"


def test_an_officer_reads_that_the_case_waits_and_decides_nothing(
    client: Client, get: Get, desk: Desk
) -> None:
    case = desk.case()
    for person in (desk.officer, desk.registrar):
        page = get(case_url(case), person)
        assert page.faults() == []
        assert page.all("input[name=action]") == []
        assert client.post(case_url(case), {"action": "proposed"}).status_code == 200
    assert not case.decisions.exists()


# Several at once ----------------------------------------------------------------------------------


def batch(client: Client, cases: list[Application], **more: Any) -> Any:
    ids = [case.pk for case in cases]
    page = Page(client.get(reverse("decision-batch"), {"case": ids}))
    seen = {
        box.get("name"): box.get("value")
        for box in page.all("input[type=hidden]")
        if box.get("name", "").startswith("seen-")
    }
    return page, {"case": ids, "confirm": "yes", "took_part": "", "dissent": "", **seen, **more}


def test_many_are_decided_with_a_result_for_each(client: Client, desk: Desk) -> None:
    cases = [desk.case(f"Kommun {number}", amount_sek=400_000) for number in range(3)]
    client.force_login(desk.decider)
    answer = client.post(reverse("decision-batch"), {"case": [case.pk for case in cases]})
    assert answer.status_code == 302
    page, form = batch(client, cases)
    assert page.faults() == []
    assert "does not suffice" in page.text("main")
    result = Page(client.post(reverse("decision-batch"), form))
    assert result.faults() == []
    states = [row[2] for row in result.rows("results")]
    assert [state.startswith("Granted") for state in states] == [True, True, False]
    assert "frame does not have that much left" in states[2]
    assert [fresh(case).status for case in cases] == ["granted", "granted", "assessed"]


def test_what_changed_is_left_and_the_others_are_decided(client: Client, desk: Desk) -> None:
    cases = [desk.case(f"Kommun {number}", amount_sek=100_000) for number in range(2)]
    client.force_login(desk.decider)
    _page, form = batch(client, cases)
    written(cases[0])
    result = Page(client.post(reverse("decision-batch"), form))
    assert "Something has happened" in result.rows("results")[0][2]
    assert [fresh(case).status for case in cases] == ["assessed", "granted"]


def test_a_batch_begins_with_declaring(client: Client, desk: Desk) -> None:
    cases = [desk.case(f"Kommun {number}", declared=False) for number in range(2)]
    client.force_login(desk.decider)
    page, form = batch(client, cases)
    assert page.faults() == []
    assert page.all("button[name=confirm]") == []
    client.post(reverse("decision-batch"), form)
    assert not Decision.objects.exists()
    ids = [case.pk for case in cases]
    client.post(reverse("decision-batch"), {"case": ids, "declare": "yes"})
    page, form = batch(client, cases)
    client.post(reverse("decision-batch"), form)
    assert Decision.objects.count() == 2


def test_somebody_elses_case_in_a_batch_is_not_there(client: Client, desk: Desk) -> None:
    theirs = Desk().case()
    client.force_login(desk.decider)
    answer = client.post(
        reverse("decision-batch"),
        {"case": [theirs.pk], "confirm": "yes", f"seen-{theirs.pk}": "", "took_part": ""},
    )
    assert answer.status_code == 404
    assert not Decision.objects.exists()


# As often with thirty rows as with one ------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("name", "number"), [("decision-list", 11), ("decision-frame", 7), ("decision-batch", 11)]
)
def test_pages_ask_the_database_as_often(
    client: Client,
    desk: Desk,
    django_assert_num_queries: Callable[..., Any],
    rows: int,
    name: str,
    number: int,
) -> None:
    cases = [desk.case(f"Kommun {each}", amount_sek=10_000) for each in range(rows)]
    client.force_login(desk.decider)
    query = {"call": desk.call.pk, "case": [case.pk for case in cases]}
    assert client.get(reverse(name), query).status_code == 200
    with django_assert_num_queries(number):
        client.get(reverse(name), query)


def decided_before(case: Application, desk: Desk, rows: int) -> None:
    earlier = None
    for _number in range(rows):
        earlier = desk.deciding.decide(case, Outcome.REJECTED, amount_sek=None, supersedes=earlier)


def proposed_to_be_dismissed(case: Application, desk: Desk, rows: int) -> None:
    Application.objects.filter(pk=case.pk).update(status=Status.SUBMITTED)
    for _number in range(rows):
        reviews.record_admission(
            application=fresh(case),
            actor=desk.officer,
            outcome=AdmissionOutcome.DISMISS,
            ground=AdmissionGround.DEFECT,
            reasons="Budget saknas.",
        )


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("also", "number"), [(None, 11), (decided_before, 12), (proposed_to_be_dismissed, 12)]
)
def test_a_case_asks_as_often_however_much_is_in_it(
    client: Client,
    desk: Desk,
    django_assert_num_queries: Callable[..., Any],
    rows: int,
    also: Callable[..., None] | None,
    number: int,
) -> None:
    case = desk.case()
    for county in County.objects.all()[:rows]:
        OpinionFactory(application=case, county=county)
    for _number in range(rows):
        part = ParticipationFactory(application=case)
        for requirement in desk.call.requirements.all():
            RequirementFindingFactory(
                application=case,
                requirement=requirement,
                organisation=part.organisation,
                finding=FindingValue.NOT_MET,
                made_by=desk.officer,
            )
    if also is not None:
        desk.declare(case, desk.officer)
        also(case, desk, rows)
    client.force_login(desk.decider)
    page = Page(client.get(case_url(case)))
    assert page.all("input[name=action]")
    assert len(page.rows("opinions")) == min(rows, County.objects.count())
    with django_assert_num_queries(number):
        client.get(case_url(case))
