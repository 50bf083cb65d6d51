"""The page on which costs are checked: what it says of each line, and what it saves."""

from collections.abc import Callable
from typing import Any

import pytest

from applicants.models import User
from grants.enums import Status
from grants.models import Application
from reviews.content.costs import ceiling_path, line_path
from reviews.enums import FindingValue
from reviews.models import LineAssessment
from reviews.selectors.costs import cost_check
from tests.factories import RequirementFindingFactory
from tests.factories.costs import line, say, send_in
from tests.portal.checking import Checking, signed_in
from tests.portal.html import Page, text
from tests.portal.own_cases import fresh, url

pytestmark = pytest.mark.django_db
type Fields = dict[str, tuple[str, int]]


def page(user: User, case: Application) -> Page:
    found = Page(signed_in(user).get(url("case-costs", case)))
    assert found.faults() == []
    return found


def save(user: User, case: Application, path: str, value: str, base: int = 0) -> Any:
    data = {"path": path, "text": value, "base": base, "page": f"sida-{user.pk}"}
    return signed_in(user).post(url("case-costs-save", case), data)


def post(user: User, case: Application, fields: Fields, **more: str) -> Any:
    data: dict[str, Any] = {"page": "utan-skript", **more}
    for path, (value, base) in fields.items():
        data |= {f"b:{path}": base, f"v:{path}": value}
    return signed_in(user).post(url("case-costs", case), data)


def test_a_line_is_saved_field_by_field_and_the_sums_follow() -> None:
    own = Checking()
    case = own.case(100_000, 50_000)
    for name, value in {"part_sek": "40 000", "verdict": "part", "reason": "running_costs"}.items():
        answer = save(own.officer, case, line_path(10, name), value)
        assert answer.json()["status"] == "saved"
    assert save(own.officer, case, line_path(11, "verdict"), "full").json()["base"] == 1
    row = LineAssessment.objects.get(number=10)
    assert (row.verdict, row.approved_sek, row.reason) == ("part", 40_000, "running_costs")
    assert (row.assessed_by, row.version, row.asked_sek) == (own.officer, 2, 100_000)
    found = page(own.officer, case)
    total = found.text("#approved").replace("\xa0", " ")
    assert total == "90 000 kr"
    assert found.rows("sums-area")[0][1:] == ["150 000 kr", "90 000 kr"]
    assert found.rows("sums-activity")[0][2] == "90 000 kr"
    assert not found.all("#to-do .ds-alert")


@pytest.mark.parametrize("value", ["0", "100 000", "100 001", "-5", "många"])
def test_a_part_is_more_than_nothing_and_less_than_all(value: str) -> None:
    own = Checking()
    case = own.case(100_000)
    answer = save(own.officer, case, line_path(10, "part_sek"), value)
    assert (answer.status_code, answer.json()["status"]) == (422, "unfit")
    assert not LineAssessment.objects.exists()


def test_the_page_is_saved_whole_without_scripts_and_the_reasons_text_is_begun() -> None:
    own = Checking()
    case = own.case(100_000, 50_000)
    response = post(
        own.officer,
        case,
        {
            line_path(10, "verdict"): ("none", 0),
            line_path(10, "reason"): ("running_costs", 0),
            line_path(10, "text"): ("", 0),
            line_path(11, "verdict"): ("full", 0),
        },
    )
    assert response.status_code == 302
    first, second = LineAssessment.objects.order_by("number")
    assert (first.approved_sek, first.text) == (0, "Kostnaden är löpande drift.")
    assert (second.approved_sek, second.text) == (50_000, "")
    again = page(own.officer, case)
    assert again.one("[name='v:line.10.text']").text.strip() == "Kostnaden är löpande drift."


def test_what_cannot_be_saved_is_kept_in_the_form() -> None:
    own = Checking()
    case = own.case(100_000)
    response = post(own.officer, case, {line_path(10, "part_sek"): ("250 000", 0)})
    assert response.status_code == 422
    body = response.content.decode()
    assert "250 000" in body
    assert 'aria-invalid="true"' in body


def test_all_the_rest_is_approved_but_not_what_is_not_payable() -> None:
    own = Checking()
    case = own.case()
    send_in(case, line(10, 60_000), line(11, 30_000, category="bought_housing"), line(12, 10_000))
    say(case, own.officer, 12, verdict="none", reason="running_costs")
    response = post(own.officer, case, {}, do="rest")
    assert response.status_code == 302
    verdicts = dict(LineAssessment.objects.values_list("number", "verdict"))
    assert verdicts == {10: "full", 12: "none"}
    assert page(own.officer, case).all("button[value=rest]")


