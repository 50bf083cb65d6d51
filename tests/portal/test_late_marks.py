"""That a report is outside an edition: whatever was first received after the cut-off day, by the
Swedish calendar, is marked so on every page, and nothing else."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.selectors.coverage import coverage
from portal.selectors.listing import is_late, with_cutoff
from reporting.enums import ReportStatus
from reporting.models import Report
from reporting.selectors.editions import default_cutoff
from reporting.selectors.sources import received_before
from reporting.services import reports, sending
from tests.factories import AgencyFactory, CallFactory
from tests.factories.reporting import ReportFactory
from tests.factories.reports import Reporting

SWEDEN = ZoneInfo("Europe/Stockholm")
CLOCKS = [date(2014, 3, 30), date(2014, 10, 26), date(2027, 3, 28), date(2027, 10, 31)]
"""Days when the clocks are moved."""
CUTOFFS = st.builds(
    lambda day, away: day + timedelta(days=away),
    st.sampled_from(CLOCKS) | st.dates(date(2014, 1, 1), date(2035, 12, 31)),
    st.integers(-1, 1),
)
ZONES = st.sampled_from(
    [UTC, SWEDEN, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("America/Los_Angeles")]
)
AWAY = st.integers(-2 * 86_400, 2 * 86_400) | st.sampled_from([-1, 0, 1, 3599, 3600, -3600])


def moment(cutoff: date, away: int, zone: tzinfo) -> datetime:
    """So many seconds after the cut-off day has ended in Sweden, as a clock of the zone says."""
    midnight = datetime(cutoff.year, cutoff.month, cutoff.day, tzinfo=SWEDEN) + timedelta(days=1)
    return (midnight.astimezone(UTC) + timedelta(seconds=away)).astimezone(zone)


@pytest.mark.django_db
@given(cutoff=CUTOFFS, earlier=st.integers(0, 60), away=AWAY, zone=ZONES, reader=ZONES)
def test_the_mark_the_counts_and_the_edition_agree(
    cutoff: date, earlier: int, away: int, zone: tzinfo, reader: tzinfo
) -> None:
    at, year = moment(cutoff, away, zone), cutoff.year - 2
    with transaction.atomic(), timezone.override(reader):
        agency = AgencyFactory()
        calls = {"municipalities": cutoff - timedelta(days=earlier), "associations": cutoff}
        for stream, last in calls.items():
            CallFactory(agency=agency, stream=stream, year=year, report_cutoff=last, parts=False)
        report = ReportFactory(agency=agency, year=year,
                               status=ReportStatus.RECEIVED, first_received_at=at)  # fmt: skip
        assert default_cutoff(agency=agency, year=year) == cutoff
        shown = with_cutoff(Report.objects.filter(pk=report.pk)).get()
        outside = away >= 0
        with timezone.override(SWEDEN):  # Pages are shown in Swedish time.
            assert is_late(shown) is outside
        assert (at >= received_before(cutoff)) is outside
        [counted] = coverage(Report.objects.filter(pk=report.pk), cutoff=cutoff, today=cutoff)
        assert (counted.in_time, counted.late) == (not outside, outside)
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=12)
@given(cutoff=CUTOFFS, away=AWAY, later=st.lists(st.integers(1, 90 * 86_400), max_size=2))
def test_a_returned_report_is_marked_by_its_first_receipt(
    cutoff: date, away: int, later: list[int]
) -> None:
    first = moment(cutoff, away, UTC)
    with transaction.atomic(), pytest.MonkeyPatch.context() as patched:
        world = Reporting()
        report = world.required()
        at = first
        patched.setattr("django.utils.timezone.now", lambda: at)
        world.received(report)
        for seconds in later:
            reports.send_back(report=report, actor=world.officer, questions="Hur gick det?")
            at += timedelta(seconds=seconds)
            sending.send_report(report=report, actor=world.signatory)
        kept = Report.objects.get(pk=report.pk)
        assert kept.first_received_at == first
        assert kept.versions.count() == 1 + len(later)
        assert kept.versions.latest("number").received_at == at
        kept.cutoff = cutoff  # type: ignore[attr-defined]
        assert is_late(kept) is (away >= 0)
        transaction.set_rollback(True)
