"""Saying who acts for an organisation, and until when."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from applicants.checks import RepresentationRefused, check_last_day, check_roles
from applicants.enums import OrganisationRole, Signing
from applicants.models import Mandate, Organisation, User
from applicants.selectors import administrators_of, held_mandates, holds_mandate

from .recording import locked, record, require


@transaction.atomic
def give_mandate(
    *,
    organisation: Organisation,
    user: User,
    role: OrganisationRole,
    actor: User,
    starts_on: date,
    ends_on: date | None = None,
    signing: Signing = Signing.SOLE,
) -> Mandate:
    """Let a person act for the organisation, from and until Swedish dates, inclusive.

    `signing` counts for signatories only. A mandate to the same role is replaced; the earlier
    one stays as history. Raises PermissionDenied for anyone but the organisation's
    administrators, and RepresentationRefused (`last_administrator`) where the only
    administrator would get an earlier last day.
    """
    organisation = locked(organisation)
    require("applicants.give_mandate", actor, organisation)
    return grant_mandate(
        organisation=organisation,
        user=user,
        role=role,
        actor=actor,
        starts_on=starts_on,
        ends_on=ends_on,
        signing=signing,
    )


def grant_mandate(
    *,
    organisation: Organisation,
    user: User,
    role: OrganisationRole,
    actor: User,
    starts_on: date,
    ends_on: date | None,
    signing: Signing,
) -> Mandate:
    """Give a mandate whose permission has been tried, under the organisation's lock."""
    signs = signing if role == OrganisationRole.SIGNATORY else ""
    earlier = Mandate.objects.filter(
        user=user, organisation=organisation, role=role, ended_at__isnull=True
    ).first()
    if earlier is not None:
        same = (earlier.ends_on, earlier.signing) == (ends_on, signs)
        if same and earlier.starts_on <= starts_on:
            return earlier
        if role == OrganisationRole.ADMINISTRATOR and (
            _sooner(ends_on, earlier.ends_on) or starts_on > timezone.localdate()
        ):
            _keep_an_administrator(organisation, without=user)
        earlier.ended_at = timezone.now()
        earlier.save(update_fields=["ended_at"])
    mandate = Mandate.objects.create(
        user=user,
        organisation=organisation,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        signing=signs,
    )
    record(
        organisation,
        "mandate.given",
        actor,
        person=str(user.pseudonym),
        role=str(role),
        signing=str(signs),
        starts_on=starts_on.isoformat(),
        ends_on=None if ends_on is None else ends_on.isoformat(),
    )
    return mandate


@transaction.atomic
def change_roles(
    *,
    organisation: Organisation,
    user: User,
    roles: Iterable[str],
    signing: str,
    ends_on: date | None,
    actor: User,
) -> list[Mandate]:
    """Let a colleague have these roles until that Swedish date (inclusive), and no others.

    Raises PermissionDenied for anyone but the organisation's administrators, and
    RepresentationRefused: `not_colleague` for who has no role there, `last_administrator`, and
    what `check_roles` and `check_last_day` raise.
    """
    organisation = locked(organisation)
    require("applicants.give_mandate", actor, organisation)
    wanted, signs = check_roles(roles, signing)
    today = timezone.localdate()
    last_day = check_last_day(ends_on, today)
    there = list(organisation.mandates.filter(user=user, ended_at__isnull=True))
    if not held_mandates(organisation, user).exists():
        raise RepresentationRefused("not_colleague")
    taken = [each for each in there if each.role not in wanted]
    if any(each.role == OrganisationRole.ADMINISTRATOR for each in taken):
        _keep_an_administrator(organisation, without=user)
    _end_now(taken, organisation, actor, "mandate.taken_back")
    return [
        grant_mandate(
            organisation=organisation,
            user=user,
            role=role,
            actor=actor,
            starts_on=today,
            ends_on=last_day,
            signing=signs or Signing.SOLE,
        )
        for role in wanted
    ]


@transaction.atomic
def end_mandate(*, mandate: Mandate, actor: User, ends_on: date) -> Mandate:
    """Let a mandate end with a Swedish date, inclusive.

    Raises PermissionDenied for anyone but the organisation's administrators, ValueError for a
    day before it began, and RepresentationRefused: `ended` where it has ended already,
    `last_administrator` where the only administrator would go sooner.
    """
    organisation = locked(mandate.organisation)
    mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
    require("applicants.give_mandate", actor, organisation)
    if mandate.ended_at is not None:
        raise RepresentationRefused("ended")
    if ends_on < mandate.starts_on:
        raise ValueError("a mandate ends after it begins")
    if mandate.role == OrganisationRole.ADMINISTRATOR and _sooner(ends_on, mandate.ends_on):
        _keep_an_administrator(organisation, without=mandate.user)
    mandate.ends_on = ends_on
    mandate.save(update_fields=["ends_on"])
    record(
        organisation,
        "mandate.ended",
        actor,
        person=str(mandate.user.pseudonym),
        role=mandate.role,
        ends_on=ends_on.isoformat(),
    )
    return mandate


