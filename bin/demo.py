"""Runs Tilldela on this machine: web server and worker together, until one of them ends.

Uses DATABASE_URL and REDIS_URL where they are set, else SQLite and a broker of files under
DATA_DIR. PORT is where the web server answers (8000).
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PORT = int(os.environ.get("PORT", "8000"))
ADDRESS = f"http://{HOST}:{PORT}/"
PATIENCE = 20  # seconds for a running task to end by itself

COMMANDS = {
    "web server": ["-m", "gunicorn", "--config", "python:config.gunicorn"],
    "worker": [
        "-m", "celery", "-A", "config", "--quiet", "worker", "--beat", "--concurrency=1",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ],
}  # fmt: skip


class Stopped(Exception):
    """Someone asked for the end: Ctrl-C or SIGTERM."""


def _stop(number: int, frame: object) -> None:
    raise Stopped


def _manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], check=True, cwd=ROOT)


def _port_is_free() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, PORT))
        except OSError:
            return False
    return True


def _start(name: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "PORT": str(PORT),
        "HOST": HOST,
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }
    # A session of its own: Ctrl-C reaches this process alone, which then ends the others in
    # order, with whatever they have started.
    return subprocess.Popen(
        [sys.executable, *COMMANDS[name]], cwd=ROOT, env=environment, start_new_session=True
    )


def _end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        # To the parent alone: a task that runs may end by itself.
        child.terminate()
    until = time.monotonic() + PATIENCE
    for child in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, until - time.monotonic()))
        # What is left of its group, also where the parent was killed.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _dead(children: dict[str, subprocess.Popen[bytes]]) -> str | None:
    return next((name for name, child in children.items() if child.poll() is not None), None)


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"{ADDRESS}halsa/", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _run(children: dict[str, subprocess.Popen[bytes]]) -> int:
    for name in COMMANDS:
        children[name] = _start(name)
    told = False
    while (dead := _dead(children)) is None:
        if not told and _answers():
            told = True
            print(f"\nTilldela: {ADDRESS}\nCtrl-C stops it; nothing is lost.\n", flush=True)
        time.sleep(1 if told else 0.2)
    print(f"The {dead} has ended, so the rest is stopped.", file=sys.stderr, flush=True)
    return 1


def main() -> int:
    if not _port_is_free():
        print(f"Port {PORT} is taken; choose another: make demo PORT=8001", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        # The demo accounts have a password alone; real ones at an agency need more.
        if os.environ.setdefault("STAFF_SECOND_FACTOR", "false").lower() == "false":
            print("STAFF_SECOND_FACTOR=false: staff sign in with a password alone, for the demo.")
        _manage("migrate", "--no-input", "--verbosity=0")
        _manage("demo_data")
        return _run(children)
    except Stopped:
        print("\nStopping.", flush=True)
        return 0
    except subprocess.CalledProcessError as error:
        return error.returncode
    finally:
        # From here on a second Ctrl-C changes nothing: the children are being ended.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _end(children)


if __name__ == "__main__":
    sys.exit(main())
