"""What is outside an edition: whatever was first received after the cut-off day in Sweden."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from reporting.selectors.sources import received_before

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(cutoff=DAYS, away=st.integers(-3 * 86_400, 3 * 86_400))
def test_a_report_is_inside_on_the_last_day_and_outside_from_midnight(
    cutoff: date, away: int
) -> None:
    noon = datetime(cutoff.year, cutoff.month, cutoff.day, 12, tzinfo=UTC)
    moment = noon + timedelta(seconds=away)
    inside = moment < received_before(cutoff)
    assert inside == (timezone.localdate(moment) <= cutoff)


@given(DAYS)
def test_the_first_moment_outside_is_midnight_in_sweden(cutoff: date) -> None:
    first = received_before(cutoff)
    assert timezone.localtime(first).time().isoformat() == "00:00:00"
    assert timezone.localdate(first - timedelta(microseconds=1)) == cutoff
