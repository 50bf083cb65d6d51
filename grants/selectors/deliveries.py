"""Reading when the parties received their decisions."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from applicants.enums import Role
from applicants.models import User
from applicants.rules import mandates_held
from grants.models import Application, DecisionDelivery

from .cases import applications_received

DELIVERERS = (Role.CASE_OFFICER, Role.DECISION_MAKER, Role.REGISTRAR)
"""Who at an agency reads the decision letters, and sees to it that they arrive."""
NOT_OPENED_AFTER = timedelta(days=7)
"""After so long a decision that nobody has opened is on the list of those not opened."""


def cases_with_letters(user: Any) -> QuerySet[Application]:
    """The cases whose letters the person may read as the agency's staff."""
    return applications_received(user, DELIVERERS)


def not_opened(user: Any, now: datetime) -> QuerySet[DecisionDelivery]:
    """What the parties were told of a week or more before `now` (UTC) and nobody has opened, nor
    has been delivered on paper, in the cases that the person sees. What a later decision has
    replaced is not among them."""
    return (
        DecisionDelivery.objects.filter(
            sent_at__lte=now - NOT_OPENED_AFTER,
            opened_at__isnull=True,
            paper_on__isnull=True,
            decision__superseded_by__isnull=True,
            decision__application__in=cases_with_letters(user).values("pk"),
        )
        .select_related(
            "organisation",
            "decision__application__call__agency",
            "decision__application__call__definition_record",
            "decision__application__lead",
        )
        .defer("decision__application__call__definition_record__document", "decision__basis")
    )


def organisations_acted_for(application: Application, user: User) -> list[int]:
    """The organisations of the case that the person acts for today, in any role."""
    held = {mandate.organisation_id for mandate in mandates_held(user)}
    return [
        part.organisation_id
        for part in application.participations.all()
        if part.organisation_id in held
    ]
