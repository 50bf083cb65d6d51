"""The page on which a decision is proposed, and the library that it begins from."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from applicants.models import User
from grants.models import Application
from reviews.content.proposals import proposal_path
from reviews.enums import FindingValue, ProposedOutcome, TextUse
from reviews.models import AgencyText, Proposal
from reviews.services import add_text
from tests.factories import RequirementFindingFactory
from tests.factories.costs import check_costs, say
from tests.portal.checking import Checking, signed_in
from tests.portal.html import Page
from tests.portal.own_cases import url

pytestmark = pytest.mark.django_db


def page(user: User, case: Application) -> Page:
    found = Page(signed_in(user).get(url("case-proposal", case)))
    assert found.faults() == []
    return found


def post(user: User, case: Application, do: str = "", **fields: str) -> Any:
    """Post the page as it stands, with other texts in these fields."""
    found = page(user, case)
    data: dict[str, Any] = {"page": "utan-skript", "do": do}
    for base in found.all("input[data-base]"):
        path = base.get("name").removeprefix("b:")
        data[base.get("name")] = base.get("value")
        controls = found.all(f"[name='v:{path}']")
        ticked = [each.get("value") for each in controls if each.get("checked") is not None]
        is_choice = controls[0].get("type") in ("radio", "checkbox")
        now = controls[0].text if controls[0].tag == "textarea" else controls[0].get("value")
        data[f"v:{path}"] = ticked if is_choice else (now or "").strip()
    for name, value in fields.items():
        data[f"v:{proposal_path(name)}"] = value
    return signed_in(user).post(url("case-proposal", case), data)


def kronor(found: Page, selector: str) -> str:
    return found.text(selector).replace("\xa0", " ")


def test_the_amount_is_what_the_lines_come_to_and_cannot_be_typed() -> None:
    own = Checking()
    case = own.case(100_000, 50_000)
    check_costs(case, own.officer, 120_000, reason="running_costs")
    found = page(own.officer, case)
    assert "120 000 kr" in kronor(found, ".sum-line")
    assert not found.all("[name*=amount]")
    response = post(
        own.officer,
        case,
        "propose",
        outcome="grant",
        reasons="En del godtas.",
        amount_sek="150 000",
        interim_due="2028-01-31",
        final_due="2028-06-01",
    )
    assert response.status_code == 302
    proposal = Proposal.objects.get()
    assert (proposal.outcome, proposal.amount_sek) == (ProposedOutcome.PART, 120_000)
    assert proposal.final_due == date(2028, 6, 1)
    assert proposal.use_until == case.call.spend_by
    assert proposal.prepared_by == own.officer
    assert "120 000 kr" in kronor(page(own.officer, case), ".page-heading")


def test_reasons_and_conditions_begin_from_the_library_and_are_edited() -> None:
    own = Checking()
    case = own.case(100_000)
    check_costs(case, own.officer)
    mine = add_text(
        agency=own.agency,
        actor=own.officer,
        use=TextUse.CONDITION,
        title="Besök",
        text="Ta emot ett besök av myndigheten.",
    )
    retired = AgencyText.objects.create(
        agency=own.agency, use="condition", title="Gammalt", text="Gäller inte.",
        changed_by=own.officer, changed_at=mine.changed_at, retired_at=mine.changed_at,
    )  # fmt: skip
    response = post(own.officer, case, "insert:call-grant")
    assert response.status_code == 302
    found = page(own.officer, case)
    assert found.one("textarea[name='v:proposal.reasons']").text.strip() == "Kraven nås."
    codes = {each.get("value") for each in found.all("[name='v:proposal.conditions']")}
    assert codes == {"call-condition", f"own-{mine.pk}"}
    assert f"own-{retired.pk}" not in codes
    data = {
        "outcome": "grant",
        "reasons": "Kraven nås.\n\nInsatserna är nya.",
        "conditions": f"own-{mine.pk},call-condition",
        "own_conditions": "Skriv till oss.\n\nRing oss.",
    }
    assert post(own.officer, case, "propose", **data).status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.reasons.endswith("Insatserna är nya.")
    assert proposal.conditions == [
        "Redovisa hur arbetet drivs vidare.",
        "Ta emot ett besök av myndigheten.",
        "Skriv till oss.",
        "Ring oss.",
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reasons": "Nej."}, "Välj vad du föreslår."),
        ({"outcome": "grant", "reasons": " "}, "Skriv skälen."),
        ({"outcome": "grant", "reasons": "Ja."}, "Pröva alla budgetposter"),
        ({"outcome": "reject", "reasons": ""}, "Skriv skälen."),
    ],
)
def test_what_is_missing_is_said_and_what_was_written_is_kept(
    fields: dict[str, str], said: str
) -> None:
    own = Checking()
    case = own.case(100_000)
    response = post(own.officer, case, "propose", **fields)
    assert response.status_code == 422
    body = response.content.decode()
    assert said in body
    assert fields["reasons"].strip() in body
    assert not Proposal.objects.exists()


def test_a_rejection_needs_no_checked_lines_and_keeps_no_conditions() -> None:
    own = Checking()
    case = own.case(100_000)
    data = {"outcome": "reject", "reasons": "Krav brister.", "own_conditions": "Ring oss."}
    assert post(own.officer, case, "propose", **data).status_code == 302
    proposal = Proposal.objects.get()
    assert (proposal.outcome, proposal.amount_sek) == (ProposedOutcome.REJECT, None)
    assert (proposal.conditions, proposal.final_due) == ([], None)


def test_a_joint_case_shows_what_belongs_to_those_that_meet_the_requirements() -> None:
    own = Checking()
    case = own.joint_case(100_000, 50_000)
    assert own.partner is not None
    RequirementFindingFactory(
        application=case,
        requirement=case.call.requirements.get(code="knowledge"),
        organisation=own.partner,
        finding=FindingValue.NOT_MET,
        made_by=own.officer,
    )
    say(case, own.officer, 10, verdict="full")
    say(case, own.officer, 11, verdict="full")
    response = post(own.officer, case, "propose", outcome="grant", reasons="Ja.")
    assert response.status_code == 422
    say(case, own.officer, 11, verdict="none", reason="requirement_not_met")
    rows = page(own.officer, case).rows("shares")
    assert [(row[0], row[3]) for row in rows] == [
        (own.lead.name, "100 000 kr"),
        (own.partner.name, "0 kr"),
    ]
    assert post(own.officer, case, "propose", outcome="grant", reasons="Ja.").status_code == 302
    assert Proposal.objects.get().amount_sek == 100_000


def test_a_proposal_no_longer_stands_when_a_line_changes() -> None:
    own = Checking()
    case = own.case(100_000, 50_000)
    check_costs(case, own.officer)
    post(own.officer, case, "propose", outcome="grant", reasons="Ja.")
    assert "Föreslå på nytt" not in page(own.officer, case).text("#section-tag")
    say(case, own.officer, 11, verdict="none", reason="running_costs")
    assert page(own.officer, case).text("#section-tag") == "Ska föreslås på nytt"


def test_what_is_typed_is_saved_and_nothing_is_proposed_by_that() -> None:
    own = Checking()
    case = own.case(100_000)
    client = signed_in(own.officer)
    data = {"path": "proposal.reasons", "text": "Ett utkast", "base": 0, "page": "a"}
    assert client.post(url("case-proposal-save", case), data).json()["status"] == "saved"
    other = signed_in(own.colleague).post(
        url("case-proposal-save", case), data | {"text": "Ett annat", "page": "b"}
    )
    assert other.status_code == 409
    assert not Proposal.objects.exists()
    field = page(own.colleague, case).one("textarea[name='v:proposal.reasons']")
    assert field.text.strip() == "Ett utkast"


def test_similar_cases_stand_beside_the_case() -> None:
    own = Checking()
    case = own.case(100_000)
    other = Checking(agency=own.agency)
    other.call = own.call
    near = other.case(120_000)
    check_costs(near, own_officer := other.officer, 60_000, reason="running_costs")
    assert own_officer != own.officer
    rows = page(own.officer, case).rows("similar")
    assert [row[0] for row in rows] == [case.number, near.number]
    assert rows[1][4].replace("\xa0", " ").startswith("60 000 kr")
    assert "område" in rows[1][2]


def test_others_find_nothing_and_the_decision_maker_only_reads() -> None:
    own = Checking()
    case = own.case(100_000)
    assert not page(own.decider, case).all("[name^='v:']")
    for person in (own.elsewhere, own.stranger, own.signatory):
        assert signed_in(person).get(url("case-proposal", case)).status_code == 404
    refused = signed_in(own.decider).post(url("case-proposal", case), {"do": "propose"})
    assert refused.status_code in (302, 422)
    assert not Proposal.objects.exists()


# The library --------------------------------------------------------------------------------------


def test_an_officer_adds_changes_and_retires_a_text() -> None:
    own = Checking()
    client = signed_in(own.officer)
    data = {"use": "reject", "title": "Drift", "text": "Kostnaden är drift."}
    assert client.post(reverse("library"), data).status_code == 302
    row = AgencyText.objects.get()
    found = Page(client.get(reverse("library")))
    assert found.faults() == []
    assert found.rows("texts")[0][0] == "Drift"
    address = reverse("library-text", args=[row.pk])
    assert Page(client.get(address)).faults() == []
    changed = {**data, "text": "Kostnaden är löpande drift.", "base": row.number}
    assert client.post(address, changed).status_code == 302
    late = client.post(address, {**data, "text": "Min ändring.", "base": row.number})
    assert late.status_code == 200
    assert "Min ändring." in late.content.decode()
    assert AgencyText.objects.get().text == "Kostnaden är löpande drift."
    assert client.post(address, {"act": "retire"}).status_code == 302
    assert AgencyText.objects.get().retired_at is not None
    assert Page(client.get(reverse("library"))).rows("retired")[0][0] == "Drift"
    client.post(address, {"act": "restore"})
    assert AgencyText.objects.get().retired_at is None


def test_another_agencys_library_is_not_there() -> None:
    own, other = Checking(), Checking()
    row = add_text(
        agency=own.agency, actor=own.officer, use=TextUse.GRANT, title="Vårt", text="Vår text."
    )
    stranger = signed_in(other.officer)
    assert stranger.get(reverse("library-text", args=[row.pk])).status_code == 404
    assert "Vår text." not in stranger.get(reverse("library")).content.decode()
    assert signed_in(own.decider).get(reverse("library")).status_code == 404


# How often the pages ask --------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 30])
def test_the_proposal_asks_as_often_with_thirty_rows(
    rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    own = Checking()
    case = own.case(*[10_000] * rows)
    check_costs(case, own.officer)
    for number in range(rows):
        AgencyText.objects.create(
            agency=own.agency, use="reject", title=f"Text {number}", text="En text.",
            changed_by=own.officer, changed_at=case.received_at,
        )  # fmt: skip
    client = signed_in(own.officer)
    client.get(url("case-proposal", case))
    with django_assert_num_queries(11):
        client.get(url("case-proposal", case))


@pytest.mark.parametrize("rows", [1, 30])
def test_the_library_asks_as_often_with_thirty_texts(
    rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    own = Checking()
    for number in range(rows):
        add_text(
            agency=own.agency, actor=own.officer, use=TextUse.REJECT,
            title=f"Text {number}", text="En text.",
        )  # fmt: skip
    client = signed_in(own.officer)
    client.get(reverse("library"))
    with django_assert_num_queries(5):
        client.get(reverse("library"))
