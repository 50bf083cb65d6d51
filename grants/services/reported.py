"""Booking what an accepted report says of a grant's money."""

from django.db import transaction

from applicants.models import User
from grants.content import FundYear
from grants.enums import EntryKind
from grants.models import Application
from grants.selectors import fund_years

from .ledger import book
from .moving import locked_application, require


@transaction.atomic
def book_report(
    *,
    application: Application,
    actor: User,
    year: int,
    spent_sek: int,
    to_repay_sek: int,
    key: str,
) -> FundYear:
    """Book what was spent in `year` and what is to be repaid (whole SEK), today, which may be
    before the year has ended or long after; returns the year.

    For a grant of an earlier call, what was still usable is first carried into the year.
    Raises PermissionDenied for anyone but a case officer, LedgerRefused for more than there was.
    """
    application = locked_application(application.pk)
    require("grants.accept_report", actor, application)

    def write(kind: EntryKind, of_year: int, amount_sek: int) -> None:
        book(
            application=application,
            kind=kind,
            year=of_year,
            amount_sek=amount_sek,
            actor=actor,
            key=f"{key}:{kind}:{of_year}",
        )

    years = {each.year: each for each in fund_years(application)}
    if year > application.call.year and (year not in years or not years[year].reported):
        before = [each for each in years.values() if each.year < year and each.usable_sek > 0]
        for each in before:
            write(EntryKind.CARRIED_OVER, each.year, each.usable_sek)
        write(EntryKind.CARRIED_IN, year, sum(each.usable_sek for each in before))
    write(EntryKind.SPENT, year, spent_sek)
    if to_repay_sek:
        write(EntryKind.CLAIMED, year, to_repay_sek)
    return next(each for each in fund_years(application) if each.year == year)
