"""Reading the ledger."""

from collections.abc import Iterable

from django.db.models import QuerySet

from core.selectors.prepared import Prepared
from grants.content import FundYear, Posting, balance_sek
from grants.content import fund_years as years_of
from grants.enums import EntryKind
from grants.models import Application, LedgerEntry


def entries_that_hold() -> QuerySet[LedgerEntry]:
    """Entries that count: neither reversed nor reversals themselves."""
    return LedgerEntry.objects.filter(reversed_by__isnull=True).exclude(kind=EntryKind.REVERSED)


def fund_years_for(application_ids: Iterable[int]) -> dict[int, list[FundYear]]:
    """The money of many grants year by year, in one query; a case without entries has none."""
    ids = list(application_ids)
    postings: dict[int, list[Posting]] = {pk: [] for pk in ids}
    for pk, kind, year, amount_sek in _postings(ids):
        postings[pk].append(Posting(kind, year, amount_sek))
    return {pk: years_of(found) for pk, found in postings.items()}


_postings = Prepared(
    lambda ids: (
        entries_that_hold()
        .filter(application__pk__in=ids)
        .order_by("year", "pk")
        .values_list("application_id", "kind", "year", "amount_sek")
    )
)


def fund_years(application: Application) -> list[FundYear]:
    """One grant's money year by year."""
    return fund_years_for([application.pk])[application.pk]


def fund_years_in(entries: Iterable[LedgerEntry]) -> list[FundYear]:
    """One grant's money year by year from all its entries, where they are at hand already."""
    ordered = sorted(entries, key=lambda entry: (entry.year, entry.pk))
    reversed_ids = {entry.reverses_id for entry in ordered}
    return years_of(
        Posting(entry.kind, entry.year, entry.amount_sek)
        for entry in ordered
        if entry.kind != EntryKind.REVERSED and entry.pk not in reversed_ids
    )


def ledger_balance(application: Application) -> int:
    """What of the case's money is not accounted for, whole SEK; zero lets it be closed."""
    return balance_sek(fund_years(application))


def entries_of(application: Application) -> QuerySet[LedgerEntry]:
    """All the case's entries in the order in which they were booked, reversals too."""
    return application.ledger_entries.order_by("pk")