@transaction.atomic
def take_back_mandate(*, mandate: Mandate, actor: User) -> Mandate:
    """End one of a colleague's roles at once.

    Raises PermissionDenied for anyone but the organisation's administrators, and
    RepresentationRefused: `ended`, `last_administrator`.
    """
    organisation = locked(mandate.organisation)
    mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
    require("applicants.give_mandate", actor, organisation)
    if mandate.ended_at is not None:
        raise RepresentationRefused("ended")
    if mandate.role == OrganisationRole.ADMINISTRATOR:
        _keep_an_administrator(organisation, without=mandate.user)
    _end_now([mandate], organisation, actor, "mandate.taken_back")
    return mandate


@transaction.atomic
def leave_organisation(
    *, organisation: Organisation, actor: User, successor: User | None = None
) -> None:
    """End all of one's own mandates for the organisation at once.

    The last administrator names a colleague as `successor`, who gets the same last day as
    administrator. Raises RepresentationRefused: `not_colleague` where the actor, or the
    successor, has no mandate; `last_administrator` without a successor.
    """
    organisation = locked(organisation)
    if not held_mandates(organisation, actor).exists():
        raise RepresentationRefused("not_colleague")
    _end_all(organisation, actor, actor, successor, "mandate.left")


@transaction.atomic
def remove_colleague(
    *,
    organisation: Organisation,
    user: User,
    actor: User,
    successor: User | None = None,
    reason: str = "",
) -> None:
    """End all of a person's mandates for the organisation at once.

    For the organisation's administrators, who name a successor where the person is the last
    administrator; and for officers who oversee the organisation, who give a reason and may take
    away the last one. Raises PermissionDenied for others, and RepresentationRefused:
    `not_colleague`, `last_administrator`, `no_reason`.
    """
    organisation = locked(organisation)
    if holds_mandate(organisation, actor, OrganisationRole.ADMINISTRATOR):
        require("applicants.give_mandate", actor, organisation)
        by_officer = False
    else:
        require("applicants.oversee_organisation", actor, organisation)
        by_officer = True
        if not reason.strip():
            raise RepresentationRefused("no_reason")
    if not Mandate.objects.filter(
        organisation=organisation, user=user, ended_at__isnull=True
    ).exists():
        raise RepresentationRefused("not_colleague")
    if by_officer:
        rows = organisation.mandates.filter(user=user, ended_at__isnull=True)
        _end_now(list(rows), organisation, actor, "mandate.taken_back", reason.strip())
    else:
        _end_all(organisation, user, actor, successor, "mandate.taken_back")


def _end_all(
    organisation: Organisation, user: User, actor: User, successor: User | None, event: str
) -> None:
    rows = list(organisation.mandates.filter(user=user, ended_at__isnull=True))
    leads = [row for row in rows if row.role == OrganisationRole.ADMINISTRATOR]
    if successor is not None:
        if successor == user or not held_mandates(organisation, successor).exists():
            raise RepresentationRefused("not_colleague")
        if leads and not holds_mandate(organisation, successor, OrganisationRole.ADMINISTRATOR):
            grant_mandate(
                organisation=organisation,
                user=successor,
                role=OrganisationRole.ADMINISTRATOR,
                actor=actor,
                starts_on=timezone.localdate(),
                ends_on=leads[0].ends_on,
                signing=Signing.SOLE,
            )
    if leads:
        _keep_an_administrator(organisation, without=user)
    _end_now(rows, organisation, actor, event)


def _end_now(
    mandates: list[Mandate], organisation: Organisation, actor: User, event: str, reason: str = ""
) -> None:
    now = timezone.now()
    for mandate in mandates:
        mandate.ended_at = now
        mandate.save(update_fields=["ended_at"])
        record(
            organisation,
            event,
            actor,
            person=str(mandate.user.pseudonym),
            role=mandate.role,
            texts={"reason": reason},
        )


def _keep_an_administrator(organisation: Organisation, *, without: User) -> None:
    """Raises RepresentationRefused where nobody else administers the organisation today, though
    that person does."""
    if not holds_mandate(organisation, without, OrganisationRole.ADMINISTRATOR):
        return
    if not administrators_of(organisation).exclude(user=without).exists():
        raise RepresentationRefused("last_administrator")


def _sooner(ends_on: date | None, than: date | None) -> bool:
    return ends_on is not None and (than is None or ends_on < than)
