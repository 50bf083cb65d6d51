"""What stands in a worklist: views, filters and what each row is ordered by.

Values come checked from a form. A case's place is never kept: the list is in its address.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    DateField,
    Exists,
    Min,
    OuterRef,
    Q,
    QuerySet,
    StringAgg,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from applicants.selectors import agencies_for
from grants.enums import Status
from grants.models import (
    Application,
    Call,
    CaseArea,
    CaseSearch,
    DelayRequest,
    Participation,
)
from grants.selectors.cases import applications_received
from portal.selectors.definitions import definition_of, parse_definitions
from reviews.enums import FindingValue, Recommendation
from reviews.models import CaseMark, Communication, Opinion, RequirementFinding, SavedView
from reviews.rules import HANDLERS
from reviews.selectors.assignment import IN_HAND
from reviews.selectors.conflicts import with_conflict_left
from reviews.selectors.leave import Officer, covered_by, officers_at

from .paging import COUNT_CAP, Key, moment, text, whole

NO_DATE = date(9000, 1, 1)
"""Stands where nothing is waited for, after every real date."""


class View(StrEnum):
    """The views of the worklist; the values stand in addresses that are passed on and saved."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    DECIDE = "decide"
    WAITING = "waiting"
    OVERDUE = "overdue"
    ALL = "all"


class OpinionState(StrEnum):
    """How far the county boards' opinions have come."""

    MISSING = "missing"
    NOT_ASKED = "not_asked"
    IN = "in"


NOBODY = "none"
"""The officer of cases that nobody has."""


def day(value: Any) -> date:
    """A date from a cursor; raises TypeError or ValueError for anything else."""
    return date.fromisoformat(text(value))


KEYS: Mapping[str, tuple[Key, ...]] = {
    "number": (Key("number_key", text),),
    "organisation": (Key("lead__sort_key", text),),
    "received": (Key("received_at", moment),),
    "requested": (Key("requested_sek", whole),),
    "due": (Key("next_due", day),),
    "officer": (Key("officer_key", text),),
}
LEFT_FIRST = (Key("left_last", whole), *KEYS["received"])
"""The order of what nobody has: first the cases whose officer was shut out by a conflict of
interest, then by receipt."""
SLOW = frozenset({"due", "officer"})
"""Orders without an index: not offered of all cases, only of those in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who looks at a worklist on which Swedish date, and what is around: the calls of the
    person's agencies with their definitions, the officers, and the saved lists."""

    person: int
    today: date
    calls: tuple[Call, ...]
    officers: tuple[Officer, ...]
    views: tuple[SavedView, ...] = ()
    covered: frozenset[int] = field(default_factory=frozenset)

    @property
    def by_id(self) -> dict[int, Call]:
        """The calls by their ids."""
        return {call.pk: call for call in self.calls}


def desk_of(user: Any) -> Desk:
    """What the person's worklist needs, in three queries."""
    agencies: Any = agencies_for(user, HANDLERS)
    today = timezone.localdate()
    calls = (
        Call.objects.filter(agency__in=agencies)
        .select_related("agency", "definition_record")
        .defer("definition_record__document")
        .order_by("-year", "stream", "code")
    )
    found = tuple(calls)
    parse_definitions(found)
    officers = officers_at(agencies, today)
    views = SavedView.objects.filter(
        Q(owner=user) | Q(shared=True), agency__in=agencies
    ).select_related("owner")
    return Desk(
        person=user.pk,
        today=today,
        calls=found,
        officers=tuple(officers),
        views=tuple(views.order_by("name", "pk")),
        covered=covered_by(user.pk, officers),
    )


def cases_handled_by(user: Any) -> QuerySet[Application]:
    """The received cases of the agencies where the person has a worklist."""
    return applications_received(user, HANDLERS).filter(received_at__isnull=False)


