"""Reading who may act for whom."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from applicants.enums import OrganisationRole
from applicants.models import Mandate, Organisation, User
from applicants.rules import (
    is_person,
    mandates_held,
    mandates_on,
    mandates_with_organisations,
    only_reads,
)
from core.selectors.prepared import Prepared

from .mergers import absorbed_by


def organisations_acted_for(
    user: Any, roles: Iterable[OrganisationRole] | None = None
) -> QuerySet[Organisation]:
    """The organisations that the person may today act for."""
    if not is_person(user):
        return Organisation.objects.none()
    wanted = list(OrganisationRole) if roles is None else list(roles)
    held = user.mandates.filter(
        mandates_on(timezone.localdate()), role__in=[str(role) for role in wanted]
    )
    return Organisation.objects.filter(pk__in=held.values("organisation"))


def acts_for(user: Any, roles: Iterable[OrganisationRole]) -> frozenset[int]:
    """The same organisations by their ids, asked of the database each time."""
    if not is_person(user):
        return frozenset()
    held = _held_in(user.pk, sorted(str(role) for role in roles), timezone.localdate())
    return frozenset(held)


_held_in = Prepared(
    lambda user, roles, today: Mandate.objects.filter(
        mandates_on(today), user=user, role__in=roles
    ).values_list("organisation_id", flat=True)
)


def mandates_of(user: Any) -> QuerySet[Mandate]:
    """The person's mandates that hold today, with their organisations, in Swedish order."""
    if not is_person(user):
        return Mandate.objects.none()
    return mandates_with_organisations(user, timezone.localdate())


def organisation_ids_of(user: Any) -> list[int]:
    """The ids of the organisations that the person may today act for, by `mandates_held`."""
    return sorted({mandate.organisation_id for mandate in mandates_held(user)})


def organisation_ids_read_by(user: Any) -> list[int]:
    """The same, and those that they have absorbed, however many mergers ago: their cases that
    have ended stay theirs, to be read by whoever acts for the successor."""
    held = mandates_held(user)
    return sorted({each.organisation_id for each in held} | _taken_over(user, held))


_TAKEN_OVER = "_remembered_taken_over"


def organisation_ids_taken_over(user: Any) -> frozenset[int]:
    """Those alone that the person reads for and does not act for. The database is asked only for
    one who acts for an organisation that has absorbed another, and once for a request that only
    shows something."""
    return _taken_over(user, mandates_held(user))


def _taken_over(user: Any, held: Collection[Mandate]) -> frozenset[int]:
    known: frozenset[int] | None = getattr(user, _TAKEN_OVER, None)
    if known is None:
        heirs = {each.organisation_id for each in held if getattr(each, "has_absorbed", False)}
        known = frozenset(absorbed_by(heirs) - {each.organisation_id for each in held})
        if only_reads(user):
            setattr(user, _TAKEN_OVER, known)
    return known


def held_mandates(organisation: Organisation, user: Any) -> QuerySet[Mandate]:
    """The person's mandates for the organisation that hold today."""
    if not is_person(user):
        return Mandate.objects.none()
    return organisation.mandates.filter(mandates_on(timezone.localdate()), user=user)


def holds_mandate(organisation: Organisation, user: Any, role: OrganisationRole) -> bool:
    """Whether the person has that role for the organisation today."""
    return held_mandates(organisation, user).filter(role=role).exists()


def administrators_of(organisation: Organisation) -> QuerySet[Mandate]:
    """The mandates to administer the organisation that hold today, of active accounts."""
    return organisation.mandates.filter(
        mandates_on(timezone.localdate()),
        role=OrganisationRole.ADMINISTRATOR,
        user__is_active=True,
    ).select_related("user")


def signatories_of(organisation: Organisation) -> list[Mandate]:
    """The mandates to sign for the organisation that hold today, of active accounts; each says
    whether its holder signs alone or two jointly."""
    return _signatories(organisation.pk, timezone.localdate())


_signatories = Prepared(
    lambda organisation, today: (
        Mandate.objects.filter(
            mandates_on(today),
            organisation=organisation,
            role=OrganisationRole.SIGNATORY,
            user__is_active=True,
        )
        .select_related("user")
        .order_by("user__name", "pk")
    )
)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person and its mandates for one organisation; `holds` while any of them does."""

    user: User
    mandates: tuple[Mandate, ...]
    holds: bool


def colleagues_of(organisation: Organisation) -> list[Colleague]:
    """Everyone who acts, will act or has acted for the organisation; those who act now first.

    Of those who act now only the mandates that hold or are to begin; of the others all.
    """
    today = timezone.localdate()
    to_begin = Q(ended_at__isnull=True, starts_on__gt=today)
    rows = organisation.mandates.select_related("user").order_by("user__name", "user", "pk")
    current = set(rows.filter(mandates_on(today) | to_begin).values_list("pk", flat=True))
    by_user: dict[int, list[Mandate]] = {}
    for row in rows:
        by_user.setdefault(row.user_id, []).append(row)
    found = []
    for mandates in by_user.values():
        kept = [each for each in mandates if each.pk in current]
        holds = bool(kept) and mandates[0].user.is_active
        found.append(Colleague(mandates[0].user, tuple(kept or mandates), holds))
    return sorted(found, key=lambda each: not each.holds)
