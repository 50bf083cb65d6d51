"""Making editions: once each, whole or not at all, whoever else is at it."""

import signal
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from threading import Barrier, Thread
from typing import Any

import duckdb
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, connections
from django.utils import timezone, translation

from applicants.enums import Role
from applicants.models import User
from core.models import Agency, Event
from core.services.journal import Actor
from grants.models import Call
from reporting.enums import BuildStage, BuildState
from reporting.models import (
    Edition,
    EditionBuild,
    EditionTable,
    FrozenDataset,
    ReportAnswer,
    ReportVersion,
)
from reporting.selectors import figures
from reporting.selectors.editions import (
    AgencyUnclear,
    NoCalls,
    agency_of_year,
    changes_since_previous,
    editions_visible_to,
    latest_edition,
)
from reporting.services import editions, freezing
from reporting.services.editions import Built, build_edition, claim, request_build, run_build
from reporting.tasks import resume_builds
from tests.factories import AgencyFactory, CallFactory, UserFactory, staff
from tests.processes import Process, python, started
from tests.reporting.years import CUTOFF, bring_in, edition_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(db: None) -> Agency:
    return bring_in()


@pytest.fixture
def analyst(agency: Agency) -> User:
    return staff(agency, Role.ANALYST)


def build(agency: Agency, **more: Any) -> Built:
    return build_edition(agency=agency, year=2013, actor=Actor.system(), **more)


def correct(option: str = "no") -> None:
    """A correction: an answer more, in a report that was in time and did not answer before."""
    version = ReportVersion.objects.filter(
        report__stream="municipalities",
        report__first_received_at__lt="2014-05-01T00:00:00Z",
    ).exclude(answers__area="training", answers__question="target_groups")[0]
    ReportAnswer.objects.create(
        version=version, area="training", question="target_groups", option=option
    )


def test_the_first_edition(agency: Agency) -> None:
    built = build(agency)
    edition = built.edition
    assert built.created
    assert (edition.number, edition.cutoff) == (1, CUTOFF)
    assert edition.edition_date == timezone.localdate()
    assert not edition.preliminary
    assert edition.tables.count() == 15
    assert edition.dataset.row_counts["reports"] == 266


def test_the_same_records_give_the_same_edition(agency: Agency) -> None:
    first, second = build(agency), build(agency)
    assert second.edition == first.edition
    assert not second.created
    assert Edition.objects.count() == FrozenDataset.objects.count() == 1
    assert Event.objects.filter(name="edition.built").count() == 2, "one in each call's journal"


def test_a_correction_gives_a_new_edition_with_its_differences(agency: Agency) -> None:
    first = build(agency).edition
    correct("not_in_the_table")
    second = build(agency).edition
    assert (first.number, second.number) == (1, 2)
    assert changes_since_previous(first) is None
    change = changes_since_previous(second)
    assert change is not None
    assert change.before == first
    assert [(d.table, d.row, d.column, d.before, d.after) for d in change.differences] == [
        (2, "", "n", 61, 62)
    ]


def test_another_cut_off_is_another_edition(agency: Agency) -> None:
    first = build(agency).edition
    second = build(agency, cutoff=date(2014, 6, 30)).edition
    assert (second.number, second.key_figures["municipalities"]["late_reports"]) == (2, 0)
    assert build(agency).edition == first
    assert latest_edition(agency=agency, year=2013) == second
    assert latest_edition(agency=agency, year=2013, cutoff=CUTOFF) == first


def test_a_year_that_is_not_over_is_preliminary(agency: Agency) -> None:
    Call.objects.filter(year=2013, stream="associations").update(preliminary=True)
    assert build(agency).edition.preliminary


