"""What counts and what does not, case by case."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from applicants.models import Organisation
from core.models import Agency
from grants.enums import EntryKind, Outcome, ParticipationRole, Status, Stream
from grants.models import Application, Call, CallDefinitionRecord, Requirement
from reporting.enums import AreaStatus, ReportStatus
from reporting.models import Report
from reporting.selectors.cells import CellDifference, differences
from reporting.selectors.figures import Outcome as Computed
from reviews.enums import FindingValue
from tests.factories import (
    AgencyFactory,
    ApplicationFactory,
    CallFactory,
    CountyFactory,
    DecisionFactory,
    LedgerEntryFactory,
    OrganisationFactory,
    ParticipationFactory,
    ReportAnswerFactory,
    ReportAreaFactory,
    ReportFactory,
    ReportVersionFactory,
    RequirementFindingFactory,
)
from tests.reporting.years import CUTOFF, outcome_of

pytestmark = pytest.mark.django_db

MIDNIGHT = datetime(2014, 6, 1, 22, tzinfo=UTC)
"""The end of 1 June 2014 in Sweden, which has summer time."""
STREAM = "municipalities"


@pytest.fixture
def agency() -> Agency:
    found: Agency = AgencyFactory(code="provmyndigheten")
    return found


@pytest.fixture
def call(agency: Agency) -> Call:
    return call_of(agency, 2013)


def call_of(agency: Agency, year: int) -> Call:
    record = CallDefinitionRecord.objects.filter(code="kommuner-2013").latest("version")
    found: Call = CallFactory(
        agency=agency,
        code=f"kommuner-{year}",
        year=year,
        stream=Stream.MUNICIPALITIES,
        definition_record=record,
        frame_sek=70_000_000,
    )
    return found


def municipality(name: str = "Provköpings kommun") -> Organisation:
    found: Organisation = OrganisationFactory(name=name, county=CountyFactory(code="01"))
    return found


def granted(call: Call, **fields: Any) -> Application:
    found: Application = ApplicationFactory(
        **{
            "call": call,
            "lead": municipality(),
            "status": Status.GRANTED,
            "requested_sek": 500_000,
            "granted_sek": 300_000,
            "decided_on": date(call.year, 3, 14),
        }
        | fields
    )
    return found


def book(application: Application, kind: EntryKind, amount_sek: int, **fields: Any) -> Any:
    return LedgerEntryFactory(
        application=application,
        organisation=application.lead,
        kind=kind,
        amount_sek=amount_sek,
        **{"year": 2013} | fields,
    )


def report_of(agency: Agency, received: datetime, *applications: Application) -> Report:
    """A received report without versions."""
    found: Report = ReportFactory(
        agency=agency,
        organisation=applications[0].lead if applications else municipality(),
        status=ReportStatus.RECEIVED,
        first_received_at=received,
        applications=list(applications),
    )
    return found


def version_of(report: Report, number: int, received: datetime, status: AreaStatus) -> None:
    version = ReportVersionFactory(report=report, number=number, received_at=received)
    ReportAreaFactory(version=version, area="mapping", status=status)
    ReportAnswerFactory(
        version=version, area="mapping", question="expected_results", option="fully"
    )


def mapping_of(outcome: Computed) -> tuple[int, ...]:
    """The first row of table 1: had funding, ongoing, completed, not carried out."""
    return outcome.tables[0].rows[0].values


def test_the_cut_off_is_the_end_of_its_day_in_sweden(agency: Agency, call: Call) -> None:
    for received in (MIDNIGHT - timedelta(microseconds=1), MIDNIGHT):
        version_of(report_of(agency, received), 1, received, AreaStatus.COMPLETED)
    found = outcome_of(agency).key_figures[STREAM]
    assert (found["reports"], found["late_reports"]) == (1, 1)


def test_midnight_in_winter_is_another_moment(agency: Agency, call: Call) -> None:
    before = datetime(2014, 1, 15, 22, 59, 59, tzinfo=UTC)
    for received in (before, before + timedelta(seconds=1)):
        version_of(report_of(agency, received), 1, received, AreaStatus.COMPLETED)
    found = outcome_of(agency, cutoff=date(2014, 1, 15)).key_figures[STREAM]
    assert (found["reports"], found["late_reports"]) == (1, 1)


def test_a_returned_report_keeps_its_first_receipt(agency: Agency, call: Call) -> None:
    first, again = MIDNIGHT - timedelta(days=30), MIDNIGHT + timedelta(days=3)
    report = report_of(agency, first)
    version_of(report, 1, first, AreaStatus.ONGOING)
    version_of(report, 2, again, AreaStatus.COMPLETED)
    outcome = outcome_of(agency)
    assert outcome.key_figures[STREAM]["reports"] == 1
    assert outcome.key_figures[STREAM]["late_reports"] == 0
    assert mapping_of(outcome) == (1, 1, 0, 0), "what it said by the cut-off"
    later = outcome_of(agency, cutoff=date(2014, 6, 30))
    assert mapping_of(later) == (1, 0, 1, 0), "what it said then"


def test_the_latest_version_by_the_cut_off_counts_alone(agency: Agency, call: Call) -> None:
    first = MIDNIGHT - timedelta(days=30)
    report = report_of(agency, first)
    for number, status in enumerate(AreaStatus, start=1):
        version_of(report, number, first + timedelta(days=number), status)
    outcome = outcome_of(agency)
    assert mapping_of(outcome) == (1, 0, 0, 1)
    results = next(table for table in outcome.tables if table.number == 6).rows[0]
    assert (results.n, results.values) == (1, (100, 0, 0, 0, 0))


def test_a_report_that_is_due_or_a_draft_is_neither(agency: Agency, call: Call) -> None:
    ReportFactory(agency=agency, organisation=municipality(), status=ReportStatus.DUE)
    ReportFactory(agency=agency, organisation=municipality(), status=ReportStatus.DRAFT)
    found = outcome_of(agency).key_figures[STREAM]
    assert (found["reports"], found["late_reports"]) == (0, 0)


def test_other_agencies_and_years_are_not_counted(agency: Agency, call: Call) -> None:
    elsewhere = AgencyFactory(code="annan")
    call_of(elsewhere, 2013)
    granted(elsewhere.calls.get())
    version_of(report_of(elsewhere, MIDNIGHT - timedelta(days=9)), 1, MIDNIGHT, AreaStatus.ONGOING)
    ReportFactory(
        agency=agency, organisation=municipality(), year=2012, status=ReportStatus.ACCEPTED
    )
    found = outcome_of(agency).key_figures[STREAM]
    assert (found["applications"], found["reports"]) == (0, 0)
    assert found["frame_sek"] == 70_000_000


def test_unlisted_options_count_towards_n(agency: Agency, call: Call) -> None:
    received = MIDNIGHT - timedelta(days=9)
    for option in ("women_18_plus", "not_in_the_table"):
        version = ReportVersionFactory(report=report_of(agency, received), received_at=received)
        ReportAreaFactory(version=version, area="training", status=AreaStatus.NOT_CARRIED_OUT)
        ReportAnswerFactory(
            version=version, area="training", question="target_groups", option=option
        )
    table = next(table for table in outcome_of(agency).tables if table.number == 2)
    assert table.n == 2
    assert table.rows[0].values == (1,)


def test_a_value_is_no_option(agency: Agency, call: Call) -> None:
    received = MIDNIGHT - timedelta(days=9)
    version = ReportVersionFactory(report=report_of(agency, received), received_at=received)
    ReportAnswerFactory(
        version=version,
        area="training",
        question="target_groups",
        option="",
        value='Text med "citat", komma\noch radbrytning; å ä ö',
    )
    table = next(table for table in outcome_of(agency).tables if table.number == 2)
    assert table.n == 0


def test_nobody_answering_gives_zeros(agency: Agency, call: Call) -> None:
    outcome = outcome_of(agency)
    assert [table.n for table in outcome.tables[:5]] == [0, 0, 0, 0, 0]
    assert {value for table in outcome.tables for row in table.rows for value in row.values} == {0}


def test_money_by_call_year_and_booking(agency: Agency, call: Call) -> None:
    this, last = granted(call), granted(call_of(agency, 2012))
    book(this, EntryKind.GRANTED, 300_000)
    book(this, EntryKind.SPENT, 120_000)
    wrong = book(this, EntryKind.SPENT, 50_000)
    book(this, EntryKind.REVERSED, 50_000, reverses=wrong)
    book(last, EntryKind.CARRIED_OVER, 90_000, year=2012)
    book(last, EntryKind.CARRIED_IN, 90_000)
    book(last, EntryKind.SPENT, 80_000)
    book(last, EntryKind.CLAIMED, 10_000)
    not_measured = granted(call)
    book(not_measured, EntryKind.GRANTED, 300_000)
    found = outcome_of(agency).key_figures[STREAM]
    assert (found["spent_sek"], found["remaining_sek"]) == (120_000, 180_000)
    assert found["carried_over_sek"] == 90_000
    assert (found["carried_over_spent_sek"], found["to_repay_sek"]) == (80_000, 10_000)
    assert (found["granted"], found["granted_sek"]) == (2, 600_000)


def test_outcomes_as_they_hold(agency: Agency, call: Call) -> None:
    lead = {"lead": municipality()}
    ApplicationFactory(call=call, status=Status.DRAFT, **lead)
    ApplicationFactory(call=call, status=Status.SUBMITTED, requested_sek=1, **lead)
    refused = {"requested_sek": 10, "granted_sek": None, "decided_on": date(2013, 3, 14)}
    ApplicationFactory(call=call, status=Status.REJECTED, **refused, **lead)
    ApplicationFactory(call=call, status=Status.WITHDRAWN, **refused, **lead)
    closed = ApplicationFactory(call=call, status=Status.CLOSED, **refused, **lead)
    DecisionFactory(application=closed, outcome=Outcome.REJECTED, amount_sek=None)
    joint = granted(call, partner_count=1)
    ParticipationFactory(
        application=joint, organisation=municipality("B"), role=ParticipationRole.PARTNER
    )
    found = outcome_of(agency).key_figures[STREAM]
    assert found["applications"] == 5, "all but the draft"
    assert (found["granted"], found["rejected"], found["withdrawn"]) == (1, 2, 1)
    assert found["joint_applications"] == 1


def test_a_report_on_a_joint_grant_is_joint(agency: Agency, call: Call) -> None:
    joint, alone = granted(call_of(agency, 2012), partner_count=1), granted(call)
    ParticipationFactory(
        application=joint, organisation=municipality("B"), role=ParticipationRole.PARTNER
    )
    received = MIDNIGHT - timedelta(days=9)
    report_of(agency, received, alone, joint)
    report_of(agency, received, granted(call))
    report_of(agency, MIDNIGHT, joint)
    found = outcome_of(agency).key_figures[STREAM]
    assert (found["reports"], found["joint_reports"], found["late_reports"]) == (2, 1, 1)


def test_rejections_by_requirement(agency: Agency, call: Call) -> None:
    codes = ["extent_of_violence", "action_plan", "work_of_2012_begun"]
    requirements = {code: requirement_of(call, code) for code in codes}
    refused = {"requested_sek": 10, "granted_sek": None, "decided_on": date(2013, 3, 14)}
    rejected = ApplicationFactory(call=call, lead=municipality(), status=Status.REJECTED, **refused)
    partner = municipality("B")
    for organisation, code, finding in [
        (rejected.lead, "extent_of_violence", FindingValue.BEGUN),
        (rejected.lead, "action_plan", FindingValue.BEGUN),
        (rejected.lead, "work_of_2012_begun", FindingValue.NOT_APPLICABLE),
        (partner, "action_plan", FindingValue.NOT_MET),
    ]:
        RequirementFindingFactory(
            application=rejected,
            requirement=requirements[code],
            organisation=organisation,
            finding=finding,
        )
    found = outcome_of(agency).rejections[STREAM]
    assert found.recorded
    assert found.counts == (
        ("extent_of_violence", 0),
        ("action_plan", 1),
        ("work_of_2012_begun", 0),
    )


def requirement_of(call: Call, code: str) -> Requirement:
    demanded = call.definition.requirement(code)
    assert demanded is not None
    found, _ = Requirement.objects.get_or_create(
        call=call,
        code=code,
        defaults={
            "position": 10 + Requirement.objects.filter(call=call).count(),
            "satisfied_by": list(demanded.satisfied_by),
            "applies_to": demanded.applies_to,
        },
    )
    return found


def test_differences_name_every_figure_that_changed() -> None:
    before = {
        "key_figures": {STREAM: {"reports": 1, "granted": 2}},
        "tables": {"1": {"n": 1, "rows": [{"code": "mapping", "values": [1, 0]}]}},
    }
    after = {
        "key_figures": {STREAM: {"reports": 2, "granted": 2}},
        "tables": {
            "1": {"n": 2, "rows": [{"code": "mapping", "values": [1, 1]}]},
            "6": {"rows": [{"code": "mapping", "n": 3, "values": [100]}]},
        },
    }
    assert differences(before, before) == ()
    assert set(differences(before, after)) == {
        CellDifference(None, STREAM, "reports", 1, 2),
        CellDifference(1, "", "n", 1, 2),
        CellDifference(1, "mapping", "2", 0, 1),
        CellDifference(6, "mapping", "n", None, 3),
        CellDifference(6, "mapping", "1", None, 100),
    }


def test_the_ordinary_cut_off_is_that_of_the_calls(agency: Agency, call: Call) -> None:
    from reporting.selectors.editions import default_cutoff

    assert default_cutoff(agency=agency, year=2013) == call.report_cutoff
    assert outcome_of(agency).cutoff == CUTOFF