def in_view(cases: QuerySet[Application], view: View, desk: Desk) -> QuerySet[Application]:
    """The cases that stand in the view."""
    if view is View.ALL:
        return cases
    in_hand = cases.filter(status__in=IN_HAND)
    if view is View.MINE:
        return in_hand.filter(assigned_to__in={desk.person, *desk.covered})
    if view is View.UNASSIGNED:
        return in_hand.filter(assigned_to__isnull=True, imported=False)
    if view is View.DECIDE:
        return cases.filter(status=Status.ASSESSED)
    if view is View.WAITING:
        return in_hand.filter(
            Q(status=Status.COMPLETION_REQUESTED)
            | Exists(_opinions_out())
            | Exists(_told_and_waiting(desk.today))
        )
    return in_hand.filter(
        _too_old(desk)
        | Q(status=Status.COMPLETION_REQUESTED, completion_due__lt=desk.today)
        | Exists(_opinions_out().filter(due_on__lt=desk.today))
        | Exists(
            DelayRequest.objects.filter(
                application=OuterRef("pk"), refused_at__isnull=True, due_on__lt=desk.today
            )
        ),
        imported=False,
    )


def _opinions_out() -> QuerySet[Opinion]:
    return Opinion.objects.filter(application=OuterRef("pk"), recommendation=Recommendation.WAITING)


def _told_and_waiting(today: date) -> QuerySet[Communication]:
    return Communication.objects.filter(
        application=OuterRef("pk"), due__gte=today, answers__isnull=True
    )


def _too_old(desk: Desk) -> Q:
    """Received longer ago than the call's target says that a case should take."""
    by_start: dict[datetime, list[int]] = {}
    for call in desk.calls:
        target = target_days(call)
        if target is not None:
            by_start.setdefault(_start_of(desk.today - timedelta(days=target)), []).append(call.pk)
    condition = Q(pk__in=())
    for start, calls in by_start.items():
        condition |= Q(call__in=calls, received_at__lt=start)
    return condition


def target_days(call: Call) -> int | None:
    """How many days a case of the call should take; None of a call of an old register."""
    form = definition_of(call).assessment
    return None if form is None else form.target_days


def _start_of(on: date) -> datetime:
    """When the Swedish day begins, UTC."""
    start = datetime.combine(on, time(), tzinfo=timezone.get_default_timezone())
    return start.astimezone(UTC)


def worklist(
    cases: QuerySet[Application], view: View, chosen: Mapping[str, str], desk: Desk
) -> QuerySet[Application]:
    """The cases of the view that the filters ask for, with all that a row shows and is ordered
    by: `next_due`, `opinions_due`, `told_due`, `area_codes`, `mark_labels`, `left_for_conflict`
    and, for ordering by it, `left_last`."""
    return with_keys(_filtered(in_view(cases, view, desk), chosen, desk), desk)


def with_keys(cases: QuerySet[Application], desk: Desk) -> QuerySet[Application]:
    """With what rows are ordered by and show; no query is needed for any row."""
    opinions = _opinions_out().order_by().values("application").annotate(first=Min("due_on"))
    told = _told_and_waiting(desk.today).order_by().values("application").annotate(first=Min("due"))
    asked = DelayRequest.objects.filter(application=OuterRef("pk"), refused_at__isnull=True)
    areas = (
        CaseArea.objects.filter(application=OuterRef("pk"))
        .order_by()
        .values("application")
        .annotate(codes=StringAgg("code", Value(",")))
    )
    marks = (
        CaseMark.objects.filter(application=OuterRef("pk"))
        .order_by()
        .values("application")
        .annotate(labels=StringAgg("label", Value(",")))
    )
    none = Value(NO_DATE, output_field=DateField())
    return (
        with_conflict_left(cases)
        .annotate(
            number_key=Case(When(register_number="", then="reference"), default="register_number"),
            officer_key=Coalesce("assigned_to__name", Value("")),
            opinions_due=Subquery(opinions.values("first"), output_field=DateField()),
            told_due=Subquery(told.values("first"), output_field=DateField()),
            delay_due=Subquery(asked.values("due_on")[:1], output_field=DateField()),
            area_codes=Coalesce(
                Subquery(areas.values("codes")), Value(""), output_field=TextField()
            ),
            mark_labels=Coalesce(
                Subquery(marks.values("labels")), Value(""), output_field=TextField()
            ),
        )
        .annotate(
            next_due=Least(
                Coalesce("completion_due", none),
                Coalesce("opinions_due", none),
                Coalesce("told_due", none),
                Coalesce("delay_due", none),
            )
        )
    )


