"""The ledger as controllers read it: sums by call, year, county, organisation and case, the
transactions behind each sum, and all of them for the accounting system. Whole SEK."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Sum, When

from applicants.models import Organisation
from applicants.selectors import agencies_for
from grants.enums import EntryKind
from grants.models import Application, Call, LedgerEntry
from grants.selectors import entries_that_hold
from grants.selectors.payments import CONTROLLERS
from grants.selectors.shut_out import cases_shut_out_of

from .paging import Key, calendar_day, text, whole

DIMENSIONS: Mapping[str, str] = {
    "call": "application__call",
    "year": "year",
    "county": "organisation__county",
    "organisation": "organisation",
    "case": "application",
}
"""What the money is summed by, with the path from an entry to it."""
MOST = 200
"""Grants of one organisation on its own page."""
ENTRY_KEYS: Mapping[str, tuple[Key, ...]] = {
    "booked": (Key("booked_on", calendar_day),),
    "amount": (Key("amount_sek", whole),),
}
ORGANISATION_KEYS: Mapping[str, tuple[Key, ...]] = {"name": (Key("sort_key", text),)}
CASE_KEYS: Mapping[str, tuple[Key, ...]] = {"number": (Key("number_key", text),)}


@dataclass(frozen=True, slots=True)
class MoneySums:
    """Sums of the entries that hold, by kind."""

    by_kind: Mapping[str, int]

    def of(self, kind: EntryKind) -> int:
        """What has been booked of that kind."""
        return self.by_kind.get(kind, 0)

    @property
    def left_sek(self) -> int:
        """What may still be used."""
        into = self.of(EntryKind.GRANTED) + self.of(EntryKind.CARRIED_IN)
        out = (EntryKind.SPENT, EntryKind.CARRIED_OVER, EntryKind.CLAIMED)
        return into - sum(self.of(kind) for kind in out)

    @property
    def owed_sek(self) -> int:
        """What has been claimed and neither repaid nor written off."""
        back = self.of(EntryKind.REPAID) + self.of(EntryKind.WRITTEN_OFF)
        return self.of(EntryKind.CLAIMED) - back

    def __bool__(self) -> bool:
        return any(self.by_kind.values())


def calls_followed(user: Any) -> QuerySet[Call]:
    """The calls of the agencies where the person is controller, newest first."""
    return (
        Call.objects.filter(agency__in=agencies_for(user, CONTROLLERS))
        .select_related("agency", "definition_record")
        .defer("definition_record__document")
        .order_by("-year", "stream", "code")
    )


def years_of(calls: Iterable[Call]) -> list[int]:
    """The years in whose ledger something can stand, newest first: a call's own, and the one that
    its money can be carried into."""
    return sorted({year for call in calls for year in (call.year, call.year + 1)}, reverse=True)


def _of_controller(entries: QuerySet[LedgerEntry], user: Any) -> QuerySet[LedgerEntry]:
    mine = entries.filter(application__call__agency__in=agencies_for(user, CONTROLLERS))
    out = cases_shut_out_of(user)
    return mine if isinstance(out, frozenset) and not out else mine.exclude(application__in=out)


def entries_found(
    user: Any, chosen: Mapping[str, Any], *, whole_ledger: bool = False
) -> QuerySet[LedgerEntry]:
    """The entries that the filter asks for, of the agencies where the person is controller.

    Those that hold: neither reversed nor reversals; with `whole_ledger` all of them.
    """
    entries = LedgerEntry.objects.all() if whole_ledger else entries_that_hold()
    entries = _of_controller(entries, user)
    if words := chosen.get("q"):
        entries = entries.filter(
            Q(organisation__sort_key__contains=words.casefold())
            | Q(application__register_number__icontains=words)
            | Q(application__reference__icontains=words)
        )
    for name in ("call", "year", "county", "organisation", "case"):
        if value := chosen.get(name):
            entries = entries.filter(**{DIMENSIONS[name]: value})
    if kind := chosen.get("kind"):
        entries = entries.filter(kind=kind)
    return entries


def sums_of(entries: QuerySet[LedgerEntry]) -> MoneySums:
    """What the entries come to, in one query."""
    rows = entries.order_by().values_list("kind").annotate(total=Sum("amount_sek"))
    return MoneySums(dict(rows))


def sums_by(
    entries: QuerySet[LedgerEntry], dimension: str, only: Collection[int] | None = None
) -> dict[Any, MoneySums]:
    """The same by one of DIMENSIONS, in one query; `only` for these values of it."""
    path = DIMENSIONS[dimension]
    if only is not None:
        entries = entries.filter(**{f"{path}__in": list(only)})
    found: dict[Any, dict[str, int]] = {}
    rows = entries.order_by().values_list(path, "kind").annotate(total=Sum("amount_sek"))
    for value, kind, total in rows:
        found.setdefault(value, {})[kind] = total
    return {value: MoneySums(kinds) for value, kinds in found.items()}


def organisations_in(entries: QuerySet[LedgerEntry]) -> QuerySet[Organisation]:
    """The organisations that the entries are of."""
    behind = entries.order_by().filter(organisation=OuterRef("pk"))
    return Organisation.objects.filter(Exists(behind))


def cases_in(entries: QuerySet[LedgerEntry]) -> QuerySet[Application]:
    """The cases that the entries are of, with `number_key` to order them by."""
    behind = entries.order_by().filter(application=OuterRef("pk"))
    return (
        Application.objects.filter(Exists(behind))
        .select_related("lead")
        .annotate(
            number_key=Case(When(register_number="", then="reference"), default="register_number")
        )
    )


def listed_entries(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """The entries with what a row of their list shows."""
    return entries.select_related("application__call", "organisation")


def names_of(entries: QuerySet[LedgerEntry], chosen: Mapping[str, Any]) -> dict[str, str]:
    """What the case and the organisation that a filter names are called."""
    if not {"case", "organisation"} & set(chosen):
        return {}
    first = entries.select_related("application", "organisation").order_by("pk").first()
    if first is None:
        return {}
    return {"case": first.application.number, "organisation": first.organisation.name}


def grants_of(organisation: Organisation) -> QuerySet[Application]:
    """The cases that the organisation led and in which money was booked, the latest first; at
    most MOST of them."""
    booked = LedgerEntry.objects.filter(application=OuterRef("pk"))
    return (
        Application.objects.filter(Exists(booked), lead=organisation)
        .select_related("call__agency", "call__definition_record")
        .defer("call__definition_record__document")
        .order_by("-call__year", "-pk")[:MOST]
    )