def test_progress_is_told_in_order(agency: Agency) -> None:
    told: list[tuple[BuildStage, int]] = []
    build(agency, progress=lambda stage, percent: told.append((stage, percent)))
    stages = [stage for stage, _ in told]
    assert stages == [
        BuildStage.FREEZING,
        BuildStage.COMPUTING,
        BuildStage.STORING,
        BuildStage.FINISHED,
    ]
    percents = [percent for _, percent in told]
    assert percents == sorted(percents)
    assert percents[-1] == 100


def test_a_year_without_calls(agency: Agency) -> None:
    with pytest.raises(NoCalls), translation.override("en"):
        build_edition(agency=agency, year=1999, actor=Actor.system())


# Cut short --------------------------------------------------------------------------------------


class Killed(BaseException):
    """Ends a run as a kill does: nothing catches it."""


STEPS: dict[str, tuple[Any, str]] = {
    "reading": (freezing.staging, "stage"),
    "writing": (freezing, "_write_table"),
    "renaming": (freezing, "_put_in_place"),
    "computing": (figures, "compute"),
    "entering": (editions.journal, "append_many"),
}


@pytest.mark.parametrize("step", STEPS)
def test_cut_short_at_any_step_nothing_is_there_and_it_runs_again(
    agency: Agency, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name = STEPS[step]
    with monkeypatch.context() as patch:
        patch.setattr(module, name, _raising(Killed))
        with pytest.raises(Killed):
            build(agency)
    assert not Edition.objects.exists()
    assert not EditionTable.objects.exists()
    assert not FrozenDataset.objects.exists()
    assert build(agency).created
    assert Edition.objects.get().number == 1


def _raising(error: type[BaseException]) -> Callable[..., Any]:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    return fail


_KILLED_AT = """
import os, signal, sys
import django; django.setup()
from datetime import date
from core.models import Agency
from core.services.journal import Actor
from reporting.services.editions import build_edition
def progress(stage, percent):
    if stage == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
agency = Agency.objects.get(code="socialstyrelsen")
build_edition(agency=agency, year=2013, actor=Actor.system(), progress=progress)
"""


@pytest.mark.parametrize("stage", ["freezing", "computing", "storing"])
def test_a_process_killed_at_any_stage(process_environment: dict[str, str], stage: str) -> None:
    agency = bring_in()
    with started(python("-c", _KILLED_AT, stage), process_environment) as process:
        assert process.wait(60) == -signal.SIGKILL
    assert not Edition.objects.exists()
    assert build(agency).created


# The job ----------------------------------------------------------------------------------------


def test_a_request_is_a_row_and_a_message_after_the_commit(
    agency: Agency, analyst: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        made = request_build(agency=agency, year=2013, requested_by=analyst)
        again = request_build(agency=agency, year=2013, requested_by=analyst)
    assert again == made
    assert len(callbacks) == 1
    assert (made.state, made.stage, made.progress) == (BuildState.QUEUED, BuildStage.WAITING, 0)
    assert made.cutoff == CUTOFF
    events = Event.objects.filter(name="edition.requested")
    assert {event.actor for event in events} == {str(analyst.pseudonym)}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANALYST])
def test_nobody_but_an_analyst_of_the_agency_asks(agency: Agency, role: Role) -> None:
    for person in (staff(agency, role), staff(AgencyFactory(), Role.ANALYST), UserFactory()):
        with pytest.raises(PermissionDenied):
            request_build(agency=agency, year=2013, requested_by=person)
    assert not EditionBuild.objects.exists()


def test_a_worker_makes_what_was_asked_for(agency: Agency, analyst: User) -> None:
    made = request_build(agency=agency, year=2013, requested_by=analyst)
    assert run_build(build_id=made.pk)
    made.refresh_from_db()
    assert (made.state, made.progress) == (BuildState.DONE, 100)
    assert made.edition == Edition.objects.get()
    assert made.finished_at is not None
    assert not run_build(build_id=made.pk), "what is done is not done again"
    built = Event.objects.filter(name="edition.built").first()
    assert built is not None
    assert built.actor == str(analyst.pseudonym)