def _filtered(
    cases: QuerySet[Application], chosen: Mapping[str, str], desk: Desk
) -> QuerySet[Application]:
    for name, path in {"call": "call", "status": "status", "kind": "lead__kind"}.items():
        if value := chosen.get(name):
            cases = cases.filter(**{path: value})
    if value := chosen.get("county"):
        part = Participation.objects.filter(organisation__county=value, application=OuterRef("pk"))
        cases = cases.filter(Exists(part))
    if value := chosen.get("joint"):
        cases = (
            cases.filter(partner_count__gt=0) if value == "yes" else cases.filter(partner_count=0)
        )
    if value := chosen.get("area"):
        cases = cases.filter(
            Exists(CaseArea.objects.filter(application=OuterRef("pk"), code=value))
        )
    if value := chosen.get("officer"):
        cases = (
            cases.filter(assigned_to__isnull=True)
            if value == NOBODY
            else cases.filter(assigned_to=int(value))
        )
    if value := chosen.get("requirement"):
        cases = cases.filter(Exists(_not_met(value, desk)))
    if value := chosen.get("opinion"):
        cases = cases.filter(_opinions(OpinionState(value)))
    if value := chosen.get("mark"):
        label = value.casefold()
        cases = cases.filter(
            Exists(CaseMark.objects.filter(application=OuterRef("pk"), label=label))
        )
    for name, comparison in {"amount_from": "gte", "amount_to": "lte"}.items():
        if value := chosen.get(name):
            cases = cases.filter(**{f"requested_sek__{comparison}": int(value)})
    if words := chosen.get("q"):
        cases = cases.filter(_found_by(words))
    return cases


def _not_met(code: str, desk: Desk) -> QuerySet[RequirementFinding]:
    """Findings of the requirement that do not satisfy it, by what each call says does."""
    by_satisfying: dict[frozenset[str], list[int]] = {}
    for call in desk.calls:
        requirement = definition_of(call).requirement(code)
        if requirement is not None:
            enough = frozenset(str(each) for each in requirement.satisfied_by)
            by_satisfying.setdefault(enough, []).append(call.pk)
    failing = Q(pk__in=())
    for enough, calls in by_satisfying.items():
        failing |= Q(requirement__call__in=calls) & ~Q(
            finding__in={*enough, FindingValue.NOT_APPLICABLE}
        )
    return RequirementFinding.objects.filter(
        failing, application=OuterRef("pk"), requirement__code=code
    )


def _opinions(state: OpinionState) -> Q:
    asked = Exists(Opinion.objects.filter(application=OuterRef("pk")))
    out = Exists(_opinions_out())
    if state is OpinionState.MISSING:
        return Q(out)
    if state is OpinionState.IN:
        return Q(asked) & ~Q(out)
    return Q(call__asks_opinion=True) & ~Q(asked)


def _found_by(words: str) -> Q:
    """Cases with the number, an organisation by that name, or text that says the words; what few
    there are is looked up first, so that the database can go by it (one query)."""
    named = Participation.objects.filter(organisation__sort_key__contains=words.casefold())
    if connection.vendor == "postgresql":
        saying = CaseSearch.objects.filter(swedish__says=words)
    else:
        saying = CaseSearch.objects.filter(text__contains=words.casefold())
    numbered = Q(reference__icontains=words) | Q(register_number__icontains=words)
    either = (
        named.order_by()
        .values_list("application_id", flat=True)
        .union(saying.order_by().values_list("application_id", flat=True))
    )
    found = list(either[: COUNT_CAP + 1])
    if len(found) <= COUNT_CAP:
        return numbered | Q(pk__in=found)
    return (
        numbered
        | Exists(named.filter(application=OuterRef("pk")))
        | Exists(saying.filter(application=OuterRef("pk")))
    )


def areas_of(calls: Iterable[Call], language: str) -> dict[str, str]:
    """The areas that the calls' applications can be for: code and title, in their order."""
    found: dict[str, str] = {}
    for call in calls:
        if definition_of(call).assessment is not None:
            found |= {
                code: title
                for code, title in definition_of(call).area_titles(language).items()
                if code not in found
            }
    return found


def requirements_of(calls: Iterable[Call], language: str) -> dict[str, str]:
    """The requirements that the calls put: code and title, in their order."""
    found: dict[str, str] = {}
    for call in calls:
        for each in definition_of(call).requirements:
            found.setdefault(each.code, each.title.in_(language))
    return found


def delay_request_of(application: Application) -> DelayRequest | None:
    """The party's request for a decision in the case."""
    return (
        DelayRequest.objects.filter(application=application)
        .select_related("organisation", "refused_by")
        .first()
    )
