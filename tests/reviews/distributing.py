"""Assessed cases with checked lines, to distribute a frame over."""

from dataclasses import dataclass, field

from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from grants.enums import Status
from grants.models import Application, Call
from reviews.enums import LineVerdict, ProposedOutcome
from reviews.models import Assessment, LineAssessment, Proposal
from tests.factories import ApplicationFactory, staff
from tests.factories.assessing import assessed_call


@dataclass
class Round:
    """A call of which some applications are assessed; `officer` assessed, `other` did not."""

    call: Call = field(default_factory=lambda: assessed_call(frame_sek=1_000_000))

    def __post_init__(self) -> None:
        self.officer: User = staff(self.call.agency, Role.CASE_OFFICER)
        self.other: User = staff(self.call.agency, Role.CASE_OFFICER)
        self.decider: User = staff(self.call.agency, Role.DECISION_MAKER)

    def case(self, *lines: int, points: int = 3, asked: int | None = None) -> Application:
        """An assessed case whose budget lines were approved in full, and a proposal of them."""
        whole = sum(lines)
        case: Application = ApplicationFactory(
            call=self.call,
            status=Status.ASSESSED,
            requested_sek=asked or whole,
            assigned_to=self.officer,
            received_at=timezone.now(),
        )
        for number, amount in enumerate(lines, start=1):
            LineAssessment.objects.create(
                application=case,
                version=1,
                number=number,
                asked_sek=amount,
                verdict=LineVerdict.FULL,
                approved_sek=amount,
                assessed_by=self.officer,
                assessed_at=timezone.now(),
            )
        Assessment.objects.create(
            application=case,
            number=1,
            officer=self.officer,
            begun_at=timezone.now(),
            first_done_at=timezone.now(),
            done_at=timezone.now(),
            points=points,
        )
        Proposal.objects.create(
            application=case,
            outcome=ProposedOutcome.GRANT if not asked else ProposedOutcome.PART,
            amount_sek=whole,
            reasons="Kraven är uppfyllda.",
            prepared_by=self.officer,
        )
        return case
