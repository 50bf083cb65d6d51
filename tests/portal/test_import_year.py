"""A programme year comes in whole, once, with the history that led to it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.models import Count, Sum
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given

from applicants.models import Organisation, OrganisationEntry
from core.enums import ActorKind
from core.models import Agency, Event
from grants.checks import Source, refusals
from grants.enums import EntryKind, Status
from grants.models import Application, Call, Decision, LedgerEntry, Participation
from grants.selectors import fund_years
from grants.services import imported
from grants.services.imported import decision_facts, report_facts
from grants.workflow import TABLE, Action, Evidence
from portal.imports import AgencyUnclear, bring_in_year
from portal.management.progress import ProgressBar
from reporting.models import Report, ReportAnswer, ReportArea
from reviews.models import RequirementFinding
from tests.portal.year_factory import (
    YEAR_2013,
    Plan,
    copy_of,
    plans,
    write_plan,
    write_workbook,
)

MODELS = (
    Agency,
    Call,
    Organisation,
    OrganisationEntry,
    Application,
    Participation,
    Decision,
    LedgerEntry,
    Report,
    ReportArea,
    ReportAnswer,
    RequirementFinding,
    Event,
)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in MODELS}


def events_of(application: Application) -> list[tuple[str, dict[str, Any]]]:
    events = Event.objects.filter(journal__kind="case", journal__subject=str(application.pk))
    return [(event.name, json.loads(event.payload)) for event in events.order_by("sequence")]


@pytest.fixture
def year_2013(db: None) -> None:
    bring_in_year(path=YEAR_2013)


@pytest.mark.usefixtures("year_2013")
def test_the_year_2013_has_what_was_published() -> None:
    of_year = Application.objects.filter(call__year=2013)
    assert of_year.count() == 279
    by_call = {
        row["call__code"]: (row["n"], row["asked"], row["granted"])
        for row in of_year.values("call__code").annotate(
            n=Count("pk"), asked=Sum("requested_sek"), granted=Sum("granted_sek")
        )
    }
    assert by_call == {
        "kommuner-2013": (127, 135_000_000, 53_687_000),
        "foreningar-2013": (152, 86_700_000, 20_000_000),
    }
    states = {
        (row["call__code"], row["status"]): row["n"]
        for row in Application.objects.values("call__code", "status").annotate(n=Count("pk"))
    }
    assert states == {
        ("kommuner-2013", Status.INTERIM_REPORTED): 51,
        ("kommuner-2013", Status.FINAL_REPORTED): 55,
        ("kommuner-2013", Status.REJECTED): 21,
        ("foreningar-2013", Status.INTERIM_REPORTED): 19,
        ("foreningar-2013", Status.FINAL_REPORTED): 81,
        ("foreningar-2013", Status.REJECTED): 51,
        ("foreningar-2013", Status.WITHDRAWN): 1,
        ("kommuner-2012", Status.FINAL_REPORTED): 86,
        ("foreningar-2012", Status.FINAL_REPORTED): 77,
    }
    assert of_year.filter(partner_count__gt=0).count() == 42 + 14
    assert Report.objects.filter(status="accepted").count() == 266
    assert ReportArea.objects.count() == 918
    assert ReportAnswer.objects.count() == 2967
    assert Agency.objects.get().code == "socialstyrelsen"


@pytest.mark.usefixtures("year_2013")
def test_the_money_of_2013_adds_up() -> None:
    sums = {
        (row["kind"], row["year"]): row["sum"]
        for row in LedgerEntry.objects.values("kind", "year").annotate(sum=Sum("amount_sek"))
    }
    assert sums == {
        (EntryKind.GRANTED, 2012): 30_300_000,
        (EntryKind.CARRIED_OVER, 2012): 30_300_000,
        (EntryKind.CARRIED_IN, 2013): 30_300_000,
        (EntryKind.GRANTED, 2013): 73_687_000,
        (EntryKind.SPENT, 2013): 39_400_000 + 17_900_000 + 21_500_000 + 7_000_000,
        (EntryKind.CLAIMED, 2013): 1_800_000,
    }
    for application in Application.objects.filter(granted_sek__isnull=False)[:40]:
        for year in fund_years(application):
            assert year.usable_sek >= 0


@pytest.mark.usefixtures("year_2013")
def test_a_case_has_the_history_that_led_to_its_state() -> None:
    application = Application.objects.get(reference="K12-0072")
    names = [name for name, _ in events_of(application)]
    assert names == [
        "application.submitted",
        "application.assessed",
        "application.granted",
        "ledger.booked",
        "ledger.booked",
        "ledger.booked",
        "ledger.booked",
        "ledger.booked",
        "report.received",
        "report.accepted",
        "application.final_reported",
    ]
    steps = [payload for name, payload in events_of(application) if "action" in payload]
    assert [step["from"] for step in steps] == ["draft", "submitted", "assessed", "granted"]
    assert steps[-1]["to"] == application.status
    for step in steps:
        expected = {str(each) for each in TABLE[Action(step["action"])].not_recorded()}
        assert expected <= set(step["not_recorded"])
    events = Event.objects.filter(
        journal__kind="case", journal__subject=str(application.pk)
    ).order_by("sequence")
    assert {event.actor_kind for event in events} == {ActorKind.IMPORT}
    moments = [event.occurred_at for event in events]
    assert moments == sorted(moments)
    assert events[0].occurred_at == application.received_at


@pytest.mark.usefixtures("year_2013")
def test_a_withdrawn_case_says_that_the_day_is_not_recorded() -> None:
    application = Application.objects.get(reference="F13-0152")
    name, payload = events_of(application)[-1]
    assert (name, payload["not_recorded"]) == ("application.withdrawn", ["date"])
    assert application.decided_on is None
    assert not application.decisions.exists()


@pytest.mark.usefixtures("year_2013")
def test_no_person_is_made_up_for_a_decision() -> None:
    assert Decision.objects.filter(decider=None, preparer=None, imported=True).count() == 441
    assert Decision.objects.count() == 441
    assert not RequirementFinding.objects.exists()


@pytest.mark.usefixtures("year_2013")
def test_the_journal_of_an_imported_year_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_journal")
    assert str(Event.objects.count()) in capsys.readouterr().out
    assert Event.objects.count() > Application.objects.count()


@pytest.mark.usefixtures("year_2013")
def test_the_same_folder_again_changes_nothing() -> None:
    before = counts()
    outcome = bring_in_year(path=YEAR_2013)
    assert not outcome.changes
    assert counts() == before


@pytest.mark.usefixtures("year_2013")
def test_the_command_says_that_nothing_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_year", YEAR_2013, language="en")
    assert "Nothing new." in capsys.readouterr().out


@pytest.mark.django_db
def test_a_dry_run_stores_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = counts()
    call_command("import_year", YEAR_2013, dry_run=True, language="en")
    assert counts() == before
    assert "Nothing has been stored" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_failure_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = counts()

    def broken(**_: Any) -> None:
        raise IntegrityError("half-way")

    monkeypatch.setattr("portal.services.years.accept_reports", broken)
    with pytest.raises(IntegrityError, match="half-way"):
        bring_in_year(path=YEAR_2013)
    assert counts() == before


@pytest.mark.django_db
def test_what_is_written_meanwhile_makes_the_comparison_start_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from portal.imports import year as module

    compared = []
    run = module.Comparison.run

    def also_written(self: Any) -> None:
        run(self)
        compared.append(1)
        if len(compared) == 1:
            with monkeypatch.context() as patch:
                patch.setattr(module.Comparison, "run", run)
                bring_in_year(path=YEAR_2013)

    monkeypatch.setattr(module.Comparison, "run", also_written)
    outcome = bring_in_year(path=YEAR_2013)
    assert len(compared) == 2
    assert not outcome.changes
    assert Application.objects.count() == 442


def test_import_checks_what_the_files_can_show_with_the_tables_own_code() -> None:
    facts = decision_facts(
        requested_sek=100, granted_sek=101, received_on=None, decided_on=None, frame_left_sek=100
    )
    assert facts.source is Source.FILES
    refused = {refusal.condition for refusal in refusals(Action.GRANT, facts)}
    shown = {c for c in TABLE[Action.GRANT].conditions if c.evidence is Evidence.SHOWN}
    assert refused == shown
    assert not TABLE[Action.ACCEPT_FINAL].not_recorded()


@pytest.mark.django_db
def test_the_frame_is_checked_by_the_transition_itself(tmp_path: Path) -> None:
    bring_in_year(path=YEAR_2013)
    call = Call.objects.get(code="foreningar-2013")
    case = imported.ImportedCase(
        reference="F13-9999",
        lead_id=Organisation.objects.values_list("pk", flat=True)[0],
        partner_ids=(),
        received_at=Application.objects.filter(call=call)[0].received_at,  # type: ignore[arg-type]
        received_offset=None,
        requested_sek=10,
        outcome="granted",
        granted_sek=10,
        decided_on=Decision.objects.filter(application__call=call)[0].decided_on,
    )
    from grants.checks import TransitionRefused
    from grants.selectors import frame_left

    assert frame_left(call) == 0
    with pytest.raises(TransitionRefused, match="frame_holds"):
        list(imported.bring_in_cases(call=call, cases=[case], frame_left_sek=frame_left(call)))


def test_money_left_asks_for_the_interim_report_first() -> None:
    from datetime import date

    day = date(2014, 4, 1)
    left = report_facts(decided_on=day, reported_on=day, usable_sek=1, interim_done=False)
    none = report_facts(decided_on=day, reported_on=day, usable_sek=0, interim_done=False)
    assert refusals(Action.ACCEPT_FINAL, left)
    assert not refusals(Action.ACCEPT_INTERIM, left)
    assert not refusals(Action.ACCEPT_FINAL, none)


def test_the_number_of_queries_does_not_rest_on_the_number_of_rows(
    db: None, tmp_path: Path
) -> None:
    def queries(year: int, reports: int) -> int:
        folder = write_plan(
            tmp_path / str(year),
            Plan(reports_per_stream=reports, year=year, seed=year, joint_share=1, late_share=1,
                 withdrawn_share=0.5, unreported_share=0.5, values=True),
        )  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            bring_in_year(path=folder)
        return len(captured)

    bring_in_year(path=write_plan(tmp_path / "first", Plan(reports_per_stream=3, year=2016)))
    assert queries(2021, 8) == queries(2031, 24)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    [
        (),
        ("year", "frame_sek", "requested_sek", "granted_sek", "available_sek", "spent_sek",
         "to_repay_sek", "decided_at", "report_cutoff"),
    ],
    ids=["texts", "numbers and dates"],
)  # fmt: skip
def test_a_workbook_gives_the_same_as_the_folder(tmp_path: Path, typed: tuple[str, ...]) -> None:
    bring_in_year(path=YEAR_2013)
    before = counts()
    workbook = write_workbook(YEAR_2013, tmp_path / "year.xlsx", typed=typed)
    assert not bring_in_year(path=workbook).changes
    assert counts() == before


@pytest.mark.django_db
def test_a_workbook_alone_brings_in_a_year(tmp_path: Path) -> None:
    workbook = write_workbook(
        YEAR_2013, tmp_path / "year.xlsx", typed=("received_at", "county_code", "decided_at")
    )
    outcome = bring_in_year(path=workbook)
    assert outcome.changes.applications == 442
    # An Excel time has no offset and is Swedish time.
    report = Report.objects.get(code="RK13-0001")
    assert report.first_received_at is not None
    assert report.first_received_at.isoformat() == "2014-04-20T12:22:00+00:00"


@pytest.mark.django_db
def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    for path in folder.glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert bring_in_year(path=folder).changes.reports == 266


@pytest.mark.django_db
def test_columns_may_stand_in_another_order(tmp_path: Path) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    path = folder / "partners.csv"
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(f"{b},{a}" for a, b in rows), encoding="utf-8")
    bring_in_year(path=folder)
    assert Participation.objects.filter(role="partner").count() == 121


@pytest.mark.django_db
def test_any_year_follows_a_definition_and_a_coming_one_is_preliminary(tmp_path: Path) -> None:
    write_plan(tmp_path / "2019", Plan(reports_per_stream=3, year=2019))
    bring_in_year(path=tmp_path / "2019")
    call = Call.objects.get(code="kommuner-2019")
    assert call.definition.follows == "kommuner-2013"
    assert call.definition.legal_basis is None
    assert not call.requirements.exists()
    assert call.areas.count() == 13
    assert (call.opens_on, call.closes_on, call.preliminary) == (None, None, False)
    assert call.measured_on.isoformat() == "2019-12-31"

    write_plan(tmp_path / "2090", Plan(reports_per_stream=2, year=2090, carried_share=0))
    bring_in_year(path=tmp_path / "2090")
    assert Call.objects.get(code="kommuner-2090").preliminary


@pytest.mark.django_db
def test_a_preliminary_call_is_confirmed_when_its_year_is_over(tmp_path: Path) -> None:
    folder = write_plan(tmp_path / "2019", Plan(reports_per_stream=2, year=2019))
    bring_in_year(path=folder)
    Call.objects.update(preliminary=True)
    outcome = bring_in_year(path=folder)
    assert outcome.changes.confirmed == Call.objects.count()
    assert not Call.objects.filter(preliminary=True).exists()
    assert not bring_in_year(path=folder).changes


@pytest.mark.django_db
def test_the_agency_is_named_where_there_are_several() -> None:
    Agency.objects.create(code="en", name_sv="En", name_en="One", short="En")
    other = Agency.objects.create(code="annan", name_sv="Annan", name_en="Other", short="Annan")
    with pytest.raises(AgencyUnclear) as unclear:
        bring_in_year(path=YEAR_2013)
    assert unclear.value.codes == ("annan", "en")
    with pytest.raises(AgencyUnclear):
        bring_in_year(path=YEAR_2013, agency="ingen")
    with pytest.raises(CommandError, match="annan, en"):
        call_command("import_year", YEAR_2013)
    bring_in_year(path=YEAR_2013, agency="annan")
    assert set(Call.objects.values_list("agency", flat=True)) == {other.pk}


@pytest.mark.django_db
def test_two_agencies_can_have_the_same_references() -> None:
    for code in ("en", "annan"):
        Agency.objects.create(code=code, name_sv=code, name_en=code, short=code)
        bring_in_year(path=YEAR_2013, agency=code)
    assert Application.objects.count() == 2 * 442
    assert Organisation.objects.count() == 460
    assert OrganisationEntry.objects.count() == 2 * 460


@pytest.mark.django_db
def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    bring_in_year(path=YEAR_2013, progress=lambda *step: told.append(step))
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages[:2] == ["calls", "organisations"]
    assert ("reports", 266, 266) in told
    assert ("accepted", 266, 266) in told


def test_the_progress_bar_draws_over_one_line() -> None:
    out = StringIO()

    class Out:
        def write(self, msg: str, style_func: None = None, ending: str | None = None) -> None:
            out.write(msg + ("\n" if ending is None else ending))

    for shown in (False, True):
        bar = ProgressBar(Out(), shown=shown)
        with translation.override("en"):
            bar("answers", 0, None)
            bar("reports", 1, 2)
            bar("reports", 2, 2)
        bar.finish()
        assert bool(out.getvalue()) is shown
    lines = out.getvalue().split("\n")
    assert len(lines) == 3
    assert lines[0].strip("\r").startswith("Answers")
    assert "50 %" in lines[1]
    assert "100 %" in lines[1]


@pytest.mark.django_db
def test_what_nobody_reads_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy_of(YEAR_2013, tmp_path / "year")
    (folder / "finding.csv").write_text("reference\n", encoding="utf-8")
    call_command("import_year", folder, language="en")
    printed = capsys.readouterr().out
    assert "Not read: finding.csv" in printed
    assert "The year 2013 of socialstyrelsen is brought in" in printed


@given(plan=plans())
def test_any_generated_year_comes_in_and_stays_as_it_is(
    plan: Plan, transactional_free_db: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = write_plan(tmp_path_factory.mktemp("year"), plan)
    from django.db import transaction

    with transaction.atomic():
        outcome = bring_in_year(path=folder)
        assert outcome.changes.applications == outcome.read["applications"]
        assert not bring_in_year(path=folder).changes
        for application in Application.objects.filter(granted_sek__isnull=False):
            assert all(year.usable_sek >= 0 for year in fund_years(application))
        transaction.set_rollback(True)


@pytest.fixture
def transactional_free_db(db: None) -> None:
    """The database of one test, in which each example undoes what it did."""
