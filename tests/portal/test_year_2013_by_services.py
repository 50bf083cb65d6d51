"""Cases of the year 2013 from receipt to repayment, through the services that the pages call, each
on its own day: decided, paid, reported, accepted, claimed back."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants.enums import Role
from applicants.models import Organisation, User
from core.checks import canonical_json
from core.models import Agency
from core.selectors.verification import JournalVerifier
from grants.content import usable_sek
from grants.definitions import built_in_definition
from grants.definitions.payments import PaymentPart, PaymentTerms
from grants.enums import OrderState, Status
from grants.models import Application, Call, LedgerEntry, PaymentOrder
from grants.selectors import fund_years
from grants.services import claims, handling, payment_answers, payment_orders
from grants.services.calls import record_definition
from grants.services.reconciling import reconcile
from portal.imports import bring_in_year
from reporting.content.paths import answer_path, booked_path, spent_path, status_path, why_path
from reporting.enums import ReportKind
from reporting.models import Report
from reporting.selectors.editions import edition_json
from reporting.selectors.plan import applications_of, plan_of
from reporting.services import reports, sending
from reporting.services.writing import save_value
from reviews import services as reviews
from reviews.enums import FindingValue, ProposedOutcome
from reviews.selectors import demands_of
from tests.factories import ApplicationFactory, acting_for, staff
from tests.factories.costs import check_costs
from tests.factories.grants import ApplicationVersionFactory
from tests.factories.paying import answer_file
from tests.portal.year_factory import YEAR_2013, Tables, copy_of
from tests.reporting.years import edition_of, expected_2013

type Row = Mapping[str, str]

CALLS = {"municipalities": "kommuner-2013", "associations": "foreningar-2013"}
LETTERS = {"municipalities": "K", "associations": "F"}
"""What the references of each stream begin with."""
BROUGHT_IN = datetime(2013, 1, 8, 9, tzinfo=UTC)
PREPARED, DECIDED = date(2013, 3, 4), date(2013, 3, 14)
PAID, ANSWERED = date(2013, 4, 2), date(2013, 4, 4)
REQUIRED, DUE = date(2014, 1, 7), date(2014, 4, 30)
CLAIMED, REPAID = date(2014, 5, 12), date(2014, 6, 9)
FROZEN = date(2014, 6, 25)
ORDER = 100
"""Parts of an order at most."""


@contextmanager
def on(moment: datetime | date) -> Iterator[None]:
    """The services' clock stands at that moment, or at noon of that day (UTC)."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, 12, tzinfo=UTC)
    with patch("django.utils.timezone.now", lambda: moment):
        yield


