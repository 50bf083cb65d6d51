"""Reading declarations of conflict of interest (jäv)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils import timezone

from applicants.enums import Role
from applicants.models import Mandate, Organisation, User
from applicants.rules import mandates_on
from applicants.selectors import agencies_of
from grants.models import Application, ShutOut
from grants.selectors import applications_received, without_shut_out
from reviews.models import ConflictDeclaration

DECLARES = (Role.CASE_OFFICER, Role.DECISION_MAKER)
"""Who takes part in cases, and says first whether they have a conflict of interest."""


def declaration_of(application: Application, user: User) -> bool | None:
    """Whether the person has a conflict of interest; None where nothing is declared, or where
    what was declared has been withdrawn."""
    latest = latest_declaration(application, user)
    return None if latest is None else latest.has_conflict


def latest_declaration(application: Application, user: User) -> ConflictDeclaration | None:
    """The declaration that holds, which is the latest."""
    return (
        ConflictDeclaration.objects.filter(application=application, user=user)
        .order_by("-pk")
        .first()
    )


def with_declared(applications: QuerySet[Application], user: User) -> QuerySet[Application]:
    """With `declared`, what `declaration_of` says of each case."""
    latest = ConflictDeclaration.objects.filter(application=OuterRef("pk"), user=user)
    return applications.annotate(
        declared=Subquery(latest.order_by("-pk").values("has_conflict")[:1])
    )


def declarations_of(application: Application) -> QuerySet[ConflictDeclaration]:
    """All that has been declared in the case, the latest first."""
    return (
        ConflictDeclaration.objects.filter(application=application)
        .select_related("user", "withdrawn_by")
        .order_by("-pk")
    )


def conflict_in(application: Application, actor: User, preparer_id: int | None) -> bool | None:
    """Whether the decision maker or the preparer has a conflict of interest; None where the
    decision maker has declared nothing."""
    people = {actor.pk, preparer_id or actor.pk}
    if application.shut_out.filter(user__in=people).exists():
        return True
    return declaration_of(application, actor)


def applications_declared_in(user: Any) -> QuerySet[Application]:
    """The received cases in which the person may take part: those of the agencies where they are
    case officer or decision maker, but for those with a conflict of interest."""
    return applications_received(user, DECLARES)


def declared_in(applications: Iterable[Application], user: User) -> dict[int, bool | None]:
    """What the person's latest declaration says in each of the cases; those with none are left
    out. One query."""
    rows = (
        ConflictDeclaration.objects.filter(application__in=list(applications), user=user)
        .order_by("pk")
        .values_list("application_id", "has_conflict")
    )
    return dict(rows)


def with_conflict_left(applications: QuerySet[Application]) -> QuerySet[Application]:
    """With `left_for_conflict`: nobody has the case, since its officer declared a conflict of
    interest in it. Such a case stands first in a list of what waits to be assigned, by
    `left_last`, which is 0 for it and 1 for others, and stays when the case is assigned."""
    taken = ConflictDeclaration.objects.filter(application=OuterRef("pk"), took_case=True)
    unassigned = taken.filter(application__assigned_to__isnull=True)
    return applications.annotate(
        left_for_conflict=Exists(unassigned),
        left_last=Case(
            When(Exists(taken), then=Value(0)), default=Value(1), output_field=IntegerField()
        ),
    )


def ties_between(application: Application, user: User) -> tuple[list[Organisation], bool]:
    """The organisations of the case that the person acts for or has acted for, in Swedish order,
    and whether they act for any of them today."""
    parts = application.participations.values("organisation")
    held = Mandate.objects.filter(user=user, organisation__in=parts)
    organisations = Organisation.objects.filter(pk__in=held.values("organisation"))
    today = held.filter(mandates_on(timezone.localdate())).exists()
    return list(organisations.order_by("sort_key", "pk")), today


def shut_out_at(user: Any) -> QuerySet[ShutOut]:
    """Who is shut out from what, at the agencies that the person administers, the latest first;
    with `reason`, as the person gave it. The administrator's own are not among them, since they
    see nothing of those cases."""
    latest = ConflictDeclaration.objects.filter(
        application=OuterRef("application"), user=OuterRef("user"), has_conflict=True
    ).order_by("-pk")
    rows = (
        ShutOut.objects.filter(
            application__call__agency__in=agencies_of(user, (Role.ADMINISTRATOR,))
        )
        .select_related(
            "user",
            "application",
            "application__lead",
            "application__call",
            "application__call__agency",
            "application__assigned_to",
        )
        .annotate(
            reason=Subquery(latest.values("reason")[:1]),
            took_case=Subquery(latest.values("took_case")[:1]),
        )
    )
    return without_shut_out(rows, user, case="application")