def test_a_claimed_build_is_nobody_elses_until_its_lease_has_run_out(agency: Agency) -> None:
    made = request_build(agency=agency, year=2013, requested_by=None)
    first = claim(build_id=made.pk)
    assert first is not None
    assert claim(build_id=made.pk) is None
    later = timezone.now() + editions.LEASE + timedelta(seconds=1)
    second = claim(build_id=made.pk, now=later)
    assert second is not None
    assert (second.attempts, second.lease_token != first.lease_token) == (2, True)


def test_one_whose_lease_was_lost_stops(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    made = request_build(agency=agency, year=2013, requested_by=None)
    freeze = freezing.freeze

    def slowly(**arguments: Any) -> Any:
        EditionBuild.objects.update(lease_token="another", state=BuildState.RUNNING)
        return freeze(**arguments)

    monkeypatch.setattr(freezing, "freeze", slowly)
    assert not run_build(build_id=made.pk)
    assert not Edition.objects.exists()
    made.refresh_from_db()
    assert (made.lease_token, made.state) == ("another", BuildState.RUNNING)


def test_what_a_killed_worker_left_is_taken_up(agency: Agency) -> None:
    made = request_build(agency=agency, year=2013, requested_by=None)
    assert claim(build_id=made.pk) is not None
    assert resume_builds() == 0, "its lease has not run out"
    EditionBuild.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert resume_builds() == 1
    made.refresh_from_db()
    assert (made.state, made.attempts) == (BuildState.DONE, 2)


def test_a_build_is_given_up_after_enough_attempts(agency: Agency) -> None:
    made = request_build(agency=agency, year=2013, requested_by=None)
    EditionBuild.objects.update(attempts=editions.MAX_ATTEMPTS)
    assert resume_builds() == 0
    made.refresh_from_db()
    assert made.state == BuildState.FAILED
    assert made.error


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ValueError, BuildState.FAILED),
        (OperationalError, BuildState.QUEUED),
        (OSError, BuildState.QUEUED),
        (duckdb.IOException, BuildState.QUEUED),
    ],
)
def test_what_goes_wrong_is_in_the_row(
    agency: Agency, error: type[Exception], state: BuildState, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = request_build(agency=agency, year=2013, requested_by=None)
    with monkeypatch.context() as patch:
        patch.setattr(figures, "compute", _raising(error))
        assert not run_build(build_id=made.pk)
    made.refresh_from_db()
    assert made.state == state
    assert bool(made.error) == (state == BuildState.FAILED)
    assert "Error" not in made.error, "what failed inside is for the log"
    again = request_build(agency=agency, year=2013, requested_by=None)
    assert (again == made) == (state == BuildState.QUEUED)
    assert run_build(build_id=again.pk)


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_by_others_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = bring_in()
    made = request_build(agency=agency, year=2013, requested_by=None)
    seen: list[tuple[str, int]] = []

    def look() -> None:
        def read() -> None:
            row = EditionBuild.objects.get(pk=made.pk)
            seen.append((row.stage, row.progress))
            connection.close()

        thread = Thread(target=read)
        thread.start()
        thread.join()

    compute = figures.compute
    monkeypatch.setattr(figures, "compute", lambda duck: (look(), compute(duck))[1])
    assert run_build(build_id=made.pk)
    assert seen == [(BuildStage.COMPUTING, 60)]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_edition() -> None:
    agency = bring_in()
    barrier = Barrier(2)
    built: list[Built] = []
    wrong: list[BaseException] = []

    def progress(stage: BuildStage, percent: int) -> None:
        if stage is BuildStage.STORING:
            barrier.wait(60)

    def make() -> None:
        try:
            built.append(build(agency, progress=progress))
        except (DatabaseError, OSError) as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert sorted(each.created for each in built) == [False, True]
    assert len({each.edition.pk for each in built}) == 1
    assert Edition.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_one_build() -> None:
    agency = bring_in()
    barrier = Barrier(2)
    found: list[int] = []

    def ask() -> None:
        barrier.wait(60)
        found.append(request_build(agency=agency, year=2013, requested_by=None).pk)
        connections.close_all()

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == EditionBuild.objects.count() == 1


def test_a_worker_process_makes_the_edition(celery_worker_process: Process) -> None:
    agency = bring_in()
    made = request_build(agency=agency, year=2013, requested_by=None)
    celery_worker_process.wait_for("succeeded", 60)
    made.refresh_from_db()
    assert (made.state, made.progress) == (BuildState.DONE, 100)
    assert Edition.objects.get() == made.edition


# The commands -----------------------------------------------------------------------------------


def command(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_build_edition_says_what_it_made(agency: Agency) -> None:
    first = command("build_edition", "--year", "2013", "--language", "en")
    assert "Edition 1 of the year 2013 is made." in first
    assert "2014-06-01" in first
    assert Edition.objects.get().dataset.sha256 in first
    second = command("build_edition", "--year", "2013", "--language", "en")
    assert "Nothing has changed since edition 1" in second


def test_build_edition_queued(agency: Agency) -> None:
    command("build_edition", "--year", "2013", "--queue", "--cutoff", "2014-05-01")
    assert EditionBuild.objects.get().cutoff == date(2014, 5, 1)
    assert not Edition.objects.exists()


@pytest.mark.parametrize("name", ["build_edition", "outcome_tables"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--year", "1999"], "There is no call of the year 1999."),
        (["--year", "2013", "--agency", "x"], "There is no agency with the code x."),
    ],
)
def test_what_cannot_be_found_is_said(
    agency: Agency, name: str, arguments: list[str], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        command(name, *arguments, "--language", "en")


def test_two_agencies_with_the_year(agency: Agency) -> None:
    other = AgencyFactory(code="annan")
    CallFactory(agency=other, year=2013)
    with pytest.raises(AgencyUnclear, match="annan"):
        agency_of_year(year=2013)
    assert agency_of_year(year=2013, code="annan") == other
    with pytest.raises(NoCalls):
        agency_of_year(year=2012, code="annan")


@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv", "json"])
def test_render_report_gives_the_same_bytes_each_time(
    agency: Agency, form: str, tmp_path: Any
) -> None:
    edition_of(agency)
    rendered = []
    for name in ("one", "two"):
        out = tmp_path / name
        command("render_report", "--year", "2013", "--format", form, "--out", str(out))
        rendered.append(out.read_bytes())
    assert rendered[0] == rendered[1]
    assert len(rendered[0]) > 5_000


def test_render_report_without_an_edition(agency: Agency, tmp_path: Any) -> None:
    out = tmp_path / "report.json"
    with pytest.raises(CommandError, match="no edition"):
        command(
            "render_report", "--year", "2013", "--format", "json", "--out", str(out),
            "--language", "en",
        )  # fmt: skip
    assert not out.exists()


def test_render_report_where_it_cannot_write(agency: Agency, tmp_path: Any) -> None:
    edition_of(agency)
    out = tmp_path / "missing" / "report.json"
    with pytest.raises(CommandError, match="cannot be written"):
        command(
            "render_report", "--year", "2013", "--format", "json", "--out", str(out),
            "--language", "en",
        )  # fmt: skip


def test_editions_are_public(agency: Agency) -> None:
    from django.contrib.auth.models import AnonymousUser

    edition = edition_of(agency)
    assert list(editions_visible_to(AnonymousUser())) == [edition]


def test_an_edition_reads_in_a_fixed_number_of_queries(
    agency: Agency, django_assert_num_queries: Any
) -> None:
    from reporting.selectors.edition_content import edition_content

    edition = latest_edition(agency=edition_of(agency).agency, year=2013)
    # The tables, and the texts that were frozen with it.
    with django_assert_num_queries(2):
        edition_content(edition, "sv")
