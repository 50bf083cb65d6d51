"""Reading what waits for a decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from applicants.enums import Role
from core.enums import JournalKind
from core.models import Event, Journal
from grants.enums import Status
from grants.models import Application, Call
from grants.selectors import applications_received
from reviews.enums import AdmissionOutcome, WaiverState
from reviews.models import Admission, RequirementFinding, Waiver

DECIDES = (Role.DECISION_MAKER,)
_IN_HAND = (Status.SUBMITTED, Status.COMPLETION_REQUESTED)


def applications_to_decide(user: Any) -> QuerySet[Application]:
    """The received cases of the agencies where the person decides, but for those that a conflict
    of interest shuts the person out of."""
    return applications_received(user, DECIDES)


def waiting_for_decision(user: Any) -> QuerySet[Application]:
    """Those that are assessed, and those that are proposed to be dismissed, with `dismissal` (the
    ground proposed; None for an assessed case), and all that a row of the list shows."""
    latest = Admission.objects.filter(application=OuterRef("pk")).order_by("-pk")
    proposed = Q(status__in=_IN_HAND, stand=AdmissionOutcome.DISMISS)
    cases = applications_to_decide(user).annotate(stand=Subquery(latest.values("outcome")[:1]))
    return (
        cases.filter(Q(status=Status.ASSESSED) | proposed)
        .annotate(dismissal=Subquery(latest.filter(outcome="dismiss").values("ground")[:1]))
        .select_related(
            "call", "call__agency", "lead", "lead__county", "assigned_to", "proposal__prepared_by"
        )
    )


def calls_deciding(user: Any) -> QuerySet[Call]:
    """The calls that have cases which wait for the person's decision."""
    waiting = waiting_for_decision(user).filter(call=OuterRef("pk"))
    return (
        Call.objects.filter(Exists(waiting))
        .select_related("agency", "definition_record")
        .order_by("-year", "stream", "code")
    )


@dataclass(frozen=True, slots=True)
class Satisfied:
    """How the requirements of a case stand: of `found`, how many are satisfied by the finding,
    and how many of the others are waived."""

    found: int = 0
    satisfied: int = 0
    waived: int = 0

    @property
    def failing(self) -> int:
        """How many are neither satisfied nor waived."""
        return self.found - self.satisfied - self.waived


def satisfied_in(application_ids: Iterable[int]) -> dict[int, Satisfied]:
    """The same for many cases, in one query; a case without findings has none."""
    waiver = Waiver.objects.filter(
        application=OuterRef("application"),
        requirement=OuterRef("requirement"),
        organisation=OuterRef("organisation"),
        state=WaiverState.APPROVED,
    )
    counted: dict[int, list[int]] = {}
    rows = (
        RequirementFinding.objects.filter(application__in=list(application_ids))
        .annotate(waived=Exists(waiver))
        .values_list("application_id", "finding", "requirement__satisfied_by", "waived")
    )
    for case, finding, satisfying, waived in rows:
        sums = counted.setdefault(case, [0, 0, 0])
        sums[0] += 1
        if finding in satisfying:
            sums[1] += 1
        elif waived:
            sums[2] += 1
    return {case: Satisfied(*sums) for case, sums in counted.items()}


def seen_in(application_ids: Iterable[int]) -> Mapping[int, str]:
    """For each case the checksum of all that has been written in it: where it is another when a
    decision is to be made, something has happened since the page was shown.

    It is the hash that ends the case's journal. What only says how a mail fared is not counted.
    """
    rows = Journal.objects.filter(
        kind=JournalKind.CASE, subject__in=[str(pk) for pk in application_ids]
    ).annotate(last=_last_hash(journal=OuterRef("pk")))
    return {int(row.subject): row.last or "" for row in rows}


def with_seen(applications: QuerySet[Application]) -> QuerySet[Application]:
    """The cases with the same checksum as `seen`, None for an empty one: of the moment of the
    case's own row, and so older than all that is read of the case after it."""
    case = Cast(OuterRef("pk"), CharField())
    of_case = _last_hash(journal__kind=JournalKind.CASE, journal__subject=case)
    return applications.annotate(seen=of_case)


def _last_hash(**journal: Any) -> Subquery:
    events = Event.objects.filter(**journal).exclude(name__startswith="mail.")
    return Subquery(events.order_by("-sequence").values("hash")[:1])


def seen_of(application: Application) -> str:
    """The same for one case."""
    return seen_in([application.pk]).get(application.pk, "")
