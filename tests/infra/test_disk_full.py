"""A disk without room: nothing is half received or half frozen, and what failed is done later.

The processes may write no file beyond a size: the operating system refuses what goes beyond, as it
does on a disk that is full, and nobody else on the machine is disturbed.
"""

import http.client
from pathlib import Path

import pytest

from applicants.enums import Role
from core.models import Incident, StoredFile
from core.selectors.files import files_folder
from grants.models import Call
from reporting.enums import BuildState, DataFormat
from reporting.models import Edition, FrozenDataset
from reporting.selectors.editions import edition_json
from reporting.selectors.packages import package_path, packages_folder
from reporting.services import freezing
from reporting.services.editions import request_build
from reporting.services.packages import request_package
from tests.core import sample_files as sample
from tests.factories import staff
from tests.infra.faults import (
    WEB,
    WORKER,
    free_port,
    journals_hold,
    no_messages,
    tick,
    until,
    with_room_for,
    worker,
)
from tests.infra.test_uploads_killed import BOUNDARY, END, HEAD, signed_in, temporary
from tests.processes import started
from tests.reporting.years import bring_in, expected_2013

pytestmark = [pytest.mark.postgresql, pytest.mark.long]
MB = 1024 * 1024


def pdf(size: int) -> bytes:
    """A PDF of about that many bytes."""
    whole = sample.pdf()
    place = whole.index(b"\n", 10) + 1
    return whole[:place] + (b"%" + b"x" * 1022 + b"\n") * (size // 1024) + whole[place:]


def sent(port: int, cookies: dict[str, str], content: bytes) -> tuple[int, str]:
    """The status of the answer to an upload, and what it says."""
    token = "x" * 32
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Cookie": "; ".join(f"{k}={v}" for k, v in {**cookies, "csrftoken": token}.items()),
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "HX-Request": "true",
    }
    body = HEAD.format(token=token).encode() + content + END
    connection.request("POST", "/prov/skicka/", body=body, headers=headers)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, said


def test_an_upload_to_a_full_disk(process_environment: dict[str, str], data_dir: Path) -> None:
    port, cookies = free_port(), signed_in()
    env = {
        **process_environment,
        "DJANGO_SETTINGS_MODULE": "tests.upload_settings",
        "PORT": str(port),
    }
    # The smaller is kept in memory and meets the full disk when it is stored; the larger while it
    # is received.
    smaller, larger = pdf(2 * MB), pdf(5 * MB)
    with started(with_room_for(MB, WEB), env, gently=False) as web:
        web.wait_for("Listening at")
        for content in (smaller, larger):
            status, said = sent(port, cookies, content)
            assert status == 500, said
            assert "tilldela" in said.lower(), "a page that says what to do, with a reference"
            assert not StoredFile.objects.exists(), "a row without its bytes"
            assert not files_folder().exists() or not list(files_folder().iterdir())
            until(lambda: not temporary(data_dir), "the half of the file is removed")
        failures = Incident.objects.filter(address="/prov/skicka/")
        assert sum(failures.values_list("count", flat=True)) == 2, "not on record"
        # There is room for a small one all the while.
        assert sent(port, cookies, sample.pdf())[0] == 200
    with started(WEB, env, gently=False) as web:
        web.wait_for("Listening at")
        for content in (smaller, larger):
            assert sent(port, cookies, content)[0] == 200
    sizes = sorted(StoredFile.objects.values_list("size", flat=True))
    assert sizes == [len(sample.pdf()), len(smaller), len(larger)]
    assert sorted(path.stat().st_size for path in files_folder().iterdir()) == sizes


def test_an_edition_frozen_to_a_full_disk(process_environment: dict[str, str]) -> None:
    agency = bring_in()
    no_messages()
    with started(with_room_for(4096, WORKER), process_environment, gently=False) as full:
        full.wait_for("ready.")
        build = request_build(agency=agency, year=2013, requested_by=None)
        full.wait_for("succeeded", 60)
    build.refresh_from_db()
    assert not Edition.objects.exists(), "half an edition is there"
    assert not FrozenDataset.objects.exists()
    assert list(freezing.datasets_folder().iterdir()) == [], "files were left on the full disk"
    assert (build.state, build.attempts) == (BuildState.QUEUED, 1), build.error

    with worker(process_environment) as process:
        tick(process, "editions")
    build.refresh_from_db()
    assert build.state == BuildState.DONE, "beat did not make it when there was room again"
    assert edition_json(Edition.objects.get()) == expected_2013()
    journals_hold()


@pytest.mark.parametrize("kind", DataFormat)
def test_reports_taken_out_to_a_full_disk(
    process_environment: dict[str, str], kind: DataFormat
) -> None:
    agency = bring_in()
    call = Call.objects.get(agency=agency, year=2013, stream="municipalities")
    analyst = staff(agency, Role.ANALYST)
    no_messages()
    with started(with_room_for(4096, WORKER), process_environment, gently=False) as full:
        full.wait_for("ready.")
        package = request_package(call=call, actor=analyst, kind=kind, texts=False)
        full.wait_for("succeeded", 60)
    package.refresh_from_db()
    assert (package.state, package.attempts) == (BuildState.QUEUED, 1), package.error
    assert list(packages_folder().iterdir()) == [], "files were left on the full disk"

    with worker(process_environment) as process:
        tick(process, "report-packages")
    package.refresh_from_db()
    assert package.state == BuildState.DONE, "beat did not make it when there was room again"
    path = package_path(package)
    assert path is not None
    assert path.stat().st_size == package.size
    journals_hold()
