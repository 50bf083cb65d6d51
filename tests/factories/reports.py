"""Grants made and to be reported: a joint one with an approved budget, and the people around."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import Organisation, User
from core.checks import canonical_json, sha256_text
from core.models import Agency
from grants.content.basis import DecisionBasis, LineOutcome, Share
from grants.enums import EntryKind, Status
from grants.models import Application, Call
from grants.services import ledger
from reporting.content.paths import (
    answer_path,
    booked_path,
    part_path,
    spent_path,
    status_path,
    why_path,
)
from reporting.models import Report
from reporting.selectors.plan import applications_of, plan_of
from reporting.selectors.writing import report_values
from reporting.services import obligations, sending, writing

from .applicants import OrganisationFactory, acting_for, staff
from .assessing import assessed_call
from .core import AgencyFactory
from .definitions import both
from .grants import ApplicationFactory, ApplicationVersionFactory, DecisionFactory

REPORTING: dict[str, Any] = {
    "plan": ["expected"],
    "explain_percent": 10,
    "part": {
        "key": "redovisning-prov-del",
        "version": 1,
        "title": both("Er del"),
        "sections": [
            {
                "key": "own",
                "title": both("Ert eget arbete"),
                "questions": [
                    {
                        "key": "done",
                        "kind": "text",
                        "text": both("Vad har ni gjort?"),
                        "required": True,
                        "max_length": 4000,
                    }
                ],
            }
        ],
    },
    "reminders": {"before": [14, 1], "after": [3], "escalate": 10},
}
MAPPING_SEK, TRAINING_SEK = 300_000, 100_000


def paper(lead: Organisation) -> str:
    """What was applied for, as the version that was sent in says it."""
    return canonical_json(
        {
            "participants": [{"name": lead.name}],
            "areas": [
                {
                    "area": "mapping",
                    "answers": {"expected": "Våldets omfattning är känd."},
                    "activities": [{"number": 1, "title": "Kartlägga våldets omfattning"}],
                },
                {"area": "training", "answers": {}, "activities": []},
            ],
        }
    )


@dataclass
class Reporting:
    """A call whose grants are reported, with its people; `year` is the grants' year, so that
    this year's interim report is due in `due_in` days. They are paid by `payments`, or elsewhere.
    """

    due_in: int = 20
    changes: dict[str, Any] = field(default_factory=dict)
    payments: dict[str, Any] | None = None
    agency: Agency = field(default_factory=lambda: AgencyFactory(name_sv="Provmyndigheten"))

    def __post_init__(self) -> None:
        self.today: date = timezone.localdate()
        self.call: Call = assessed_call(
            agency=self.agency,
            closes_in=-20,
            year=self.today.year,
            changes={
                "reporting": {**REPORTING, **self.changes},
                **({"payments": self.payments} if self.payments else {}),
            },
        )
        self.officer: User = staff(self.agency, Role.CASE_OFFICER, name="Hanna Handläggare")
        self.decider: User = staff(self.agency, Role.DECISION_MAKER)
        self.lead: Organisation = OrganisationFactory(name="Ale kommun", kind="municipality")
        self.partner: Organisation = OrganisationFactory(name="Bjuvs kommun", kind="municipality")
        self.signatory: User = acting_for(self.lead, name="Siv Signerare")
        self.writer: User = acting_for(self.lead, OrganisationRole.WRITER, name="Sven Skrivare")
        self.partners_writer: User = acting_for(
            self.partner, OrganisationRole.WRITER, name="Berit Bjuv"
        )
        self.stranger: User = acting_for(OrganisationFactory())

    def granted(
        self, *, joint: bool = False, call: Call | None = None, lead: Organisation | None = None,
        interim_in: int | None = None,
    ) -> Application:  # fmt: skip
        """A grant of 400 000 SEK with two lines, decided on a frozen basis and booked."""
        call, lead = call or self.call, lead or self.lead
        total = MAPPING_SEK + TRAINING_SEK
        second = self.partner if joint else lead
        application: Application = ApplicationFactory(
            call=call,
            lead=lead,
            partners=[self.partner] if joint else [],
            status=Status.GRANTED,
            requested_sek=total,
            granted_sek=total,
            decided_on=self.today,
            assigned_to=self.officer,
        )
        ApplicationVersionFactory(
            application=application, document=paper(lead), submitted_by=self.signatory
        )
        basis = canonical_json(self._basis(application, second, interim_in).document())
        with transaction.atomic():
            DecisionFactory(
                application=application,
                decider=self.decider,
                preparer=self.officer,
                basis=basis,
                basis_sha256=sha256_text(basis),
            )
            ledger.book(
                application=application, kind=EntryKind.GRANTED, year=call.year,
                amount_sek=total, actor=self.decider, key=f"granted:{application.pk}",
                booked_on=self.today,
            )  # fmt: skip
        return application

    def _basis(
        self, application: Application, second: Organisation, interim_in: int | None
    ) -> DecisionBasis:
        lead = application.lead
        due = self.today + timedelta(days=self.due_in if interim_in is None else interim_in)

        def line(number: int, title: str, area: str, whose: Organisation, sek: int) -> LineOutcome:
            return LineOutcome(number, title, "Lön", area, "Kartlägga", whose.pk, sek, sek, sek)

        return DecisionBasis(
            shares=(Share(lead.pk, lead.name, lead.org_no, MAPPING_SEK, MAPPING_SEK),),
            lines=(
                line(1, "Projektledare", "mapping", lead, MAPPING_SEK),
                line(2, "Utbildningsdagar", "training", second, TRAINING_SEK),
            ),
            purpose=("mapping", "training"),
            interim_due=due,
            final_due=due + timedelta(days=400),
        )

    def required(self, application: Application | None = None, **granted: Any) -> Report:
        """The interim report of a grant, as the system requires it."""
        case = application or self.granted(**granted)
        obligations.require_for(application_id=case.pk)
        return Report.objects.get(year=case.call.year, organisation=case.lead)

    def put(self, report: Report, path: str, text: str, actor: User | None = None) -> None:
        """Save a value over whatever version is there."""
        there = report_values(report).get(path)
        writing.save_value(
            report=report,
            path=path,
            text=text,
            base=there.number if there else 0,
            actor=actor or self.writer,
        )

    def filled(self, report: Report, spent: tuple[int, ...] = (300_000, 100_000)) -> Report:
        """Everything answered so that it can be sent in: each line's `spent`, whole SEK."""
        for area in ("mapping", "training"):
            self.put(report, status_path(area), "completed")
        self.put(report, answer_path("", "attended_training"), "yes")
        plan = plan_of(report, applications_of(report))
        for grant in plan.grants:
            for line, sek in zip(grant.lines, spent, strict=False):
                self.put(report, spent_path(grant.application, line.number), str(sek))
                if sek > line.approved_sek:
                    self.put(report, why_path(grant.application, line.number), "Dyrare lokal.")
            self.put(report, booked_path(grant.application), str(sum(spent)))
        if plan.partners:
            self.put(report, part_path(self.lead.pk, "done"), "Lett arbetet.")
        return report

    def done_part(self, report: Report) -> None:
        """The partner's people write their part and say that it is done."""
        self.put(report, part_path(self.partner.pk, "done"), "Utbildat alla.", self.partners_writer)
        writing.say_part_done(
            report=report, organisation=self.partner.pk, actor=self.partners_writer
        )

    def received(self, report: Report | None = None, **filled: Any) -> Report:
        """A report that has been written and sent in."""
        report = self.filled(report or self.required(), **filled)
        sending.send_report(report=report, actor=self.signatory)
        return Report.objects.get(pk=report.pk)
