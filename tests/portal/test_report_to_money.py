"""A grant from payment order to closed case: what is reported decides what is paid and claimed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grants.content import balance_sek
from grants.content.basis import DecisionBasis
from grants.enums import Status
from grants.models import Application, Claim
from grants.selectors import fund_years
from grants.selectors.claims import to_claim
from grants.selectors.payments import plan_of
from grants.services.handling import close_application
from grants.services.reconciling import reconcile
from reporting.content.paths import answer_path, booked_path, spent_path, status_path, why_path
from reporting.models import Report
from reporting.services import reports, sending, writing
from tests.factories.forms import stored_file
from tests.factories.paying import Paying
from tests.factories.reports import Reporting
from tests.factories.scenario import fresh
from tests.portal.checking import signed_in
from tests.portal.html import Page
from tests.portal.own_cases import shown

pytestmark = pytest.mark.django_db

PARTS: dict[str, Any] = {
    "appropriation": "4:7 ap.1",
    "parts": [{"percent": 70}, {"percent": 30, "after_interim": True}],
}


def parts_of(case: Application) -> list[tuple[int, str]]:
    plan = plan_of(fresh(case))
    assert plan is not None
    return [(part.amount_sek, str(part.state)) for part in plan.parts]


def earliest_of(world: Reporting, case: Application) -> list[str]:
    """What the grantee and the agency are shown of when each part can be paid."""
    own = Page(signed_in(world.signatory).get(reverse("own-money", args=[case.pk])))
    inside = Page(signed_in(world.officer).get(reverse("case-payments", args=[case.pk])))
    found = [row[3] for row in own.rows("parts")]
    assert [row[3] for row in inside.rows("parts")] == found
    return found


def accepted(officer: Client, report: Report, case: Application, used: int, repay: int) -> None:
    address = reverse("report-review", args=[report.pk])
    data = {"action": "accept", f"spent-{case.pk}": str(used), f"repay-{case.pk}": str(repay)}
    assert officer.post(address, data).headers["Location"] == reverse("report-inbox")


def claimed(controller: Client, case: Application) -> None:
    data = {
        "action": "claim",
        "claim-text": "Betala till bankgiro 5050-1055.",
        "claim-due_on": str(timezone.localdate() + timedelta(days=30)),
    }
    answer = controller.post(reverse("case-claims", args=[case.pk]), data)
    assert answer.status_code == 302, answer.content.decode()


def test_a_grant_is_paid_reported_claimed_back_and_closed() -> None:
    world = Reporting(payments=PARTS)
    desk = Paying(agency=world.agency)
    world.lead.giro_kind, world.lead.giro_number = "bankgiro", "5050-1055"
    world.lead.save()
    case = world.granted()
    officer, controller = signed_in(world.officer), signed_in(desk.first)
    desk.pay(case)
    assert parts_of(case) == [(280_000, "paid"), (120_000, "interim")]
    decided = str(case.decisions.get().decided_on)
    assert earliest_of(world, case) == [decided, "När delredovisningen är godkänd"]
    waiting = Page(controller.get(reverse("payments"))).rows("waiting")
    assert [row[3] for row in waiting] == ["När delredovisningen är godkänd"]

    # Of 400 000 the first year uses 250 000 and has 50 000 to repay; 120 000 was never paid out,
    # so that nothing is asked for, and so much less is paid when the report has been accepted.
    report = world.received(world.required(case), spent=(150_000, 100_000))
    accepted(officer, report, case, 250_000, 50_000)
    assert fresh(case).status == Status.INTERIM_REPORTED
    assert to_claim(desk.first) == {case.pk: 50_000}
    claimed(controller, case)
    assert not Claim.objects.exists()
    assert parts_of(case) == [(280_000, "paid"), (70_000, "payable")]
    assert earliest_of(world, case) == [decided, "Delredovisningen är godkänd"]
    desk.pay(case, part=2)

    # The year after uses 80 000 of the 100 000 left, and the rest is to be repaid.
    final = Report.objects.get(year=case.call.year + 1)
    for path, text in {
        status_path("mapping"): "completed",
        status_path("training"): "completed",
        answer_path("", "attended_training"): "yes",
        spent_path(case.pk, 1): "80000",
        why_path(case.pk, 1): "Projektet blev billigare.",
        spent_path(case.pk, 2): "0",
        booked_path(case.pk): "80000",
    }.items():
        world.put(final, path, text)
    sending.send_report(report=final, actor=world.signatory)
    page = shown(officer, reverse("report-review", args=[final.pk]))
    assert f'name="repay-{case.pk}" value="20 000"' in page.replace("\xa0", " ")
    accepted(officer, final, case, 80_000, 20_000)
    assert fresh(case).status == Status.FINAL_REPORTED
    claimed(controller, case)
    claim = Claim.objects.get()
    assert claim.amount_sek == 20_000
    for reference, amount, left in (("bg 1", "15 000", 5_000), ("bg 2", "5 000", 0)):
        controller.post(
            reverse("case-claims", args=[case.pk]),
            {
                "action": "repayment",
                "repayment-amount": amount,
                "repayment-reference": reference,
            },
        )
        assert balance_sek(fund_years(case)) == left
    claim.refresh_from_db()
    assert claim.settled_at is not None
    assert to_claim(desk.first) == {}
    assert reconcile(agency=world.agency, actor=desk.first).faults == []
    assert close_application(application=case, actor=world.officer).status == Status.CLOSED
    assert reconcile(agency=world.agency, actor=desk.first).faults == []
    sums: dict[str, int] = {}
    for kind, amount in case.ledger_entries.values_list("kind", "amount_sek"):
        sums[kind] = sums.get(kind, 0) + amount
    assert sums == {
        "granted": 400_000, "paid": 350_000, "spent": 330_000, "claimed": 70_000,
        "carried_over": 100_000, "carried_in": 100_000, "repaid": 20_000, "written_off": 50_000,
    }  # fmt: skip


class Wide(Reporting):
    """Grants of so many lines."""

    rows = 1

    def _basis(self, *given: Any) -> DecisionBasis:
        basis = super()._basis(*given)
        lines = [
            replace(basis.lines[number % 2], number=number + 1, title=f"Post {number}.",
                    allotted_sek=10_000)
            for number in range(self.rows)
        ]  # fmt: skip
        return replace(basis, lines=tuple(lines))


@pytest.mark.parametrize("rows", [1, 30])
def test_the_review_asks_as_often_with_thirty_lines_as_with_one(
    rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    # A final report of a joint grant with a certificate, beside what was said the year before:
    # all that the page ever asks for.
    world = Wide(changes={"certificate_from_sek": 1})
    world.rows = rows
    case = world.granted(joint=True)
    for report in (world.required(case), None):
        report = report or Report.objects.get(year=case.call.year + 1)
        world.filled(report, spent=(5_000,) * rows)
        writing.attach_certificate(report=report, file=stored_file(), actor=world.writer)
        sending.send_report(report=report, actor=world.signatory)
        if report.year == case.call.year:
            used = reports.Used(application=case.pk, spent_sek=5_000 * rows)
            reports.accept(report=fresh(report), actor=world.officer, used=[used])
    officer, address = signed_in(world.officer), reverse("report-review", args=[report.pk])
    page = shown(officer, address)
    assert all(f"Post {number}." in page for number in range(rows))
    assert "Det finns ingen redovisning" not in page
    with django_assert_num_queries(11):
        shown(officer, address)
