"""Pure rules of time to appeal."""

from datetime import date, timedelta

from core.checks.working_days import working_day_from

DAYS_TO_APPEAL = 21
"""Three weeks from the day on which the decision was received: 44 § förvaltningslagen."""


class AppealRefused(Exception):
    """It cannot be done with this decision or appeal. `code`: `not_appealable`, `not_a_party`,
    `superseded`, `empty`, `state`, `in_time`, `reasons`, `with_the_court`, `no_order`,
    `being_reconsidered`, `date`, `not_there`, `same`, `appealed` (by that party already)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def last_day_to_appeal(received_on: date) -> date:
    """The last day on which an appeal comes in time, a Swedish date, inclusive.

    Three weeks from the day of receipt; a last day on a Saturday, Sunday, public holiday,
    Midsummer's, Christmas or New Year's Eve becomes the next working day (2 § lagen 1930:173 om
    beräkning av lagstadgad tid).
    """
    return working_day_from(received_on + timedelta(days=DAYS_TO_APPEAL))
