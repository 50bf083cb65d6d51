"""Reading waivers of requirements."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from applicants.enums import Role
from applicants.rules import is_person
from grants.enums import Status
from grants.models import Application
from grants.selectors import applications_received
from reviews.enums import WaiverState
from reviews.models import Assessment, RequirementFinding, Waiver

UNDECIDED = (Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.ASSESSED)
"""While a waiver can be decided."""
STANDING = (str(WaiverState.ASKED), str(WaiverState.APPROVED))


def waivers_of(application: Application) -> QuerySet[Waiver]:
    """Every waiver asked for in the case, the latest first."""
    return (
        Waiver.objects.filter(application=application)
        .select_related("requirement", "organisation", "asked_by", "decided_by")
        .order_by("-asked_at", "-pk")
    )


def waived(application: Application) -> frozenset[tuple[int, int]]:
    """The approved waivers, by requirement and organisation."""
    rows = Waiver.objects.filter(application=application, state=WaiverState.APPROVED)
    return frozenset(rows.values_list("requirement_id", "organisation_id"))


def waivers_to_decide(user: Any) -> QuerySet[Waiver]:
    """The waivers that wait for this decision maker: in the cases of the agencies where the person
    decides that are not decided, but for those a conflict of interest shuts the person out of and
    those that the person has assessed or asked for (`decides_waivers`, before a declaration).
    With all that a row of a list shows."""
    if not is_person(user):
        return Waiver.objects.none()
    case = OuterRef("application")
    judged = RequirementFinding.objects.filter(application=case, made_by=user)
    written = Assessment.objects.filter(application=case, officer=user)
    cases = applications_received(user, (Role.DECISION_MAKER,)).filter(status__in=UNDECIDED)
    waiting = Waiver.objects.filter(state=WaiverState.ASKED)
    return (
        waiting.filter(application__in=cases.order_by().values("pk"))
        .exclude(asked_by=user)
        .filter(~Exists(judged), ~Exists(written))
        .select_related(
            "application__call__agency",
            "application__call__definition_record",
            "application__lead",
            "requirement",
            "organisation",
            "asked_by",
        )
    )
