"""What the tests of faults share: workers that are killed, servers of their own, full disks."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from core.selectors.verification import JournalVerifier
from tests.processes import Process, python, started

WORKER = python(
    "-m", "celery", "-A", "config", "worker", "--pool=solo",
    "--without-gossip", "--without-mingle", "--without-heartbeat",
)  # fmt: skip
WEB = python("-m", "gunicorn", "--config", "python:config.gunicorn")


def held_at(env: Mapping[str, str], place: str, until: Path | None = None) -> dict[str, str]:
    """The environment in which a process stops at that place (see tests/held.py)."""
    more = {"DJANGO_SETTINGS_MODULE": "tests.held_settings", "HELD_AT": place}
    return {**env, **more, **({"HELD_UNTIL": str(until)} if until else {})}


def no_messages() -> None:
    """Take away what waits in the queue."""
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_declare(queue="celery")
        broker.default_channel.queue_purge(queue="celery")


@contextmanager
def worker(env: Mapping[str, str]) -> Iterator[Process]:
    """A real worker, that has said that it is ready."""
    with started(WORKER, env, gently=False) as process:
        process.wait_for("ready.")
        yield process


def kill(process: Process) -> None:
    """End it as a lost machine does: nothing is finished, nothing is tidied."""
    process.signal(signal.SIGKILL)
    process.wait()


def tick(process: Process, *names: str, connection: Any = None) -> None:
    """Let the worker do what beat sends under these names, and wait until it has."""
    for name in names:
        task = settings.CELERY_BEAT_SCHEDULE[name]["task"]
        sent = current_app.send_task(task, connection=connection)
        process.wait_for(f"Task {task}[{sent.id}] succeeded", 60)


def until(true: Callable[[], Any], what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"within {seconds} s this did not happen: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# Redis --------------------------------------------------------------------------------------------


class OwnRedis:
    """A Redis that keeps nothing, on a port of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: Process | None = None

    def start(self) -> None:
        command = [
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1",
            "--save", "", "--appendonly", "no", "--dir", tempfile.gettempdir(),
        ]  # fmt: skip
        self._process = Process(command, os.environ)
        self._process.wait_for("Ready to accept connections")

    def kill(self) -> None:
        if self._process is not None:
            self._process.end(gently=False)
            self._process = None

    def messages(self) -> int:
        """How many messages wait in it, fetched and not."""
        with Redis.from_url(self.url) as redis, suppress(RedisError):
            return sum(
                int(redis.llen(key) if redis.type(key) == b"list" else redis.hlen(key))
                for key in redis.scan_iter("*")
                if key.endswith((b"celery:celery", b"celery:unacked"))
            )
        return 0


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    redis = OwnRedis()
    redis.start()
    try:
        yield redis
    finally:
        redis.kill()


# PostgreSQL ---------------------------------------------------------------------------------------


def _binary(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    path = str(found[-1]) if found else shutil.which(name)
    assert path, f"{name} is not installed: .ci/run installs it"
    return path


def _version(path: Path) -> int:
    return int(path.parents[1].name.partition(".")[0])


class OwnPostgres:
    """A cluster of its own, that can be cut off and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"postgres://prov@127.0.0.1:{self.port}/postgres"
        # PostgreSQL does not run as root.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = _not_root()
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def _run(self, name: str, *arguments: str) -> None:
        # Into a file: the server keeps what it is given open.
        with (self.folder / "said").open("w+") as said:
            done = subprocess.run(
                [_binary(name), *arguments],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=self.folder,
                timeout=60, check=False, **self._as,
            )  # fmt: skip
            said.seek(0)
            assert done.returncode == 0, f"{name}: {said.read()}"

    def make(self) -> None:
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "prov", "-A", "trust", "-E", "UTF8", "-N")
        self.start()

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
            "-c fsync=off -c shared_buffers=32MB"
        )
        log, data = str(self.folder / "log"), str(self.folder / "data")
        self._run("pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", options)

    def copy(self, source: str) -> None:
        """Take over all that is in another database."""
        dump = str(self.folder / "dump")
        try:
            self._run("pg_dump", "--no-owner", "--dbname", source, "--file", dump)
        except AssertionError as error:
            # A server newer than these programs.
            pytest.fail(f"no copy of the test database could be made: {error}")
        self._run("psql", "--quiet", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-f", dump)

    def cut_off(self) -> None:
        """End it at once, whoever is in the middle of what: the log is played back at start."""
        data = str(self.folder / "data")
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)


def _not_root() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    # Not in the test's own folder, which root alone may enter.
    folder = Path(tempfile.mkdtemp(prefix="tilldela-pg-"))
    postgres = OwnPostgres(folder)
    try:
        postgres.make()
        yield postgres
    finally:
        with suppress(AssertionError):
            postgres.cut_off()
        shutil.rmtree(folder, ignore_errors=True)


# A full disk --------------------------------------------------------------------------------------

_LIMITED = (
    "import os, resource, sys; "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); "
    "os.execv(sys.executable, [sys.executable, '-B', *sys.argv[2:]])"
)


def with_room_for(size: int, command: list[str]) -> list[str]:
    """The same Python command, in a process that can write no file larger than `size` bytes: what
    goes beyond fails as on a disk that is full, with the operating system's error."""
    return python("-c", _LIMITED, str(size), *command[1:])


def journals_hold() -> None:
    """Every chain of the journal verifies."""
    found = [str(fault) for fault in JournalVerifier().faults()]
    assert not found, found
