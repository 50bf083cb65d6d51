"""Brings an application to any status through the services, with its whole history."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from applicants.enums import Role
from applicants.models import Organisation, User
from core.definitions import Answers
from grants.checks import DismissalGround, ReconsiderationGround, UnlockableField
from grants.enums import EntryKind, Status, Stream
from grants.models import Application, Call
from grants.services import decisions, drafts, handling, ledger, submission
from reporting.enums import ReportKind
from reporting.models import Report
from reporting.services import reports
from reviews import services as reviews
from reviews.enums import FindingValue, NotCommunicated, ProposedOutcome
from reviews.selectors import demands_of, found

from .applicants import OrganisationFactory, acting_for, staff
from .costs import check_costs
from .grants import CallFactory

REQUESTED = 500_000


def answers() -> Answers:
    """What can be sent in on the report questionnaire of `tests.factories.definitions`."""
    return Answers.from_rows(
        areas=[("mapping", "completed"), ("training", "ongoing")],
        choices=[("", "attended_training", "yes"), ("mapping", "activities", "survey")],
        values=[("", "comment", "Det gick bra.")],
    )


@dataclass
class Scenario:
    """A call with the people around it; every method goes through a service."""

    call: Call = field(default_factory=lambda: open_call())
    lead: Organisation = field(default_factory=OrganisationFactory)

    def __post_init__(self) -> None:
        agency = self.call.agency
        self.officer: User = staff(agency, Role.CASE_OFFICER)
        self.colleague: User = staff(agency, Role.CASE_OFFICER)
        self.decider: User = staff(agency, Role.DECISION_MAKER)
        self.controller: User = staff(agency, Role.CONTROLLER)
        self.signatory: User = acting_for(self.lead)

    def draft(
        self, *, requested_sek: int = REQUESTED, partners: tuple[Organisation, ...] = ()
    ) -> Application:
        application = drafts.create_draft(
            call=self.call,
            lead=self.lead,
            actor=self.signatory,
            requested_sek=requested_sek,
            partners=partners,
        )
        for part in application.participations.filter(role="partner"):
            drafts.answer_participation(
                participation=part, actor=acting_for(part.organisation), approve=True
            )
        return fresh(application)

    def submitted(self, **draft: Any) -> Application:
        application = self.draft(**draft)
        submission.submit_application(application=application, actor=self.signatory)
        return fresh(application)

    def assign(self, application: Application) -> Application:
        return handling.assign_officer(
            application=application, officer=self.officer, actor=self.officer
        )

    def review(
        self,
        application: Application,
        *,
        finding: FindingValue = FindingValue.MET,
        outcome: ProposedOutcome = ProposedOutcome.GRANT,
        amount_sek: int | None = None,
    ) -> None:
        """Everything that assessing asks for, by the officer; findings already made are kept."""
        self.assign(application)
        reviews.declare_conflict(application=application, actor=self.officer, has_conflict=False)
        there = found(application)
        requirements = {each.pk: each for each in application.call.requirements.all()}
        for each in demands_of(application):
            if (each.requirement, each.organisation) not in there:
                reviews.record_finding(
                    application=application,
                    requirement=requirements[each.requirement],
                    organisation=Organisation.objects.get(pk=each.organisation),
                    actor=self.officer,
                    finding=finding,
                )
        if outcome == ProposedOutcome.GRANT:
            check_costs(application, self.officer, amount_sek)
        reviews.propose(
            application=application,
            actor=self.officer,
            outcome=outcome,
            reasons="Kraven är prövade.",
        )

    def assess(self, application: Application, **review: Any) -> Application:
        self.review(application, **review)
        return reviews.assess_application(application=application, actor=self.officer)

    def assessed(self, **draft: Any) -> Application:
        return self.assess(self.submitted(**draft))

    def grant(self, application: Application, amount_sek: int | None = None) -> Application:
        self.decider_declares(application)
        reviews.grant_application(
            application=application,
            actor=self.decider,
            amount_sek=amount_sek or application.requested_sek or 0,
            reasons="Kraven är uppfyllda.",
        )
        return fresh(application)

    def granted(self, amount_sek: int | None = None, **draft: Any) -> Application:
        return self.grant(self.assessed(**draft), amount_sek)

    def decider_declares(self, application: Application) -> None:
        reviews.declare_conflict(application=application, actor=self.decider, has_conflict=False)

    def received_report(
        self, *applications: Application, year: int | None = None, kind: Any = ReportKind.FINAL
    ) -> Report:
        """A report that has been sent in for these grants."""
        year = year or self.call.year
        report = reports.require_report(
            agency=self.call.agency,
            code=f"R-{year}-{applications[0].pk}",
            stream=Stream(self.call.stream),
            year=year,
            organisation=self.lead,
            applications=applications,
            kind=kind,
            actor=self.officer,
        )
        reports.start(report=report, actor=self.signatory)
        reports.send_in(report=report, actor=self.signatory, answers=answers())
        return fresh(report)

    def accepted_report(
        self,
        application: Application,
        *,
        spent_sek: int,
        to_repay_sek: int = 0,
        year: int | None = None,
    ) -> Report:
        report = self.received_report(application, year=year)
        used = reports.Used(
            application=application.pk, spent_sek=spent_sek, to_repay_sek=to_repay_sek
        )
        return reports.accept(report=report, actor=self.officer, used=[used])

    def at(self, status: Status) -> Application:
        """A new application, brought to that status."""
        made: dict[Status, Any] = {
            Status.DRAFT: self.draft,
            Status.DISCARDED: self._discarded,
            Status.SUBMITTED: self.submitted,
            Status.COMPLETION_REQUESTED: self._completion_requested,
            Status.ASSESSED: self.assessed,
            Status.GRANTED: self.granted,
            Status.REJECTED: self._rejected,
            Status.DISMISSED: self._dismissed,
            Status.WITHDRAWN: self._withdrawn,
            Status.INTERIM_REPORTED: self._interim_reported,
            Status.FINAL_REPORTED: self._final_reported,
            Status.REVOKED: self._revoked,
            Status.CLOSED: self._closed,
        }
        application = fresh(made[status]())
        assert application.status == status
        return application

    def _discarded(self) -> Application:
        return drafts.discard_application(application=self.draft(), actor=self.signatory)

    def _completion_requested(self) -> Application:
        return handling.request_completion(
            application=self.submitted(),
            actor=self.officer,
            fields=[UnlockableField.REQUESTED],
            due=timezone.localdate() + timedelta(days=14),
        )

    def _rejected(self) -> Application:
        application = self.assessed()
        self.decider_declares(application)
        reviews.reject_application(
            application=application, actor=self.decider, reasons="Kraven är inte uppfyllda."
        )
        return application

    def _dismissed(self) -> Application:
        application = self.submitted()
        self.assign(application)
        self.decider_declares(application)
        reviews.dismiss_application(
            application=application,
            actor=self.decider,
            ground=DismissalGround.NOT_ENTITLED,
            reasons="Får inte söka.",
        )
        return application

    def _withdrawn(self) -> Application:
        return handling.withdraw_application(application=self.submitted(), actor=self.signatory)

    def _interim_reported(self) -> Application:
        application = self.granted()
        self.accepted_report(application, spent_sek=REQUESTED // 2)
        return application

    def _final_reported(self) -> Application:
        application = self.granted()
        self.accepted_report(application, spent_sek=REQUESTED)
        return application

    def _revoked(self) -> Application:
        application = self.granted()
        self.heard_after_grant(application)
        reviews.revoke_application(
            application=application,
            actor=self.decider,
            ground="wrong_information",
            reasons="Uppgifterna var fel.",
        )
        return application

    def heard_after_grant(self, application: Application) -> None:
        """It is noted why the grantee is not heard before the grant is revoked."""
        reviews.declare_conflict(application=application, actor=self.officer, has_conflict=False)
        reviews.note_not_communicating(
            application=application,
            actor=self.officer,
            ground=NotCommunicated.OBVIOUS,
            reason="Mottagaren har själv begärt det.",
            keys=(),
        )

    def _closed(self) -> Application:
        return handling.close_application(application=self._final_reported(), actor=self.officer)

    def repay(self, application: Application, amount_sek: int, key: str = "1") -> None:
        """Book that the grantee has repaid what was claimed, whole SEK."""
        ledger.book_payment(
            application=application,
            actor=self.controller,
            kind=EntryKind.REPAID,
            year=application.call.year,
            amount_sek=amount_sek,
            key=key,
        )

    def reconsider(self, application: Application) -> Application:
        return decisions.reconsider_application(
            application=application,
            actor=self.decider,
            ground=ReconsiderationGround.RECONSIDERATION,
        )


def open_call(**fields: Any) -> Call:
    """A call that is open today, for the current year unless another is named."""
    today = timezone.localdate()
    defaults: dict[str, Any] = {
        "year": today.year,
        "opens_on": today - timedelta(days=30),
        "closes_on": today + timedelta(days=30),
        "frame_sek": 2_000_000,
    }
    return CallFactory(**defaults | fields)


def fresh[M: (Application, Report)](row: M) -> M:
    """The row as it is in the database now."""
    found: M = type(row)._default_manager.get(pk=row.pk)
    return found
