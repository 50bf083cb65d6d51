"""Reading opinions."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from applicants.rules import is_person
from core.definitions import Questionnaire
from grants.enums import Approval, Status
from grants.models import Application, Call, Participation
from grants.selectors.calls import NOT_RECEIVED
from reviews.checks import opinions_missing
from reviews.enums import Recommendation
from reviews.models import Opinion

BEFORE, AFTER = timedelta(days=3), timedelta(days=7)
"""How long before its date an opinion is reminded of, and how long after."""
ANSWERABLE = (Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.ASSESSED)


def counties_asked(
    application: Application, parts: Iterable[Participation] | None = None
) -> frozenset[str]:
    """The counties whose opinion is called for: those of all participants that have not declined,
    where the call asks for it, but never that of the deciding agency itself."""
    if not application.call.asks_opinion:
        return frozenset()
    counties: Iterable[str]
    if parts is None:
        there = application.participations.exclude(approval=Approval.DECLINED)
        counties = there.values_list("organisation__county_id", flat=True)
    else:
        counties = [
            part.organisation.county_id for part in parts if part.approval != Approval.DECLINED
        ]
    return frozenset(counties) - {application.call.agency.county_id or ""}


def opinions_awaited(
    application: Application,
    *,
    opinions: Iterable[Opinion] | None = None,
    parts: Iterable[Participation] | None = None,
) -> int:
    """How many opinions are neither in nor overdue. `opinions` and `parts`, with their
    organisations, are all of the case, where they have been read."""
    rows = list(Opinion.objects.filter(application=application) if opinions is None else opinions)
    return opinions_missing(
        counties_asked(application, parts),
        given={row.county_id: row.recommendation != Recommendation.WAITING for row in rows},
        due={row.county_id: row.due_on for row in rows},
        today=timezone.localdate(),
    )


def opinions_on(application: Application) -> QuerySet[Opinion]:
    """The opinions asked for, in the counties' published order."""
    return (
        Opinion.objects.filter(application=application)
        .select_related("county", "given_by", "asked_by")
        .order_by("county__position")
    )


def opinions_visible_to(user: Any) -> QuerySet[Opinion]:
    """Those asked of the boards that the person works at; never one asked by its own agency, nor
    of an application that has been taken back and is a draft again."""
    if not is_person(user):
        return Opinion.objects.none()
    boards = user.staff_roles.filter(role=Role.COUNTY_BOARD, agency__county__isnull=False)
    own = Q(pk__in=())
    for agency, county in boards.values_list("agency", "agency__county"):
        own |= Q(county=county) & ~Q(application__call__agency=agency)
    return Opinion.objects.filter(own).exclude(application__status__in=NOT_RECEIVED)


def board_people(county: str, call: Call) -> QuerySet[User]:
    """Those who answer for the county's board, which is not the agency of the call."""
    return (
        User.objects.filter(
            is_active=True,
            staff_roles__role=Role.COUNTY_BOARD,
            staff_roles__agency__county=county,
        )
        .exclude(staff_roles__agency=call.agency_id, staff_roles__role=Role.COUNTY_BOARD)
        .distinct()
    )


def unasked(call: Call) -> QuerySet[Application]:
    """The cases in hand of a call that asks for opinions, of which nobody has been asked that is
    to be: one of the deciding agency's own county alone waits for none."""
    if not call.asks_opinion:
        return Application.objects.none()
    elsewhere = (
        Participation.objects.filter(application=OuterRef("pk"))
        .exclude(approval=Approval.DECLINED)
        .exclude(organisation__county=call.agency.county_id)
    )
    return Application.objects.filter(
        Exists(elsewhere),
        call=call,
        status__in=(Status.SUBMITTED, Status.COMPLETION_REQUESTED),
        opinions__isnull=True,
    ).order_by("pk")


def to_remind(today: date) -> QuerySet[Opinion]:
    """Opinions not given, of cases not decided, that are due within BEFORE or were due AFTER ago,
    and have not been reminded of since that day."""
    soon = Q(due_on__gte=today, due_on__lte=today + BEFORE) & (
        Q(reminded_at__isnull=True) | Q(reminded_at__date__lt=today - BEFORE)
    )
    late = Q(due_on__lte=today - AFTER) & (
        Q(reminded_at__isnull=True) | Q(reminded_at__date__lt=today - AFTER)
    )
    return (
        Opinion.objects.filter(
            soon | late,
            recommendation=Recommendation.WAITING,
            application__status__in=ANSWERABLE,
        )
        .select_related("application__call__agency", "county")
        .order_by("pk")
    )


def opinion_form(application: Application) -> Questionnaire | None:
    """What county boards are asked of the application beside recommendation and reasons."""
    form = application.definition.assessment
    return form.opinion.questionnaire if form else None


def opinion_days(call: Call) -> int:
    """How many days a board has to answer."""
    form = call.definition.assessment
    return form.opinion.days if form else 21
