"""Files of reports as data: made once each by a worker, whole or not at all, and then removed."""

import hashlib
import os
import stat
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import Organisation, User
from core.models import Event
from reporting.documents.report_data import make_package
from reporting.enums import BuildState, DataFormat, PackageStage, ReportStatus
from reporting.models import ReportPackage
from reporting.selectors import report_data
from reporting.selectors.packages import package_path, packages_folder, packages_visible_to
from reporting.services import packages
from reporting.services.packages import claim, request_package, run_package
from reporting.tasks import make_report_package, resume_packages
from tests.core.concurrency import in_threads
from tests.factories import (
    AgencyFactory,
    ConflictDeclarationFactory,
    OrganisationFactory,
    ReportFactory,
    ReportVersionFactory,
    UserFactory,
    staff,
)
from tests.factories.reports import Reporting

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Reporting:
    return Reporting()


@pytest.fixture
def analyst(world: Reporting) -> User:
    return staff(world.agency, Role.ANALYST)


def asked(world: Reporting, actor: User, kind: DataFormat = DataFormat.CSV) -> ReportPackage:
    return request_package(call=world.call, actor=actor, kind=kind, texts=False)


def there() -> list[str]:
    """What lies in the folder."""
    return sorted(os.listdir(packages_folder())) if packages_folder().exists() else []


def exported() -> int:
    return Event.objects.filter(name="reports.exported").count()


# Asking -------------------------------------------------------------------------------------------


def test_a_request_is_a_row_and_a_message_after_the_commit(
    world: Reporting, analyst: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        package = asked(world, analyst)
        assert asked(world, analyst) == package
    assert len(callbacks) == 1
    assert (package.state, package.stage, package.progress) == (
        BuildState.QUEUED, PackageStage.WAITING, 0,
    )  # fmt: skip
    event = Event.objects.get(name="reports.export_requested")
    assert event.actor == str(analyst.pseudonym)


def test_another_person_another_kind_and_free_words_are_other_files(
    world: Reporting, analyst: User
) -> None:
    found = {
        asked(world, analyst).pk,
        asked(world, analyst, DataFormat.XLSX).pk,
        asked(world, staff(world.agency, Role.ANALYST)).pk,
        request_package(call=world.call, actor=analyst, kind=DataFormat.CSV, texts=True).pk,
    }
    assert len(found) == 4


def test_what_is_done_is_made_anew_when_it_is_asked_for_again(
    world: Reporting, analyst: User
) -> None:
    world.received()
    first = asked(world, analyst)
    assert make_report_package(first.pk)
    again = asked(world, analyst)
    assert again != first
    assert make_report_package(again.pk)
    assert exported() == len(there()) == 2, "one event for each file"
    assert len(set(ReportPackage.objects.values_list("sha256", flat=True))) == 1


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANALYST])
def test_nobody_but_an_analyst_of_the_agency_asks(world: Reporting, role: Role) -> None:
    for person in (
        staff(world.agency, role), staff(AgencyFactory(), Role.ANALYST), UserFactory(),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            asked(world, person)
    assert not ReportPackage.objects.exists()


# Making -------------------------------------------------------------------------------------------


def test_a_worker_makes_what_was_asked_for(world: Reporting, analyst: User) -> None:
    world.received()
    package = asked(world, analyst)
    assert make_report_package(package.pk)
    package.refresh_from_db()
    assert (package.state, package.stage, package.progress) == (
        BuildState.DONE, PackageStage.FINISHED, 100,
    )  # fmt: skip
    assert package.finished_at is not None
    assert package.rows["reports"] == 1
    path = package_path(package)
    assert path is not None
    said = path.read_bytes()
    assert (package.size, package.sha256) == (len(said), hashlib.sha256(said).hexdigest())
    with zipfile.ZipFile(path) as archive:
        assert "reports.csv" in archive.namelist()
    assert there() == [package.file_name]
    assert stat.S_IMODE(packages_folder().stat().st_mode) == 0o700
    assert str(package.pk) not in package.file_name.partition(".")[0].split("-")
    assert not make_report_package(package.pk), "what is done is not done again"
    event = Event.objects.get(name="reports.exported")
    assert event.actor == str(analyst.pseudonym)
    assert package.sha256 in event.payload


def test_a_claimed_file_is_nobody_elses_until_its_lease_has_run_out(
    world: Reporting, analyst: User
) -> None:
    package = asked(world, analyst)
    first = claim(package_id=package.pk)
    assert first is not None
    assert claim(package_id=package.pk) is None
    later = timezone.now() + packages.LEASE + timedelta(seconds=1)
    second = claim(package_id=package.pk, now=later)
    assert second is not None
    assert (second.attempts, second.lease_token != first.lease_token) == (2, True)


def test_what_a_killed_worker_left_is_taken_up(world: Reporting, analyst: User) -> None:
    package = asked(world, analyst)
    assert claim(package_id=package.pk) is not None
    assert resume_packages() == 0, "its lease has not run out"
    assert asked(world, analyst) == package, "it is still being made"
    ReportPackage.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert resume_packages() == 1
    package.refresh_from_db()
    assert (package.state, package.attempts) == (BuildState.DONE, 2)
    assert exported() == 1


def test_a_file_is_given_up_after_enough_attempts(world: Reporting, analyst: User) -> None:
    package = asked(world, analyst)
    ReportPackage.objects.update(attempts=packages.MAX_ATTEMPTS)
    assert resume_packages() == 0
    package.refresh_from_db()
    assert package.state == BuildState.FAILED
    assert package.error
    assert asked(world, analyst) != package


def _raising(error: type[BaseException]) -> Callable[..., Any]:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    return fail


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
    world: Reporting, analyst: User, error: type[Exception], state: BuildState
) -> None:
    package = asked(world, analyst)
    assert not run_package(package_id=package.pk, make=_raising(error))
    package.refresh_from_db()
    assert package.state == state
    assert bool(package.error) == (state == BuildState.FAILED)
    assert "Error" not in package.error, "what failed inside is for the log"
    assert there() == []
    again = asked(world, analyst)
    assert (again == package) == (state == BuildState.QUEUED)
    assert make_report_package(again.pk)


