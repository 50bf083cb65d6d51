"""Reading applications."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from applicants.enums import Role
from applicants.models import Organisation, OrganisationEntry
from applicants.rules import is_person
from applicants.selectors import agencies_for, agency_ids_for, organisation_ids_read_by
from core.selectors.prepared import Prepared, keep_prefetched, knowing
from grants.content import HistoryYear
from grants.enums import EntryKind, ParticipationRole, Status
from grants.models import (
    Application,
    ApplicationVersion,
    Claim,
    Decision,
    LedgerEntry,
    Participation,
    ShutOut,
)
from grants.rules import shut_out_ids

from .calls import NOT_RECEIVED
from .money import entries_that_hold
from .shut_out import without_shut_out

READERS = (
    Role.CASE_OFFICER,
    Role.DECISION_MAKER,
    Role.REGISTRAR,
    Role.CONTROLLER,
    Role.ANALYST,
)
"""Who at an agency looks around in its cases."""


def applications_visible_to(user: Any) -> QuerySet[Application]:
    """The received cases of the agencies where the person is case officer or analyst, but for
    those that a conflict of interest shuts the person out of.

    A draft is the applicant's own room: staff never read it.
    """
    return applications_received(user, READERS)


def applications_received(user: Any, roles: Iterable[Role]) -> QuerySet[Application]:
    """The same for those who work as any of these."""
    return without_shut_out(_received_by(agencies_for(user, roles)), user)


def one_received(user: Any, roles: Iterable[Role]) -> QuerySet[Application]:
    """The same for a page of one case that asks nothing more of conflicts of interest: they are
    left out in the query itself."""
    if not is_person(user):
        return Application.objects.none()
    out = ShutOut.objects.filter(user=user, application=OuterRef("pk"))
    return _received_by(agencies_for(user, roles)).exclude(Exists(out))


def visible_application(user: Any, pk: int) -> Application | None:
    """The case by its id, where the person may see it, as `applications_visible_to`; with its
    call, lead and officer."""
    return _visible.first(_readable(user, pk), pk)


def _readable(user: Any, pk: int) -> list[int]:
    """The agencies whose cases the person reads; none for a case that it is shut out of."""
    return [] if pk in shut_out_ids(user) else agency_ids_for(user, READERS)


def _received_by(agencies: Any) -> QuerySet[Application]:
    return Application.objects.filter(call__agency__pk__in=agencies).exclude(
        status__in=[str(status) for status in NOT_RECEIVED]
    )


def own_applications(user: Any) -> QuerySet[Application]:
    """The cases, drafts too, in which an organisation that the person acts for takes part."""
    # By the ids and not through the organisations: with fewer tables PostgreSQL finds the few
    # cases first, however much is fetched with them (its join_collapse_limit is 8). Every page
    # of somebody signed in asks for the mandates anyway.
    return with_part_of(organisation_ids_read_by(user))


def with_part_of(organisations: Any) -> QuerySet[Application]:
    """The cases, drafts too, in which one of the organisations takes part."""
    part = Participation.objects.filter(organisation__pk__in=organisations)
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


def participants_of(application: Application) -> list[Participation]:
    """Who takes part: the lead first, then the partners in Swedish order."""
    return knowing(_taking_part(application.pk), application=application)


def participations_in(application: Any) -> QuerySet[Participation]:
    """The same of an application by its id, to be asked further; `debt_due` is the earliest last
    day to pay of what the call's agency has claimed of the organisation and not got."""
    owed = Claim.objects.filter(
        settled_at__isnull=True,
        application__lead=OuterRef("organisation"),
        application__call__agency=OuterRef("application__call__agency"),
    )
    return (
        Participation.objects.filter(application=application)
        .annotate(debt_due=Subquery(owed.order_by("due_on").values("due_on")[:1]))
        .select_related("organisation", "organisation__county", "organisation__municipality")
        .order_by("role", "organisation__sort_key", "pk")
    )


_taking_part = Prepared(participations_in)


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
    found = knowing(_latest_version(application.pk), application=application)
    return found[0] if found else None


_latest_version = Prepared(
    lambda application: ApplicationVersion.objects.filter(application=application).order_by(
        "-number"
    )[:1]
)


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


def case_file(user: Any, pk: int) -> Application | None:
    """The case, where the person may see it, with all that its own page shows: participants,
    decisions and ledger."""
    application = visible_application(user, pk)
    if application is not None:
        decisions = _decisions(pk)
        # Money is booked on a decision; old registers know of money that they have no decision on.
        has_money = bool(decisions) or application.imported
        for name, rows in (
            ("participations", _taking_part(pk)),
            ("decisions", decisions),
            ("ledger_entries", _ledger(pk) if has_money else []),
        ):
            keep_prefetched(application, name, knowing(rows, application=application))
    return application


_visible = Prepared(
    lambda agencies, pk: (
        _received_by(agencies)
        .filter(pk=pk)
        .select_related(
            "call",
            "call__agency",
            "call__definition_record",
            "lead",
            "lead__county",
            "assigned_to",
            "delay_request",
        )
        .defer("call__definition_record__document")
    )
)
_decisions = Prepared(
    lambda application: (
        Decision.objects.filter(application=application)
        .select_related("decider", "preparer")
        .order_by("pk")
    )
)
_ledger = Prepared(
    lambda application: LedgerEntry.objects.filter(application=application).order_by(
        "year", "booked_on", "pk"
    )
)


def completions_past_due(today: date, *, limit: int) -> list[Application]:
    """Cases still waiting for a completion whose last day (Swedish date) was before today."""
    return list(
        Application.objects.filter(
            status=Status.COMPLETION_REQUESTED, completion_due__lt=today
        ).order_by("completion_due", "pk")[:limit]
    )
