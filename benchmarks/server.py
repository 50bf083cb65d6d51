"""PostgreSQL, gunicorn and a client for measuring pages: all on the loopback, all ended after."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"
_TIMING = re.compile(r'queries;desc="(\d+)", sql;dur=([\d.]+), cpu;dur=([\d.]+)')
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


def postgres() -> str:
    """The server that DATABASE_URL names, or one on the loopback; empty where none answers."""
    import psycopg

    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith(("postgres", "pgsql")):
        url = LOCAL
    url = urlsplit(url)._replace(scheme="postgresql", path="/postgres").geturl()
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return ""
    return url


@contextmanager
def database(server: str, size: int, folder: Path, *, keep: bool) -> Iterator[dict[str, str]]:
    """The environment of processes on a database filled with so many applications.

    With `keep` it stays, and is taken up again where it is there; what it was filled with is
    the database's own comment.
    """
    import psycopg

    name = f"tilldela_bench_{size}" if keep else f"tilldela_bench_{os.getpid()}_{size}"
    data = folder / f"data-{size}"
    data.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "DATABASE_URL": urlsplit(server)._replace(scheme="postgres", path=f"/{name}").geturl(),
        "DATA_DIR": str(data),
        "LOG_LEVEL": "WARNING",
        "REDIS_PREFIX": f"tilldela-bench-{os.getpid()}",
    }
    with psycopg.connect(server, autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        new = there.fetchone() is None
        if new:
            connection.execute(f"CREATE DATABASE {name}")
    try:
        run(["manage.py", "migrate", "--verbosity", "0"], environment)
        if new:
            start = time.perf_counter()
            filled = run(["-m", "benchmarks.cases", str(size)], environment).splitlines()[-1]
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"COMMENT ON DATABASE {name} IS '{filled}'")
            print(f"{size:,} applications written in {time.perf_counter() - start:.0f} s.")
        yield environment
    finally:
        if not keep:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def filled_with(environment: Mapping[str, str]) -> dict[str, Any]:
    """What the database was filled with: see benchmarks.cases.Filled."""
    import psycopg

    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    found: dict[str, Any] = json.loads(row[0])
    return found


def run(arguments: list[str], environment: Mapping[str, str]) -> str:
    """What a Python process of ours prints. Raises CalledProcessError."""
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: seconds until its last byte and until its first, its queries and their
    time, and the processor time that Django took."""

    method: str
    status: int
    body: bytes
    location: str
    seconds: float
    first_byte: float
    queries: int
    sql_ms: float
    cpu_ms: float


@dataclass(slots=True)
class Client:
    """A reader with a session, on one connection that is kept alive."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: HTTPConnection | None = None

    def get(self, address: str) -> Answer:
        """The page; raises AssertionError unless it is there."""
        answer = self._ask("GET", address)
        assert answer.status == 200, (address, answer.status)
        return answer

    def post(self, address: str, values: Mapping[str, str]) -> Answer:
        """A form sent in, with the token that the last page set; redirects are not followed."""
        token = self.cookies["csrftoken"]
        body = urlencode({"csrfmiddlewaretoken": token, **values})
        answer = self._ask("POST", address, body)
        assert answer.status < 400, (address, answer.status)
        return answer

    def _ask(self, method: str, address: str, body: str = "") -> Answer:
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = HTTPConnection("127.0.0.1", self.port, timeout=600)
                self.connection.connect()
            try:
                return self._asked(self.connection, method, address, body)
            except (HTTPException, ConnectionError):
                # The server ends a connection that has been quiet for two seconds.
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        raise AssertionError

    def _asked(self, connection: HTTPConnection, method: str, address: str, body: str) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        connection.request(method, address, body or None, headers)
        response = connection.getresponse()
        first = response.read(1)
        first_byte = time.perf_counter() - start
        content = first + response.read()
        seconds = time.perf_counter() - start
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        found = _TIMING.search(response.headers.get("Server-Timing", ""))
        assert found is not None, (address, response.status)
        return Answer(
            method,
            response.status,
            content,
            response.headers.get("Location", ""),
            seconds,
            first_byte,
            int(found[1]),
            float(found[2]),
            float(found[3]),
        )


@dataclass(frozen=True, slots=True)
class Server:
    """A gunicorn with two workers on one of the databases."""

    port: int
    pid: int
    filled: dict[str, Any]
    sessions: dict[str, str]
    environment: dict[str, str]

    def client(self, who: str = "") -> Client:
        """A reader: `officer`, `applicant`, or nobody."""
        cookies = {"sessionid": self.sessions[who]} if who else {}
        return Client(self.port, cookies)

    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def forget_peak(self) -> None:
        """Let the workers' peak memory begin anew (Linux)."""
        for pid in self.workers():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def memory_mb(self, name: str) -> float:
        """The largest worker's memory: `VmHWM` is its peak, `VmRSS` what it has now."""
        found = []
        for pid in self.workers():
            text = Path(f"/proc/{pid}/status").read_text()
            found.append(int(text.partition(f"{name}:")[2].split()[0]) / 1024)
        return max(found)


@contextmanager
def gunicorn(environment: dict[str, str]) -> Iterator[Server]:
    """The server as in production: config/gunicorn.py, two workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **environment,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
    }
    sessions = json.loads(run(["-m", "benchmarks.prepare", "sessions"], environment))
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"],
        env=environment,
        start_new_session=True,
    )
    try:
        _wait(port, process)
        yield Server(port, process.pid, filled_with(environment), sessions, environment)
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        assert process.poll() is None, "the web server did not start"
        try:
            Client(port).get("/bench/bare/")
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the web server does not answer")


def token_in(body: bytes) -> str:
    """The form's own token, which another form's may be older than."""
    found = _TOKEN.search(body)
    assert found is not None
    return found[1].decode()
