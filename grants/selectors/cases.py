"""Reading applications."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from applicants.enums import Role
from applicants.models import Organisation, OrganisationEntry
from applicants.selectors import agencies_for, is_remembered, mandates_held, mandates_of
from grants.content import HistoryYear
from grants.enums import EntryKind, ParticipationRole, Status
from grants.models import Application, ApplicationVersion, Decision, LedgerEntry, Participation

from .calls import NOT_RECEIVED
from .money import entries_that_hold

READERS = (Role.CASE_OFFICER, Role.ANALYST)
"""Who at an agency looks around in its cases."""


def applications_visible_to(user: Any) -> QuerySet[Application]:
    """The received cases of the agencies where the person is case officer or analyst.

    A draft is the applicant's own room: staff never read it.
    """
    return Application.objects.filter(call__agency__in=agencies_for(user, READERS)).exclude(
        status__in=[str(status) for status in NOT_RECEIVED]
    )


def own_applications(user: Any) -> QuerySet[Application]:
    """The cases, drafts too, in which an organisation that the person acts for takes part."""
    # By the mandates and not through the organisations: with one table less PostgreSQL finds
    # the few cases first, however much is fetched with them (its join_collapse_limit is 8).
    # Best by the mandates themselves, which every page of somebody signed in asks for once.
    held: Any = mandates_of(user).order_by().values("organisation")
    if is_remembered(user):
        held = sorted({mandate.organisation_id for mandate in mandates_held(user)})
    part = Participation.objects.filter(organisation__in=held)
    return Application.objects.filter(pk__in=part.values("application"))


def _summed(kind: EntryKind) -> Coalesce:
    sums = (
        entries_that_hold()
        .filter(application=OuterRef("pk"), kind=kind)
        .order_by()
        .values("application")
        .annotate(total=Sum("amount_sek"))
        .values("total")
    )
    return Coalesce(Subquery(sums, output_field=BigIntegerField()), Value(0))


def applications_listed(applications: QuerySet[Application]) -> QuerySet[Application]:
    """With all that a row of a list shows: no query is needed for any row.

    Annotates `spent_sek`, `to_repay_sek` (whole SEK, all years) and `version_count`.
    """
    versions = (
        ApplicationVersion.objects.filter(application=OuterRef("pk"))
        .order_by()
        .values("application")
        .annotate(total=Count("pk"))
        .values("total")
    )
    return applications.select_related(
        "call", "call__agency", "lead", "lead__county", "assigned_to"
    ).annotate(
        spent_sek=_summed(EntryKind.SPENT),
        to_repay_sek=_summed(EntryKind.CLAIMED),
        version_count=Coalesce(Subquery(versions, output_field=IntegerField()), Value(0)),
    )


def participants_of(application: Application) -> QuerySet[Participation]:
    """Who takes part: the lead first, then the partners in Swedish order."""
    return application.participations.select_related(
        "organisation", "organisation__county", "organisation__municipality"
    ).order_by("role", "organisation__sort_key", "pk")


def register_entries(
    application: Application, organisation_ids: Iterable[int]
) -> dict[int, OrganisationEntry]:
    """The organisations as they were in the agency's register of the call's year, by id."""
    call = application.call
    found = OrganisationEntry.objects.filter(
        agency=call.agency_id, year=call.year, organisation__in=list(organisation_ids)
    )
    return {entry.organisation_id: entry for entry in found.select_related("county")}


def latest_version(application: Application) -> ApplicationVersion | None:
    """The version that was sent in last."""
    return application.versions.order_by("-number").first()


def standing_decision(application: Application) -> Decision | None:
    """The decision that no later one supersedes; None where nothing has been decided."""
    return (
        application.decisions.filter(superseded_by__isnull=True)
        .select_related("decider", "preparer")
        .order_by("-pk")
        .first()
    )


def history_of(organisation: Organisation, *, within: QuerySet[Application]) -> list[HistoryYear]:
    """The organisation's years, newest first, over the cases that the reader may see."""
    seen = within.order_by().values("pk")
    led = (
        Application.objects.filter(lead=organisation, pk__in=seen)
        .values("call__year")
        .annotate(
            applications=Count("pk"),
            granted_count=Count("pk", filter=Q(granted_sek__isnull=False)),
            requested=Sum("requested_sek"),
            granted_total=Sum("granted_sek"),
        )
        .order_by()
    )
    by_year: dict[int, dict[str, int]] = {
        row["call__year"]: {
            "applications": row["applications"],
            "granted": row["granted_count"],
            "requested_sek": row["requested"] or 0,
            "granted_sek": row["granted_total"] or 0,
        }
        for row in led
    }
    partner = (
        Participation.objects.filter(
            organisation=organisation, role=ParticipationRole.PARTNER, application__in=seen
        )
        .values("application__call__year")
        .annotate(number=Count("pk"))
        .order_by()
    )
    for row in partner:
        by_year.setdefault(row["application__call__year"], {})["as_partner"] = row["number"]
    spent = (
        entries_that_hold()
        .filter(kind=EntryKind.SPENT, application__lead=organisation, application__in=seen)
        .values("application__call__year")
        .annotate(total=Sum("amount_sek"))
        .order_by()
    )
    for each in spent:
        by_year.setdefault(each["application__call__year"], {})["spent_sek"] = each["total"] or 0
    return [
        HistoryYear(
            year=year,
            **{
                "applications": 0,
                "as_partner": 0,
                "granted": 0,
                "requested_sek": 0,
                "granted_sek": 0,
                "spent_sek": 0,
            }
            | by_year[year],
        )
        for year in sorted(by_year, reverse=True)
    ]


def with_case_file(applications: QuerySet[Application]) -> QuerySet[Application]:
    """With all that a case's own page shows: participants, decisions and ledger."""
    cases = applications.select_related(
        "call", "call__agency", "call__definition_record", "lead", "lead__county", "assigned_to"
    )
    return cases.defer("call__definition_record__document").prefetch_related(
        Prefetch(
            "participations",
            Participation.objects.select_related("organisation", "organisation__county").order_by(
                "role", "organisation__sort_key", "pk"
            ),
        ),
        Prefetch(
            "decisions", Decision.objects.select_related("decider", "preparer").order_by("pk")
        ),
        Prefetch("ledger_entries", LedgerEntry.objects.order_by("year", "booked_on", "pk")),
    )


def completions_past_due(today: date, *, limit: int) -> list[Application]:
    """Cases still waiting for a completion whose last day (Swedish date) was before today."""
    return list(
        Application.objects.filter(
            status=Status.COMPLETION_REQUESTED, completion_due__lt=today
        ).order_by("completion_due", "pk")[:limit]
    )
