"""Failures on our side: on record whatever fails, once, and without what names a person."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path, re_path, reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from config import failures
from config.failures import HEADER, address_of
from core import tasks
from core.enums import IncidentKind
from core.models import Heartbeat, Incident
from core.selectors.incidents import incidents_between
from core.services import incidents
from core.services.incidents import Failure, beat, collect_noted, note_failure, record_failure
from tests.core.concurrency import in_threads

NOON = datetime(2030, 3, 1, 12, 0, 5, tzinfo=UTC)


def failure(seconds: int = 0, address: str = "/utlysningar/", status: int = 500) -> Failure:
    return Failure(at=NOON + timedelta(seconds=seconds), address=address, status=status)


# Recording ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_address_within_a_minute_is_one_incident() -> None:
    first = record_failure(failure=failure(0))
    record_failure(failure=failure(40))
    record_failure(failure=failure(60))
    record_failure(failure=failure(0, "/rapporter/"))
    incident = Incident.objects.get(reference=first.reference)
    assert (incident.count, incident.kind) == (2, IncidentKind.ERROR)
    assert (incident.started_at, incident.ended_at) == (NOON, NOON + timedelta(seconds=40))
    assert Incident.objects.count() == 3


@given(address=st.text(max_size=40), status=st.integers(500, 599), seconds=st.integers(0, 54))
def test_a_reference_is_the_same_for_all_who_meet_the_same_failure(
    address: str, status: int, seconds: int
) -> None:
    one, other = failure(0, address, status), failure(seconds, address, status)
    assert one.reference == other.reference
    assert one.reference != failure(60, address, status).reference
    assert len(one.reference) == 9


@pytest.mark.django_db(transaction=True)
def test_failures_at_once_are_all_counted() -> None:
    in_threads(*[lambda: record_failure(failure=failure())] * 6)
    assert Incident.objects.get().count == 6


# While the database is away ----------------------------------------------------------------------


def noted(data_dir: Path) -> list[Path]:
    return sorted((data_dir / "incidents").glob("*.jsonl"))


@pytest.mark.django_db
def test_what_was_noted_while_the_database_was_away_is_brought_in_once(data_dir: Path) -> None:
    for seconds in (0, 10, 50):
        note_failure(failure=failure(seconds))
    note_failure(failure=failure(5, "/halsa/", 503))
    assert len(noted(data_dir)) == 2
    assert collect_noted() == 0, "the minute may not be over"
    later = timezone.now() + timedelta(minutes=3)
    assert collect_noted(now=later) == 4
    assert noted(data_dir) == []
    assert collect_noted(now=later) == 0
    incident = Incident.objects.get(address="/utlysningar/")
    assert (incident.count, incident.reference) == (3, failure().reference)
    assert (incident.started_at, incident.ended_at) == (NOON, NOON + timedelta(seconds=50))
    assert Incident.objects.get(address="/halsa/").status == 503


@pytest.mark.django_db
def test_a_worker_killed_before_the_file_is_away_counts_nothing_twice(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_failure(failure=failure())
    note_failure(failure=failure(1))
    note_failure(failure=failure(2))
    later = timezone.now() + timedelta(minutes=3)

    def killed(self: Path, missing_ok: bool = False) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(SystemExit):
            collect_noted(now=later)
    assert len(noted(data_dir)) == 1
    assert collect_noted(now=later) == 0
    assert noted(data_dir) == []
    assert Incident.objects.get().count == 3


@pytest.mark.django_db
def test_a_line_cut_off_by_a_crash_hides_no_other(data_dir: Path) -> None:
    note_failure(failure=failure())
    [file] = noted(data_dir)
    with file.open("ab") as opened:
        opened.write(b'{"at": "2030-03-0')
    (data_dir / "incidents" / "AAAA-BBBB.jsonl").write_bytes(b"\x00\xff\n")
    assert collect_noted(now=timezone.now() + timedelta(minutes=3)) == 1
    assert Incident.objects.get().count == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_bring_in_a_file_once(data_dir: Path) -> None:
    for seconds in range(5):
        note_failure(failure=failure(seconds))
    later = timezone.now() + timedelta(minutes=3)
    in_threads(*[lambda: collect_noted(now=later)] * 4)
    assert Incident.objects.get().count == 5


def test_lines_of_many_at_once_do_not_mix(data_dir: Path) -> None:
    threads = [threading.Thread(target=lambda: note_failure(failure=failure())) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [file] = noted(data_dir)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len({line["own"] for line in lines}) == 30


# Standing still ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_gap_without_a_sign_of_life_is_an_incident_from_and_to() -> None:
    assert beat(now=NOON) is None
    assert beat(now=NOON + timedelta(minutes=5)) is None
    stopped = beat(now=NOON + timedelta(minutes=65, seconds=1))
    assert stopped is not None
    assert stopped.kind == IncidentKind.STOPPED
    assert stopped.started_at == NOON + timedelta(minutes=5)
    assert stopped.ended_at == NOON + timedelta(minutes=65, seconds=1)
    assert beat(now=NOON + timedelta(minutes=66)) is None
    assert Incident.objects.count() == Heartbeat.objects.count() == 1


@pytest.mark.django_db
def test_the_worker_leaves_a_sign_of_life() -> None:
    assert tasks.heartbeat() is False
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(minutes=30))
    assert tasks.heartbeat() is True
    assert tasks.heartbeat() is False


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_wake_at_once_tell_of_one_stop() -> None:
    beat(now=NOON)
    later = NOON + timedelta(hours=1)
    in_threads(*[lambda: beat(now=later)] * 4)
    assert Incident.objects.count() == 1


@pytest.mark.django_db
def test_what_touches_a_time_is_found_and_nothing_else() -> None:
    beat(now=NOON)
    beat(now=NOON + timedelta(hours=2))
    record_failure(failure=failure(3 * 3600))
    hour = timedelta(hours=1)

    def kinds(start: datetime, end: datetime) -> list[str]:
        return [str(each.kind) for each in incidents_between(start, end)]

    assert kinds(NOON + hour, NOON + 2 * hour) == ["stopped"]
    assert kinds(NOON - hour, NOON) == []
    assert kinds(NOON + 2 * hour, NOON + 9 * hour) == ["stopped", "error"]
    assert kinds(NOON + 4 * hour, NOON + 9 * hour) == []


# Pages -------------------------------------------------------------------------------------------


def breaks(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("it does not work")


def database_breaks(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the database is away")


def not_now(request: HttpRequest) -> HttpResponse:
    return HttpResponse("later", status=503)


urlpatterns = [
    path("trasig/<int:pk>/", breaks, name="broken"),
    path("inbjudan/<str:token>/", breaks),
    path("konto/byt/<uuid:key>/", breaks),
    path("organisation/<int:pk>/person/<int:person>/", breaks),
    path("utan-databas/", database_breaks),
    path("senare/", not_now),
    re_path(r"^tal/(?P<word>.+)/$", breaks),
]
handler500 = failures.server_error


@pytest.fixture
def site(settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_a_page_that_breaks_says_its_reference_and_is_on_record(site: Client) -> None:
    response = site.get("/trasig/17/?namn=Anna")
    assert response.status_code == 500
    incident = Incident.objects.get()
    assert (incident.address, incident.status, incident.count) == ("/trasig/17/", 500, 1)
    assert response[HEADER] == incident.reference
    assert incident.reference in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "recorded"),
    [
        ("/inbjudan/hemlig-nyckel/", "/inbjudan/…/"),
        (
            "/konto/byt/9b2f4d9e-6f0e-4a76-9e8b-0c6f1d2a3b4c/",
            "/konto/byt/<uuid:key>/",
        ),
        ("/tal/anna@example.org/", "/tal/…/"),
        ("/organisation/5/person/17/", "/organisation/5/person/…/"),
    ],
)
def test_no_key_and_no_person_is_in_the_address_on_record(
    site: Client, address: str, recorded: str
) -> None:
    site.get(address)
    assert Incident.objects.get().address == recorded


@pytest.mark.django_db
def test_a_link_to_a_new_password_is_not_on_record(rf: RequestFactory, admin_user: Any) -> None:
    key = default_token_generator.make_token(admin_user)
    address = reverse("account_reset_password_from_key", args=["3f", key])
    assert key not in address_of(rf.get(address))
    assert "/5/" not in address_of(rf.get("/admin/applicants/user/5/change/"))
    assert address_of(rf.get("/finns-inte/anna@example.org/")) == "/…"


@pytest.mark.django_db
def test_when_the_database_is_what_fails_it_is_noted_in_a_file(
    site: Client, data_dir: Path
) -> None:
    response = site.get("/utan-databas/")
    assert response.status_code == 500
    assert not Incident.objects.exists()
    [file] = noted(data_dir)
    assert file.stem == response[HEADER]
    assert response[HEADER] in response.content.decode()
    collect_noted(now=timezone.now() + timedelta(minutes=3))
    assert Incident.objects.get().reference == response[HEADER]


@pytest.mark.django_db
def test_the_page_of_a_failure_asks_nothing_of_the_database(
    site: Client, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **options: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(failures, "record_failure", away)
    with connection.execute_wrapper(away):
        response = site.get("/trasig/17/")
    assert response.status_code == 500
    assert response[HEADER] in response.content.decode()
    assert len(noted(data_dir)) == 1


@pytest.mark.django_db
def test_an_answer_that_the_service_is_away_is_on_record(site: Client, data_dir: Path) -> None:
    assert site.get("/senare/")[HEADER]
    assert len(noted(data_dir)) == 1


@pytest.mark.django_db
def test_a_page_that_cannot_even_be_kept_on_record_is_answered(
    site: Client, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*, failure: Failure) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(failures, "note_failure", full)
    assert site.get("/utan-databas/").status_code == 500


@pytest.mark.django_db
def test_pages_that_work_leave_nothing(client: Client, data_dir: Path) -> None:
    response = client.get("/finns-inte/")
    assert response.status_code == 404
    assert HEADER not in response
    assert not Incident.objects.exists()
    assert noted(data_dir) == []


@pytest.mark.django_db
def test_the_service_says_so_when_the_database_is_down(
    client: Client, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.health._database", lambda: False)
    assert client.get("/halsa/").status_code == 503
    tasks.collect_incidents()
    monkeypatch.setattr(incidents, "SETTLED_AFTER", timedelta(0))
    assert tasks.collect_incidents() == 1
    assert Incident.objects.get().address == "/halsa/"


# The web server ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_web_server_that_is_away_is_on_record(live_server: Any, settings: Any) -> None:
    assert tasks.watch() is False, "nowhere to ask"
    settings.HEALTH_URL = f"{live_server.url}/halsa/"
    assert tasks.watch() is False
    settings.HEALTH_URL = f"{live_server.url}/finns-inte/"
    assert tasks.watch() is False, "it answers"
    assert not Incident.objects.exists()
    settings.HEALTH_URL = "http://127.0.0.1:1/halsa/"
    assert tasks.watch() is True
    incident = Incident.objects.get()
    assert (incident.address, incident.status, incident.kind) == ("/halsa/", 0, "error")
