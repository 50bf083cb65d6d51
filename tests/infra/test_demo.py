"""`make demo`: web server and worker start together and end together."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.infra.test_containers import free_port
from tests.processes import Process, started

ROOT = Path(__file__).resolve().parents[2]
DEMO = [sys.executable, "bin/demo.py"]


def children(process: Process) -> dict[str, int]:
    """The supervisor's own children by what they are."""
    listing = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(process.popen.pid)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = {}
    for line in listing.splitlines():
        pid, _space, args = line.strip().partition(" ")
        found["worker" if "celery" in args else "web"] = int(pid)
    return found


def gone(pid: int) -> bool:
    """Whether the process and all it started have ended, or do within some seconds."""
    for _attempt in range(50):
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One data folder for the whole module: the year is loaded once, as for a user."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return {
        **kept,
        "DATA_DIR": str(tmp_path_factory.mktemp("demo")),
        "PORT": str(free_port()),
        "PYTHONUNBUFFERED": "1",
    }


def answer(environment: dict[str, str], path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/{path}") as response:
        text: str = response.read().decode()
        return text


def events(environment: dict[str, str]) -> int:
    return counted_by(environment, "SELECT count(*) FROM core_event")


def counted_by(environment: dict[str, str], question: str) -> int:
    path = f"{environment['DATA_DIR']}/tilldela.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        found: int = database.execute(question).fetchone()[0]
    return found


TO_REVIEW = """
    SELECT count(*) FROM reporting_report r JOIN reporting_reportversion v ON v.report_id = r.id
    JOIN reporting_reportdocument d ON d.version_id = v.id
    WHERE r.status = 'received' AND d.looked_at > 0"""


@pytest.mark.sqlite
def test_it_runs_until_ctrl_c_and_a_second_start_keeps_what_is_there(
    environment: dict[str, str],
) -> None:
    counted = []
    for patience in (180, 60):
        begun = time.monotonic()
        with started(DEMO, environment) as demo:
            demo.wait_for(f"http://127.0.0.1:{environment['PORT']}/", patience)
            taken = time.monotonic() - begun
            running = children(demo)
            assert set(running) == {"web", "worker"}
            assert '"database": true' in answer(environment, "halsa/")
            assert "<html" in answer(environment, "")
            demo.popen.send_signal(signal.SIGINT)
            assert demo.wait(40) == 0
            assert all(gone(pid) for pid in running.values())
        counted.append(events(environment))
    assert counted[0] == counted[1] > 0
    assert counted_by(environment, TO_REVIEW) == 1
    assert counted_by(environment, "SELECT count(*) FROM reporting_training") > 15
    assert taken < 30


@pytest.mark.sqlite
@pytest.mark.parametrize("victim", ["web", "worker"])
def test_when_one_dies_the_other_is_stopped(environment: dict[str, str], victim: str) -> None:
    with started(DEMO, environment) as demo:
        demo.wait_for(f"http://127.0.0.1:{environment['PORT']}/", 180)
        running = children(demo)
        os.kill(running[victim], signal.SIGKILL)
        assert demo.wait(40) == 1
        other = {"web": "worker", "worker": "web"}[victim]
        assert gone(running[other])
        assert any("has ended" in line for line in demo.seen)


def test_a_taken_port_is_named_before_anything_is_done(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with started(DEMO, {**environment, "PORT": port}) as demo:
            assert demo.wait(20) == 1
            assert demo.seen == [f"Port {port} is taken; choose another: make demo PORT=8001"]
