"""Filtering and ordering the portal's lists. Values come checked from a form."""

from collections.abc import Mapping
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from applicants.models import Organisation
from applicants.selectors import agencies_for
from core.models import County
from grants.enums import ParticipationRole
from grants.models import Application, Call, Participation
from portal.rules import LOOKS_AROUND
from reporting.models import Report

from .paging import Key, among, few_of, moment, text, whole

APPLICATION_KEYS: Mapping[str, tuple[Key, ...]] = {
    "number": (Key("number_key", text),),
    "organisation": (Key("lead__sort_key", text),),
    "received": (Key("received_at", moment),),
    "requested": (Key("requested_sek", whole),),
    "granted": (Key("granted_key", whole),),
}
ORGANISATION_KEYS: Mapping[str, tuple[Key, ...]] = {
    "name": (Key("sort_key", text),),
    "county": (Key("county__position", whole), Key("sort_key", text)),
    "applications": (Key("application_count", whole),),
    "granted": (Key("granted_total", whole),),
}
REPORT_KEYS: Mapping[str, tuple[Key, ...]] = {
    "reference": (Key("code", text),),
    "organisation": (Key("organisation__sort_key", text),),
    "year": (Key("year", whole),),
    "received": (Key("first_received_at", moment),),
}


def counties() -> QuerySet[County]:
    """The counties in the published order."""
    return County.objects.order_by("position")


def calls_looked_at(user: Any) -> QuerySet[Call]:
    """The calls of the agencies in whose cases the person looks around, newest first."""
    return (
        Call.objects.filter(agency__in=agencies_for(user, LOOKS_AROUND))
        .select_related("agency", "definition_record")
        .defer("definition_record__document")
        .order_by("-year", "stream", "code")
    )


def applications_found(
    applications: QuerySet[Application], chosen: Mapping[str, str]
) -> QuerySet[Application]:
    """The cases that the filter asks for, with what they are ordered by.

    A search costs two queries more: what few cases a number or an organisation's name leads to are
    looked up first, so that the database can go by them; where they are many, it goes through the
    list.
    """
    # Received cases have a time of receipt; said here too, the order's index leaves out drafts.
    applications = applications.filter(received_at__isnull=False)
    if words := chosen.get("q"):
        applications = applications.filter(_numbered(words) | _named(words))
    for name, field in {
        "call": "call",
        "county": "lead__county",
        "kind": "lead__kind",
        "status": "status",
    }.items():
        if value := chosen.get(name):
            applications = applications.filter(**{field: value})
    return _with_order(applications)


def applications_listed() -> QuerySet[Application]:
    """Every case in the form of the list: for those that `applications_found` has found."""
    return _with_order(Application.objects.select_related("lead"))


def _with_order(applications: QuerySet[Application]) -> QuerySet[Application]:
    return applications.annotate(
        number_key=Case(When(register_number="", then="reference"), default="register_number"),
        granted_key=Coalesce("granted_sek", Value(-1), output_field=BigIntegerField()),
    )


def _numbered(words: str) -> Q:
    """Cases with the words in a number, in capitals or not."""
    either = Q(reference__icontains=words) | Q(register_number__icontains=words)
    few = few_of(Application.objects.filter(either), "pk")
    return either if few is None else among(few)


def _named(words: str) -> Q:
    """Cases in which an organisation by that name takes part."""
    named = Organisation.objects.filter(sort_key__contains=words.casefold())
    part = Participation.objects.filter(organisation__in=named)
    few = few_of(part, "application")
    if few is not None:
        return among(few)
    partners = part.filter(role=ParticipationRole.PARTNER, application=OuterRef("pk"))
    return Q(lead__in=named) | Q(Exists(partners))


def organisations_found(
    organisations: QuerySet[Organisation],
    chosen: Mapping[str, str],
    *,
    within: QuerySet[Application],
) -> QuerySet[Organisation]:
    """The organisations that the filter asks for, with the sums over the cases within."""
    if words := chosen.get("q"):
        organisations = organisations.filter(
            Q(sort_key__contains=words.casefold()) | Q(org_no__contains=words)
        )
    for name in ("county", "kind"):
        if value := chosen.get(name):
            organisations = organisations.filter(**{name: value})
    return _with_sums(organisations, within)


def organisations_listed(*, within: QuerySet[Application]) -> QuerySet[Organisation]:
    """Every organisation in the form of the list: for those that `organisations_found` has
    found."""
    return _with_sums(Organisation.objects.select_related("county", "municipality"), within)


def _with_sums(
    organisations: QuerySet[Organisation], within: QuerySet[Application]
) -> QuerySet[Organisation]:
    """With sums over those cases: `application_count`, `partner_count` and `granted_total`
    (whole SEK)."""
    seen = within.order_by()
    led = seen.filter(lead=OuterRef("pk")).values("lead")
    part = (
        Participation.objects.filter(
            organisation=OuterRef("pk"),
            role=ParticipationRole.PARTNER,
            application__in=seen.values("pk"),
        )
        .order_by()
        .values("organisation")
    )
    return organisations.annotate(
        application_count=Coalesce(
            Subquery(led.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
        ),
        partner_count=Coalesce(
            Subquery(part.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
        ),
        granted_total=Coalesce(
            Subquery(
                led.annotate(n=Sum("granted_sek")).values("n"), output_field=BigIntegerField()
            ),
            0,
        ),
    )


def reports_found(reports: QuerySet[Report], chosen: Mapping[str, str]) -> QuerySet[Report]:
    """The reports that the filter asks for, with the `cutoff` of their call."""
    if words := chosen.get("q"):
        named = Q(organisation__sort_key__contains=words.casefold())
        few = few_of(Report.objects.filter(named), "pk")
        reports = reports.filter(Q(code__icontains=words) | (named if few is None else among(few)))
    for name, field in {
        "year": "year",
        "stream": "stream",
        "county": "organisation__county",
        "status": "status",
    }.items():
        if value := chosen.get(name):
            reports = reports.filter(**{field: value})
    return with_cutoff(reports)


def with_cutoff(reports: QuerySet[Report]) -> QuerySet[Report]:
    """With `cutoff`: the last day of receipt that the year's edition counts, or None. As
    `reporting.selectors.editions.default_cutoff`: the latest, where the year's calls differ."""
    call = Call.objects.filter(agency=OuterRef("agency"), year=OuterRef("year")).order_by(
        "-report_cutoff"
    )
    return reports.annotate(cutoff=Subquery(call.values("report_cutoff")[:1]))


def report_years(reports: QuerySet[Report]) -> list[int]:
    """The years of calls that there are reports of, newest first: asked call by call, for there
    are few calls and many reports."""
    of_year = reports.filter(agency=OuterRef("agency"), year=OuterRef("year")).order_by()
    years = Call.objects.filter(Exists(of_year)).order_by("-year")
    return list(years.values_list("year", flat=True).distinct())


def is_late(report: Report) -> bool:
    """Whether it was first received after its `cutoff` (see `with_cutoff`), by Swedish date."""
    cutoff = getattr(report, "cutoff", None)
    if cutoff is None or report.first_received_at is None:
        return False
    return bool(timezone.localtime(report.first_received_at).date() > cutoff)
