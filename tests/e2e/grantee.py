"""A grant as those meet it who got it: joint, decided last winter, its first part paid out."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import Organisation, User
from core.definitions import WHOLE
from core.models import Agency
from grants.enums import Status
from grants.models import Application, PaymentOrder
from grants.services import payment_answers, payment_orders, submission
from grants.services.drafts import answer_participation, write_application
from grants.services.handling import assign_officer
from grants.services.payments import ask_for_part
from portal.services.demo import demo_call
from reporting.content.paths import (
    answer_path,
    booked_path,
    own_path,
    part_path,
    spent_path,
    status_path,
    why_path,
)
from reporting.models import Report
from reporting.selectors.plan import plan_of
from reporting.selectors.writing import report_values
from reporting.services import obligations, reports, sending, writing
from reporting.services.accepting import used_of
from reviews import services
from reviews.enums import FindingValue, ProposedOutcome
from reviews.selectors import demands_of
from reviews.selectors.proposals import usual_dates
from reviews.services.deciding import decide_as_proposed
from tests.e2e.album import budgeted, worded, worded_part
from tests.factories import (
    AgencyFactory,
    CountyFactory,
    MandateFactory,
    OrganisationFactory,
    acting_for,
    staff,
)
from tests.factories.costs import say
from tests.factories.forms import begun, fill_part, filled
from tests.factories.paying import answer_file
from tests.factories.scenario import fresh

AREA = "support_children"
APPLIED, DECIDED = timedelta(days=365), timedelta(days=250)
"""How long ago."""
SPENT = {2: 214_000, 3: 162_500, 5: 47_500, 6: 12_800}
"""Whole SEK of each line that was approved; the last one is the partner's."""
INTERPRETER = 5


def at(ago: timedelta) -> AbstractContextManager[Any]:
    """The clock stands at that time ago, in the morning."""
    then = (timezone.now() - ago).replace(hour=9, minute=12)
    return patch("django.utils.timezone.now", lambda: then)