def test_an_organisation_that_fails_is_pointed_out_and_refused_with_one_click() -> None:
    own = Checking()
    case = own.joint_case(100_000, 50_000, 20_000)
    assert own.partner is not None
    requirement = case.call.requirements.get(code="knowledge")
    RequirementFindingFactory(
        application=case,
        requirement=requirement,
        organisation=own.partner,
        finding=FindingValue.NOT_MET,
        made_by=own.officer,
    )
    found = page(own.officer, case)
    (button,) = found.all("#failing button")
    assert own.partner.name in text(button)
    assert button.get("value") == f"refuse:{own.partner.pk}"
    post(own.officer, case, {}, do=f"refuse:{own.partner.pk}")
    row = LineAssessment.objects.get()
    assert (row.number, row.approved_sek, row.reason) == (11, 0, "requirement_not_met")
    assert row.text == "Organisationen uppfyller inte kraven."
    post(own.officer, case, {}, do="rest")
    assert cost_check(fresh(case)).refusal == ""
    sums = page(own.officer, case).rows("sums-organisation")
    assert [row[2] for row in sums] == ["120 000 kr", "0 kr"]


def test_an_organisation_that_meets_all_is_not_refused_so() -> None:
    own = Checking()
    case = own.joint_case(100_000, 50_000)
    assert own.partner is not None
    post(own.officer, case, {}, do=f"refuse:{own.partner.pk}")
    assert not LineAssessment.objects.exists()


def test_a_broken_ceiling_is_pointed_out_until_a_reason_is_given() -> None:
    own = Checking()
    case = own.case()
    send_in(case, line(10, 80_000, category="salary"), line(11, 20_000))
    for number in (10, 11):
        say(case, own.officer, number, verdict="full")
    found = page(own.officer, case)
    (passed,) = found.all("#ceiling-salary_share-passed")
    assert "60 000 kr" in text(passed).replace("\xa0", " ")
    assert "salary" not in text(found.one("#to-do"))
    assert found.all("#to-do .ds-alert")
    assert cost_check(case).refusal == "ceilings"
    answer = save(own.officer, case, ceiling_path("salary_share"), "Tjänsten är ny.")
    assert answer.json()["status"] == "saved"
    assert cost_check(case).refusal == ""
    assert not page(own.officer, case).all("#to-do .ds-alert")


def test_a_line_that_a_completion_changed_asks_to_be_checked_again() -> None:
    own = Checking()
    case = own.case(100_000, 50_000)
    for number in (10, 11):
        say(case, own.officer, number, verdict="full")
    send_in(case, line(10, 100_000), line(11, 70_000))
    case = fresh(case)
    check = cost_check(case)
    assert check.lacking == {11: "changed"}
    assert check.total.approved_sek == 100_000
    found = page(own.officer, case)
    assert not found.all("[name='v:line.11.verdict'][checked]")
    assert found.all("[name='v:line.10.verdict'][checked]")
    base = int(found.one("[name='b:line.11.verdict']").get("value"))
    assert save(own.officer, case, line_path(11, "verdict"), "full", base).status_code == 200
    row = LineAssessment.objects.get(number=11)
    assert (row.version, row.approved_sek) == (3, 70_000)
    assert cost_check(case).refusal == ""


def test_a_case_without_a_budget_has_one_line_with_what_was_asked() -> None:
    own = Checking()
    case = own.case()
    send_in(case, requested_sek=300_000)
    case = fresh(case)
    found = page(own.officer, case)
    assert len(found.all(".cost-line")) == 1
    save(own.officer, case, line_path(0, "verdict"), "full")
    assert cost_check(case).total.left_sek == 300_000


def test_two_officers_do_not_write_over_one_another() -> None:
    own = Checking()
    case = own.case(100_000)
    path = line_path(10, "text")
    assert save(own.officer, case, path, "Första texten").status_code == 200
    answer = save(own.colleague, case, path, "Andra texten")
    assert (answer.status_code, answer.json()["theirs"]) == (409, "Första texten")
    assert LineAssessment.objects.get().text == "Första texten"


def test_nothing_is_written_before_one_has_declared_nor_when_the_case_is_done() -> None:
    own = Checking()
    case = own.case(100_000, declared=False)
    client = signed_in(own.officer)
    response = client.get(url("case-costs", case))
    assert response.status_code == 302
    assert "/jav/" in response.headers["Location"]
    assert save(own.officer, case, line_path(10, "verdict"), "full").status_code == 403
    own.declare(case)
    Application.objects.filter(pk=case.pk).update(status=Status.ASSESSED)
    assert save(own.officer, case, line_path(10, "verdict"), "full").status_code == 423
    assert not page(own.officer, case).all("[name^='v:']")
    assert not LineAssessment.objects.exists()


def test_the_decision_maker_reads_and_others_find_nothing() -> None:
    own = Checking()
    case = own.case(100_000)
    assert not page(own.decider, case).all("[name^='v:']")
    assert save(own.decider, case, line_path(10, "verdict"), "full").status_code == 403
    for person in (own.elsewhere, own.stranger, own.signatory):
        assert signed_in(person).get(url("case-costs", case)).status_code == 404
        assert save(person, case, line_path(10, "verdict"), "full").status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_asks_as_often_with_thirty_lines(
    rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    own = Checking()
    case = own.case(*[10_000] * rows)
    for number in range(10, 10 + rows):
        say(case, own.officer, number, verdict="none", reason="running_costs")
    client = signed_in(own.officer)
    client.get(url("case-costs", case))
    with django_assert_num_queries(9):
        client.get(url("case-costs", case))
