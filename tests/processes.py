"""Starts the project's own processes for a test, and ends them with all they started."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def database_url() -> str:
    """The address of the database that the tests are using, for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    user, password = quote(found["USER"]), quote(found["PASSWORD"])
    sign_in = f"{user}:{password}" if password else user
    return f"postgres://{sign_in}@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"


def environment(**more: str) -> dict[str, str]:
    """The environment in which another process meets this test's database, files and broker."""
    # What one process of the run has compiled the next need not: each would take seconds to.
    kept = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "PYTHONPYCACHEPREFIX": str(Path(os.environ["TEST_RUN_DIR"]) / "bytecode"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(settings.DATA_DIR),
        "BROKER_DIR": str(settings.CELERY_BROKER_DIR),
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": "INFO",
        **more,
    }


class Process:
    """A started process; `seen` holds the lines it has printed so far."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path = ROOT) -> None:
        self.seen: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        # A group of its own, so that the children go with it.
        self.popen = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_for(self, text: str, seconds: float = 60) -> str:
        """The first line with `text` in it. Raises AssertionError if it does not come."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            self.seen.append(line)
            if text in line:
                return line
        said = "\n".join(self.seen)
        raise AssertionError(f"{text!r} was not printed; this was:\n{said}")

    def signal(self, number: signal.Signals) -> None:
        os.killpg(self.popen.pid, number)

    def wait(self, seconds: float = 30) -> int:
        code = self.popen.wait(seconds)
        self._reader.join(5)
        while not self._lines.empty():
            line = self._lines.get()
            if line is not None:
                self.seen.append(line)
        return code

    def end(self, *, gently: bool = True) -> None:
        if gently and self.popen.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.popen.wait(15)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self.popen.wait(15)
        # What the process left behind in its group.
        with suppress(ProcessLookupError):
            self.signal(signal.SIGKILL)
        self.popen.wait(15)


@contextmanager
def started(
    command: Sequence[str],
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    *,
    gently: bool = True,
) -> Iterator[Process]:
    """A process for the length of a block; gently, it may first finish what it is doing."""
    process = Process(command, environment() if env is None else env, cwd)
    try:
        yield process
    finally:
        process.end(gently=gently)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