class Grantee:
    """Two associations with a grant to use and to report, and the agency's people."""

    def __init__(self) -> None:
        self.agency: Agency = AgencyFactory(
            code="myndigheten", name_sv="Myndigheten", short="Myndigheten"
        )
        self.officer: User = staff(self.agency, Role.CASE_OFFICER, name="Hanna Handläggare")
        self.decider: User = staff(self.agency, Role.DECISION_MAKER, name="Bo Beslutsfattare")
        self.controllers: list[User] = [
            staff(self.agency, Role.CONTROLLER, name=name)
            for name in ("Cia Controller", "Curt Controller")
        ]
        self.lead, self.partner = (
            OrganisationFactory(
                name=name,
                kind="association",
                county=CountyFactory(code="14"),
                giro_kind="bankgiro",
                giro_number="5050-1055",
            )
            for name in ("Kvinnojouren Månen", "Kvinnojouren Solen")
        )
        self.eva: User = acting_for(self.lead, name="Eva Ek", email="eva.ek@example.se")
        MandateFactory(organisation=self.lead, user=self.eva, role=OrganisationRole.ADMINISTRATOR)
        self.lo: User = acting_for(self.partner, name="Lo Lind", email="lo.lind@example.se")
        with at(APPLIED):
            self.case = self._received()
        with at(DECIDED):
            self._decided()
            self.report = obligations.require_for(application_id=self.case.pk)[0]
        self.pay(1)

    def _received(self) -> Application:
        call = demo_call(
            agency=self.agency, definition="foreningar-2013", today=timezone.localdate()
        )
        draft = begun(call, self.lead, self.eva)
        write_application(application=draft, actor=self.eva, partners=[self.partner])
        filled(draft, self.eva, area=AREA)
        worded(draft, self.eva, AREA)
        budgeted(
            draft,
            self.eva,
            ("salary", "Samordnare på halvtid", 180_000, self.lead),
            ("premises", "Lokalhyra", 60_000, self.lead),
            ("consultant", "Tolk vid samtal med föräldrar", 40_000, self.lead),
            ("travel", "Resor till grupperna", 15_000, self.partner),
        )
        fill_part(draft, self.partner, self.lo)
        for organisation, person in ((self.lead, self.eva), (self.partner, self.lo)):
            worded_part(draft, organisation, person)
        part = draft.participations.get(organisation=self.partner)
        answer_participation(participation=part, actor=self.lo, approve=True, assurance="passkey")
        submission.submit_application(application=fresh(draft), actor=self.eva, assurance="passkey")
        return fresh(draft)

    def _decided(self) -> None:
        """Granted in part: the rent is not paid."""
        case, officer = self.case, self.officer
        assign_officer(application=case, officer=officer, actor=officer)
        services.declare_conflict(application=case, actor=officer, has_conflict=False)
        requirements = {each.pk: each for each in case.call.requirements.all()}
        for demand in demands_of(case):
            services.record_finding(
                application=case,
                requirement=requirements[demand.requirement],
                organisation=Organisation.objects.get(pk=demand.organisation),
                actor=officer,
                finding=FindingValue.MET,
            )
        for number in SPENT:
            say(case, officer, number, verdict="full")
        say(case, officer, 4, verdict="none", reason="running_costs",
            text="Kostnaden hör till den löpande driften.")  # fmt: skip
        services.propose(
            application=case,
            actor=officer,
            outcome=ProposedOutcome.GRANT,
            reasons="Ansökan uppfyller kraven. Hyran är löpande drift och betalas inte.",
            dates=usual_dates(case.call),
        )
        Application.objects.filter(pk=case.pk).update(status=Status.ASSESSED)
        services.declare_conflict(application=case, actor=self.decider, has_conflict=False)
        decide_as_proposed(application=fresh(case), actor=self.decider)
        self.case = fresh(case)

    def pay(self, part: int) -> None:
        """The grantee asks for a part, and some days later it is paid."""
        first, second = self.controllers
        with at(DECIDED - timedelta(days=9)):
            ask_for_part(application=self.case, actor=self.eva, part=part)
        with at(DECIDED - timedelta(days=16)):
            order = payment_orders.make_order(
                agency=self.agency, actor=first, parts=[(self.case.pk, part)]
            )
            order = payment_orders.approve_order(order=order, actor=second)
            order = payment_orders.hand_over_order(order=order, actor=first)
        with at(DECIDED - timedelta(days=19)):
            self._answered(order)

    def _answered(self, order: PaymentOrder) -> None:
        content = answer_file(order, "paid")
        answer = payment_answers.receive_answer(
            order=order, actor=self.controllers[0], content=content
        )
        payment_answers.book_answer(answer_id=answer.pk)

    # The report -------------------------------------------------------------------------------

    def put(self, path: str, text: str, actor: User | None = None) -> None:
        there = report_values(self.report).get(path)
        writing.save_value(
            report=self.report,
            path=path,
            text=text,
            base=there.number if there else 0,
            actor=actor or self.eva,
        )

    def area_written(self) -> None:
        """How the work has gone."""
        self.put(status_path(AREA), "ongoing")
        for question, text in {
            "activities": "Fjorton barn har fått egna samtal. Två grupper har startat.",
            "expected_results": "largely",
        }.items():
            self.put(answer_path(AREA, question), text)

    def written(self) -> None:
        """The lead's own, all but what the whole report asks for; the partner's, and its word
        that it is done."""
        case = self.case.pk
        for number, amount in SPENT.items():
            whose = self.lo if number == max(SPENT) else self.eva
            self.put(spent_path(case, number), str(amount), whose)
        self.put(why_path(case, INTERPRETER), "Fler föräldrar än väntat behövde tolk i samtalen.")
        self.put(booked_path(case), str(sum(SPENT.values())))
        done = "Vi har tagit emot nio barn från jouren i grupperna och skjutsat dem dit."
        self.put(part_path(self.partner.pk, "own_done"), done, self.lo)
        self.put(own_path(self.partner.pk), str(SPENT[max(SPENT)]), self.lo)
        writing.say_part_done(report=self.report, organisation=self.partner.pk, actor=self.lo)
        done = "Vi har lett arbetet, anställt samordnaren och utbildat två gruppledare."
        self.put(part_path(self.lead.pk, "own_done"), done)
        self.put(own_path(self.lead.pk), str(sum(SPENT.values()) - SPENT[max(SPENT)]))

    def whole_written(self) -> None:
        """What is asked of the whole report."""
        for question, text in {
            "attended_regional_training": "yes",
            "unspent_reason": "Samordnaren började först i april.",
            "lasting_effects": "Kommunen har lovat att betala samordnaren från nästa år.",
        }.items():
            self.put(answer_path(WHOLE, question), text)

    def sent_in(self) -> None:
        sending.send_report(report=Report.objects.get(pk=self.report.pk), actor=self.eva)

    def returned(self) -> None:
        """The case officer has a question."""
        reports.send_back(
            report=Report.objects.get(pk=self.report.pk),
            actor=self.officer,
            questions="Tack för redovisningen. Vi undrar över en sak innan vi godkänner den.",
            items={answer_path(AREA, "activities"): "Hur gamla är barnen som har fått samtal?"},
        )

    def accepted(self) -> None:
        """Answered, sent in again, and accepted."""
        self.put(
            answer_path(AREA, "activities"),
            "Fjorton barn mellan fem och tolv år har fått egna samtal. Två grupper har startat.",
        )
        self.sent_in()
        report = Report.objects.get(pk=self.report.pk)
        used = used_of(report, plan_of(report, [fresh(self.case)]), report_values(report))
        reports.accept(report=report, actor=self.officer, used=used)