@pytest.mark.parametrize("kind", DataFormat)
def test_a_disk_that_takes_no_more_is_tried_again(
    world: Reporting, analyst: User, kind: DataFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of the file goes away while it is written, as the room on a disk does."""
    world.received()
    package = asked(world, analyst, kind)

    def without_room(*, folder: Path, progress: Any, **more: Any) -> Any:
        def tell(stage: PackageStage, percent: int) -> None:
            if stage is PackageStage.WRITING:
                for path in folder.iterdir():
                    path.unlink()
                folder.rmdir()

        return make_package(folder=folder, progress=tell, **more)

    assert not run_package(package_id=package.pk, make=without_room)
    package.refresh_from_db()
    assert (package.state, package.attempts) == (BuildState.QUEUED, 1), package.error
    with monkeypatch.context() as patch:
        patch.setattr(packages.os, "replace", _raising(OSError))
        assert resume_packages() == 0
    assert there() == []
    assert exported() == 0
    assert resume_packages() == 1
    assert exported() == len(there()) == 1


@pytest.mark.parametrize("when", ["first", "last"])
def test_one_whose_lease_was_lost_stops_and_leaves_nothing(
    world: Reporting, analyst: User, when: str
) -> None:
    world.received()
    package = asked(world, analyst)

    def slowly(**more: Any) -> Any:
        if when == "first":
            ReportPackage.objects.update(lease_token="another")
        found = make_package(**more)
        ReportPackage.objects.update(lease_token="another")
        return found

    assert not run_package(package_id=package.pk, make=slowly)
    package.refresh_from_db()
    assert (package.lease_token, package.state) == ("another", BuildState.RUNNING)
    assert there() == []
    assert exported() == 0


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("what", ["role", "account"])
def test_who_is_no_longer_an_analyst_gets_no_file(
    world: Reporting, analyst: User, when: str, what: str
) -> None:
    world.received()
    package = asked(world, analyst)

    def leaves() -> None:
        if what == "role":
            analyst.staff_roles.all().delete()
        else:
            User.objects.filter(pk=analyst.pk).update(is_active=False)

    def make(**more: Any) -> Any:
        found = make_package(**more)
        leaves()
        return found

    if when == "before":
        leaves()
    assert not run_package(package_id=package.pk, make=make)
    package.refresh_from_db()
    assert package.state == BuildState.FAILED
    assert package.error
    assert there() == []
    assert exported() == 0


def test_what_one_is_shut_out_of_meanwhile_is_left_out(world: Reporting, analyst: User) -> None:
    report = world.received()
    package = asked(world, analyst)
    ConflictDeclarationFactory(
        application=report.references.get().application, user=analyst, has_conflict=True
    )
    assert make_report_package(package.pk)
    package.refresh_from_db()
    assert package.rows["reports"] == 0


def test_a_file_that_was_made_before_a_conflict_was_declared_is_not_had_after(
    world: Reporting, analyst: User
) -> None:
    report = world.received()
    package = asked(world, analyst)
    assert make_report_package(package.pk)
    (seen,) = packages_visible_to(analyst)
    assert package_path(seen) is not None
    ConflictDeclarationFactory(
        application=report.references.get().application, user=analyst, has_conflict=True
    )
    (seen,) = packages_visible_to(analyst)
    assert package_path(seen) is None
    again = asked(world, analyst)
    assert make_report_package(again.pk)
    seen = packages_visible_to(analyst).get(pk=again.pk)
    assert (package_path(seen) is not None, seen.rows["reports"]) == (True, 0)


def test_a_conflict_declared_while_a_file_is_made_has_it_made_again(
    world: Reporting, analyst: User
) -> None:
    report = world.received()
    package = asked(world, analyst)

    def declares(**given: Any) -> Any:
        found = make_package(**given)
        ConflictDeclarationFactory(
            application=report.references.get().application, user=analyst, has_conflict=True
        )
        return found

    assert not run_package(package_id=package.pk, make=declares)
    package.refresh_from_db()
    assert (package.state, package.file_name) == (BuildState.QUEUED, "")
    assert there() == []
    assert exported() == 0
    assert make_report_package(package.pk)
    package.refresh_from_db()
    assert package.rows["reports"] == 0


def test_only_who_asked_sees_a_file_and_only_as_an_analyst(world: Reporting, analyst: User) -> None:
    package = asked(world, analyst)
    assert list(packages_visible_to(analyst)) == [package]
    for person in (staff(world.agency, Role.ANALYST), staff(world.agency), UserFactory(), None):
        assert not packages_visible_to(person).exists()
    analyst.staff_roles.all().delete()
    assert not packages_visible_to(analyst).exists()


# Progress -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DataFormat)
def test_progress_follows_the_reports_read_and_the_rows_written(
    world: Reporting, analyst: User, kind: DataFormat, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    three(world)
    monkeypatch.setattr(report_data, "CHUNK", 1)
    told: list[tuple[PackageStage, int]] = []
    make_package(
        call=world.call, user=analyst, kind=kind, texts=False, folder=tmp_path,
        progress=lambda stage, percent: told.append((stage, percent)),
    )  # fmt: skip
    reading = [percent for stage, percent in told if stage is PackageStage.READING]
    assert len(set(reading)) == 4, "at the start, and after each report"
    percents = [percent for _stage, percent in told]
    assert percents == sorted(percents)
    assert percents[0] == 0
    assert percents[-1] == 95


def three(world: Reporting) -> None:
    """Three reports for one grant."""
    case = world.granted()
    for number in range(3):
        lead = OrganisationFactory(name=f"Kommun {number}")
        report = ReportFactory(
            agency=world.agency, year=world.call.year, stream=world.call.stream,
            organisation=lead, status=ReportStatus.RECEIVED, applications=[case],
        )  # fmt: skip
        ReportVersionFactory(report=report)


def elsewhere(work: Callable[[], object]) -> None:
    """Do it over another connection, as another person would."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_by_others_and_what_is_read_is_one_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The progress is written while the reports are read in a transaction that only reads; what
    others write meanwhile is not in the file."""
    world = Reporting()
    analyst = staff(world.agency, Role.ANALYST)
    three(world)
    monkeypatch.setattr(report_data, "CHUNK", 1)
    monkeypatch.setattr(packages, "_TOLD_AGAIN_S", 0.0)
    package = asked(world, analyst)
    seen: list[tuple[str, int]] = []

    def look() -> None:
        row = ReportPackage.objects.get(pk=package.pk)
        seen.append((row.stage, row.progress))

    def make(*, progress: Any, **more: Any) -> Any:
        def tell(stage: PackageStage, percent: int) -> None:
            progress(stage, percent)
            elsewhere(look)
            if percent:  # the first telling comes before anything is read
                elsewhere(lambda: Organisation.objects.update(name="Ett annat namn"))

        return make_package(progress=tell, **more)

    assert run_package(package_id=package.pk, make=make)
    assert [percent for stage, percent in seen if stage == PackageStage.READING] == [0, 28, 56, 85]
    package.refresh_from_db()
    path = package_path(package)
    assert path is not None
    with zipfile.ZipFile(path) as archive:
        said = archive.read("reports.csv").decode()
    assert "Ett annat namn" not in said
    assert all(f"Kommun {number}" in said for number in range(3))


# At once ------------------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_one_file() -> None:
    world = Reporting()
    analyst = staff(world.agency, Role.ANALYST)
    found = in_threads(*[lambda: asked(world, analyst).pk] * 2)
    assert len(found) == 2
    assert len(set(found)) == ReportPackage.objects.count() == 1
    assert Event.objects.filter(name="reports.export_requested").count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_makes_the_file() -> None:
    world = Reporting()
    world.received()
    package = asked(world, staff(world.agency, Role.ANALYST))
    found = in_threads(*[lambda: make_report_package(package.pk)] * 2)
    assert sorted(found) == [False, True]
    assert exported() == len(there()) == 1


# Removing -----------------------------------------------------------------------------------------


def made(world: Reporting, analyst: User) -> ReportPackage:
    package = asked(world, analyst)
    assert make_report_package(package.pk)
    package.refresh_from_db()
    return package


def test_files_are_removed_after_the_settings_days_and_the_rows_say_so(
    world: Reporting, analyst: User, settings: Any
) -> None:
    settings.REPORT_DATA_DAYS = 3
    old, new = made(world, analyst), made(world, analyst)
    now = timezone.now() + timedelta(days=3)
    ReportPackage.objects.filter(pk=new.pk).update(finished_at=now)
    assert packages.remove_expired(now=now) == 1
    assert packages.remove_expired(now=now) == 0
    assert there() == [new.file_name]
    old.refresh_from_db()
    assert (old.state, old.removed_at) == (BuildState.DONE, now)
    assert package_path(old) is None
    assert old.sha256 in Event.objects.get(name="reports.export_removed").payload


def test_a_file_that_cannot_be_removed_now_is_removed_later(
    world: Reporting, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = made(world, analyst)
    now = timezone.now() + timedelta(days=30)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _raising(PermissionError))
        assert packages.remove_expired(now=now) == 0
    package.refresh_from_db()
    assert package.removed_at is None, "the row says that a file is gone which is there"
    assert packages.remove_expired(now=now) == 1
    assert there() == []


def test_what_killed_workers_left_is_removed_after_a_day(world: Reporting, analyst: User) -> None:
    package = made(world, analyst)
    folder = packages_folder()
    (folder / "temporary-left").mkdir()
    (folder / "temporary-left" / "reports.staged").write_text("x")
    (folder / "unnamed.csv.zip").write_text("x")
    assert packages.clear_left_over() == 0, "they may be on their way"
    for path in folder.iterdir():
        os.utime(path, (time.time() - 25 * 3600,) * 2)
    assert packages.clear_left_over() == 2
    assert there() == [package.file_name]


# What the database itself refuses -----------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"state": BuildState.DONE},
        {"state": "lost"},
        {"kind": "exe"},
        {"progress": 101},
        {"removed_at": timezone.now()},
    ],
)
def test_rows_that_cannot_be_are_refused(
    world: Reporting, analyst: User, fields: dict[str, Any]
) -> None:
    package = asked(world, analyst)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportPackage.objects.filter(pk=package.pk).update(**fields)
