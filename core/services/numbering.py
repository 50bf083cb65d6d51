"""Register numbers (diarienummer), gap-free for each agency and year."""

from django.db import connection
from django.db.transaction import TransactionManagementError

from core.models import Agency, NumberSeries
from core.selectors.prepared import Prepared

from .rows import update

_series = Prepared(
    lambda agency, year: NumberSeries.objects.select_for_update().filter(agency=agency, year=year)
)


def next_register_number(*, agency: Agency, year: int) -> str:
    """The next number of the agency's year, in its pattern, such as `801-2901-2024`.

    `year` is that of the receipt by Swedish local time. The series row stays locked until the
    transaction ends, and a rollback gives the number back, so there are no gaps. Raises
    TransactionManagementError outside a transaction. Take it last: call, applications and
    journal are locked before it.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("a register number is taken by the write that uses it")
    series = _series.first(agency.pk, year)
    if series is None:
        NumberSeries.objects.get_or_create(agency=agency, year=year)
        (series,) = _series(agency.pk, year)
    series.last += 1
    update(series, ["last"])
    return agency.register_number(number=series.last, year=year)