def rows(name: str) -> list[Row]:
    with (YEAR_2013 / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def before_2013(tables: Tables) -> None:
    """Leave of the year's files what the agency brings in: the calls, the organisations, and the
    grants of 2012 with what was carried over of them, nothing of it used yet."""
    earlier = {each["call"] for each in tables["calls"] if each["year"] == "2012"}
    tables.rows["applications"] = [
        each for each in tables["applications"] if each["call"] in earlier
    ]
    kept = {each["reference"] for each in tables["applications"]}
    tables.rows["partners"] = [each for each in tables["partners"] if each["reference"] in kept]
    tables.rows["funds"] = [
        {**each, "spent_sek": "0", "to_repay_sek": "0"}
        for each in tables["funds"]
        if each["reference"] in kept
    ]
    for name in ("reports", "areas", "answers"):
        tables.rows[name] = []


class Year:
    """The year's cases in one stream, by the references of the files, and the people who work with
    them; the other stream has what was carried over, untouched."""

    def __init__(self, folder: Path, stream: str) -> None:
        self.stream, self.code, self.letter = stream, CALLS[stream], LETTERS[stream]
        self.areas: dict[str, list[Row]] = defaultdict(list)
        self.answers: dict[str, dict[tuple[str, str], list[str]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.funds = {
            each["reference"]: each
            for each in rows("funds")
            if each["reference"].startswith(self.letter)
        }
        self.reports = [each for each in rows("reports") if each["stream"] == stream]
        for each in rows("areas"):
            self.areas[each["report"]].append(each)
        for each in rows("answers"):
            place = each["area"], each["question"]
            self.answers[each["report"]][place].append(each["option"])
        with on(BROUGHT_IN):
            self._bring_in(folder)
        self.officer: User = staff(self.agency, Role.CASE_OFFICER, name="Hanna Handläggare")
        self.decider: User = staff(self.agency, Role.DECISION_MAKER, name="Bo Beslutsfattare")
        self.first, self.second = (
            staff(self.agency, Role.CONTROLLER, name=name) for name in ("Cia", "Curt")
        )
        self.analyst: User = staff(self.agency, Role.ANALYST, name="Ulf Utredare")
        self.accepted: dict[str, date] = {}
        self._people: dict[int, User] = {}
        self._receive()

    def _bring_in(self, folder: Path) -> None:
        """The grants of 2012, in calls of 2013 whose grants are paid at once."""
        terms = PaymentTerms(appropriation="4:7 ap.4", parts=(PaymentPart(percent=100),))
        for code in CALLS.values():
            found = built_in_definition(code).model_copy(update={"version": 2, "payments": terms})
            record_definition(definition=found)
        copy_of(YEAR_2013, folder, before_2013)
        agency = built_in_definition(CALLS["municipalities"]).agency.code
        bring_in_year(path=folder, agency=agency)
        self.agency = Agency.objects.get(code=agency)
        there = {(each.org_no, each.unit): each for each in Organisation.objects.all()}
        self.organisations = {
            each["organisation"]: there[each["org_no"], each["unit"]]
            for each in rows("organisations")
        }
        for organisation in there.values():
            organisation.giro_kind, organisation.giro_number = "bankgiro", "5050-1055"
            organisation.save()
        carried = Application.objects.filter(reference__startswith=self.letter)
        self.cases = {each.reference: each for each in carried.select_related("lead")}

    def _receive(self) -> None:
        """What was received in the autumn of 2012, and is to be decided: as the register has it,
        with the areas that the reports answer for."""
        reported: dict[str, list[str]] = defaultdict(list)
        for report in self.reports:
            for reference in report["references"].split(";"):
                reported[reference] += [each["area"] for each in self.areas[report["report"]]]
        partners = defaultdict(list)
        for each in rows("partners"):
            partners[each["reference"]].append(self.organisations[each["organisation"]])
        calls = {call.code: call for call in Call.objects.filter(agency=self.agency)}
        self.received = [
            each
            for each in rows("applications")
            if each["call"] in CALLS.values() and each["reference"].startswith(self.letter)
        ]
        for each in self.received:
            self.cases[each["reference"]] = ApplicationFactory(
                call=calls[each["call"]],
                lead=self.organisations[each["lead"]],
                partners=partners[each["reference"]],
                requested_sek=int(each["requested_sek"]),
                received_at=datetime.fromisoformat(each["received_at"]).astimezone(UTC),
            )
        for reference, case in self.cases.items():
            areas = [
                {"area": area, "answers": {}, "activities": []}
                for area in dict.fromkeys(reported[reference])
            ]
            ApplicationVersionFactory(
                application=case,
                document=canonical_json({"participants": [], "areas": areas}),
                submitted_by=self.person(case.lead),
            )

    def person(self, organisation: Organisation) -> User:
        """Who writes and signs for the organisation."""
        if organisation.pk not in self._people:
            self._people[organisation.pk] = acting_for(organisation)
        return self._people[organisation.pk]

    # Deciding -----------------------------------------------------------------------------------

    def prepare(self, row: Row) -> None:
        """An officer judges the case and proposes its decision."""
        case, officer = self.cases[row["reference"]], self.officer
        handling.assign_officer(application=case, officer=officer, actor=officer)
        if row["outcome"] == "withdrawn":
            handling.withdraw_application(application=case, actor=self.person(case.lead))
            return
        reviews.declare_conflict(application=case, actor=officer, has_conflict=False)
        granted = row["outcome"] == "granted"
        requirements = {each.pk: each for each in case.call.requirements.all()}
        for demand in demands_of(case):
            reviews.record_finding(
                application=case,
                requirement=requirements[demand.requirement],
                organisation=Organisation(pk=demand.organisation),
                actor=officer,
                finding=FindingValue.MET if granted else FindingValue.NOT_MET,
            )
        outcome = ProposedOutcome.REJECT
        if granted:
            whole = row["granted_sek"] == row["requested_sek"]
            outcome = ProposedOutcome.GRANT if whole else ProposedOutcome.PART
            check_costs(case, officer, int(row["granted_sek"]))
        reviews.propose(
            application=case, actor=officer, outcome=outcome, reasons="Kraven är prövade."
        )
        reviews.assess_application(application=case, actor=officer)

    def decide(self, row: Row) -> None:
        """Another decides as is proposed; who prepared it may not."""
        case = self.cases[row["reference"]]
        if row["outcome"] == "withdrawn":
            return
        reviews.declare_conflict(application=case, actor=self.decider, has_conflict=False)
        reviews.decide_as_proposed(application=case, actor=self.decider)

    # Paying -------------------------------------------------------------------------------------

    def pay(self) -> None:
        """All that was granted is ordered by one controller, approved by another, and paid."""
        granted = [
            self.cases[each["reference"]].pk
            for each in self.received
            if each["outcome"] == "granted"
        ]
        for some in batched(granted, ORDER, strict=False):
            with on(PAID):
                order = payment_orders.make_order(
                    agency=self.agency, actor=self.first, parts=[(pk, 1) for pk in some]
                )
                payment_orders.approve_order(order=order, actor=self.second)
                payment_orders.hand_over_order(order=order, actor=self.first)
            with on(ANSWERED):
                answer = payment_answers.receive_answer(
                    order=order,
                    actor=self.first,
                    content=answer_file(order, *["paid"] * len(some)),
                )
                payment_answers.book_answer(answer_id=answer.pk)

    # Reporting ----------------------------------------------------------------------------------

    def require(self, row: Row) -> None:
        """An officer requires the report of the year's work."""
        cases = [self.cases[each] for each in row["references"].split(";")]
        left = sum(self._left(each) for each in row["references"].split(";"))
        reports.require_report(
            agency=self.agency,
            code=row["report"],
            stream=row["stream"],
            year=2013,
            organisation=cases[0].lead,
            applications=cases,
            kind=ReportKind.INTERIM if left else ReportKind.FINAL,
            actor=self.officer,
            due_on=DUE,
        )

    def _left(self, reference: str) -> int:
        found = self.funds[reference]
        used = int(found["spent_sek"]) + int(found["to_repay_sek"])
        return int(found["available_sek"]) - used

    def report(self, row: Row) -> None:
        """The grantee writes the report, field by field, and sends it in."""
        report = Report.objects.get(code=row["report"])
        person = self.person(report.organisation)

        def put(path: str, text: str) -> None:
            save_value(report=report, path=path, text=text, base=0, actor=person)

        for area in self.areas[row["report"]]:
            put(status_path(area["area"]), area["status"])
        for (area, question), options in self.answers[row["report"]].items():
            put(answer_path(area, question), ",".join(options))
        plan = plan_of(report, applications_of(report))
        references = {self.cases[each].pk: each for each in row["references"].split(";")}
        for grant in plan.grants:
            spent = int(self.funds[references[grant.application]]["spent_sek"])
            [line] = grant.lines
            put(spent_path(grant.application, line.number), str(spent))
            if spent < line.approved_sek and report.kind == ReportKind.FINAL:
                put(why_path(grant.application, line.number), "Arbetet blev billigare.")
            put(booked_path(grant.application), str(spent))
        sending.send_report(report=report, actor=person)

    def accept(self, row: Row) -> None:
        """An officer accepts what the report says of each grant's money."""
        used = [
            reports.Used(
                application=self.cases[each].pk,
                spent_sek=int(self.funds[each]["spent_sek"]),
                to_repay_sek=int(self.funds[each]["to_repay_sek"]),
            )
            for each in row["references"].split(";")
        ]
        report = Report.objects.get(code=row["report"])
        reports.accept(report=report, actor=self.officer, used=used)
        for each in row["references"].split(";"):
            self.accepted[each] = timezone.localdate()

    # Money back ---------------------------------------------------------------------------------

    def claim_back(self) -> None:
        """What is to be repaid is claimed by the controller, and paid back."""
        for reference, found in self.funds.items():
            if not int(found["to_repay_sek"]):
                continue
            case = self.cases[reference]
            with on(max(CLAIMED, self.accepted[reference])):
                claim = claims.send_claim(
                    application=case, actor=self.first, text="Betala till bankgiro 5050-1055."
                )
            assert claim is not None, f"nothing was claimed of {reference}"
            with on(max(REPAID, self.accepted[reference] + timedelta(days=28))):
                claims.register_repayment(
                    application=case,
                    actor=self.first,
                    amount_sek=claim.amount_sek,
                    reference="bg 1",
                )

    def stands_as_the_files_say(self) -> None:
        """Each grant has left what the files say, and its case is in the state that follows."""
        cases = Application.objects.in_bulk([each.pk for each in self.cases.values()])
        for reference in self.funds:
            case = cases[self.cases[reference].pk]
            left = usable_sek(fund_years(case))
            assert left == self._left(reference), reference
            wanted = Status.INTERIM_REPORTED if left else Status.FINAL_REPORTED
            assert case.status == wanted, reference


def sums(stream: str, year: int) -> dict[str, int]:
    """What is booked on the grants of a year's calls, by kind."""
    found: dict[str, int] = defaultdict(int)
    entries = LedgerEntry.objects.filter(
        application__call__stream=stream, application__call__year=year, year=2013
    )
    for kind, amount in entries.values_list("kind", "amount_sek"):
        found[kind] += amount
    return found


@pytest.mark.long
@pytest.mark.postgresql
@pytest.mark.django_db
@pytest.mark.parametrize("stream", list(LETTERS))
def test_the_year_is_brought_to_its_end(stream: str, tmp_path: Path) -> None:
    year = Year(tmp_path / "year", stream)
    key = expected_2013()["key_figures"][stream]
    assert sums(stream, 2012)["carried_in"] == key["carried_over_sek"]
    with on(PREPARED):
        for row in year.received:
            year.prepare(row)
    one = next(each for each in year.received if each["outcome"] == "granted")
    with on(DECIDED):
        with pytest.raises(PermissionDenied):
            reviews.decide_as_proposed(application=year.cases[one["reference"]], actor=year.officer)
        for row in year.received:
            year.decide(row)
    year.pay()
    assert sums(stream, 2013) == {"granted": key["granted_sek"], "paid": key["granted_sek"]}
    assert set(PaymentOrder.objects.values_list("state", flat=True)) == {OrderState.ANSWERED}
    with on(REQUIRED):
        for row in year.reports:
            year.require(row)
    for row in year.reports:
        at = datetime.fromisoformat(row["received_at"]).astimezone(UTC)
        with on(at):
            year.report(row)
        with on(at + timedelta(days=3)):
            year.accept(row)
    year.claim_back()
    assert sums(stream, 2012)["repaid"] == key["to_repay_sek"]
    year.stands_as_the_files_say()
    with on(FROZEN):
        assert reconcile(agency=year.agency, actor=year.first).faults == []
        edition = edition_of(year.agency)
    found = edition_json(edition)
    assert found["key_figures"][stream] == key
    printed = {str(each.number) for each in built_in_definition(year.code).tables}
    assert {number: found["tables"][number] for number in printed} == {
        number: expected_2013()["tables"][number] for number in printed
    }
    assert not list(JournalVerifier().faults())
