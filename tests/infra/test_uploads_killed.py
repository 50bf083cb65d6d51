"""A web server that is killed in the middle of an upload leaves no file half received."""

import http.client
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from core import tasks
from core.models import StoredFile
from core.selectors.files import files_folder
from tests.core import sample_files as sample
from tests.factories import UserFactory
from tests.processes import Process, python, started

BOUNDARY = "----half-way"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
    "{token}\r\n"
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="plan.pdf"\r\n'
    "Content-Type: application/pdf\r\n\r\n"
)
END = f"\r\n--{BOUNDARY}--\r\n".encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def web(process_environment: dict[str, str], port: int) -> Iterator[Process]:
    env = {
        **process_environment,
        "DJANGO_SETTINGS_MODULE": "tests.upload_settings",
        "PORT": str(port),
        "HOST": "127.0.0.1",
    }
    command = python("-m", "gunicorn", "--config", "python:config.gunicorn")
    with started(command, env, gently=False) as process:
        process.wait_for("Listening at")
        yield process


def signed_in() -> dict[str, str]:
    """A session's cookie, good for the other process too."""
    client = Client()
    client.force_login(UserFactory(), "config.sessions.AuthenticationBackend")
    return {"sessionid": client.cookies[django_settings.SESSION_COOKIE_NAME].value}


def until(condition: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def temporary(folder: Path) -> list[Path]:
    return list((folder / "uploads").glob("*.upload*"))


def test_a_kill_in_the_middle_of_an_upload(
    web: Process, port: int, data_dir: Path, settings: Any
) -> None:
    cookies = signed_in()
    token = "x" * 32
    cookie = "; ".join(f"{name}={value}" for name, value in {**cookies, "csrftoken": token}.items())
    head = HEAD.format(token=token).encode()
    content = sample.pdf() + b"\n" * (8 * 1024 * 1024)
    length = len(head) + len(content) + len(END)

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest("POST", "/prov/skicka/")
    connection.putheader("Cookie", cookie)
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    connection.send(head + content[: 4 * 1024 * 1024])
    until(lambda: any(path.stat().st_size > 1024 * 1024 for path in temporary(data_dir)))
    web.signal(signal.SIGKILL)
    web.wait()
    with suppress(OSError, http.client.HTTPException):
        connection.send(content[4 * 1024 * 1024 :] + END)
    connection.close()

    assert not StoredFile.objects.exists()
    assert not files_folder().exists() or not list(files_folder().iterdir())
    [left] = temporary(data_dir)
    settings.FILE_UPLOAD_TEMP_DIR = data_dir / "uploads"
    assert tasks.sweep_files() == 0
    then = time.time() - 25 * 3600
    os.utime(left, (then, then))
    assert tasks.sweep_files() == 1
    assert temporary(data_dir) == []


def test_what_goes_well_in_the_same_server(web: Process, port: int, data_dir: Path) -> None:
    """So that the test above is one of the kill and not of a server that takes no files."""
    token = "x" * 32
    cookie = "; ".join(f"{k}={v}" for k, v in {**signed_in(), "csrftoken": token}.items())
    body = HEAD.format(token=token).encode() + large_pdf() + END
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {
        "Cookie": cookie,
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "HX-Request": "true",
    }
    connection.request("POST", "/prov/skicka/", body=body, headers=headers)
    response = connection.getresponse()
    answer = response.read().decode()
    connection.close()
    assert response.status == 200, answer
    assert "plan.pdf" in answer
    file = StoredFile.objects.get()
    assert (files_folder() / file.key).stat().st_size == file.size == len(large_pdf())
    # The server closes what it received once it has answered.
    for _attempt in range(50):
        if not temporary(data_dir):
            break
        time.sleep(0.1)
    assert temporary(data_dir) == []


def large_pdf() -> bytes:
    whole = sample.pdf()
    place = whole.index(b"\n", 10) + 1
    return whole[:place] + (b"%" + b"x" * 1022 + b"\n") * 5000 + whole[place:]
