"""A web server that is killed in the middle of a submit leaves a draft or one whole submission."""

import http.client
import signal
import threading
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.test import Client

from grants.enums import Status
from grants.models import Application, ApplicationVersion
from tests.infra.test_uploads_killed import free_port
from tests.portal.own_cases import Own, fresh, sign_data, url
from tests.processes import python, started

TOKEN = "x" * 32


def post(port: int, address: str, session: str, data: dict[str, str]) -> int:
    """The status of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Cookie": f"{django_settings.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = urlencode(data | {"csrfmiddlewaretoken": TOKEN})
    connection.request("POST", address, body, headers)
    return connection.getresponse().status


def whole_or_draft(application: Application) -> bool:
    """Whether it was sent in; nothing in between is found."""
    case = fresh(application)
    versions = ApplicationVersion.objects.filter(application=case)
    if case.status == Status.DRAFT:
        assert not case.register_number
        assert case.received_at is None
        assert not versions.exists()
        return False
    assert case.status == Status.SUBMITTED
    assert case.register_number
    assert versions.get().signatures.count() == 1
    return True


@pytest.mark.parametrize("pause", [0.0, 0.06, 0.15, 0.3, 5.0])
def test_a_kill_in_the_middle_of_a_submit(
    process_environment: dict[str, str], pause: float
) -> None:
    own = Own()
    draft = own.draft()
    client = Client()
    client.force_login(own.signatory, "config.sessions.AuthenticationBackend")
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    data: dict[str, Any] = sign_data(client, draft)
    address, port = url("application-submit", draft), free_port()
    env = {**process_environment, "PORT": str(port), "HOST": "127.0.0.1"}
    with started(
        python("-m", "gunicorn", "--config", "python:config.gunicorn"), env, gently=False
    ) as web:
        web.wait_for("Listening at")
        # The first request of a worker reads the code; the one that is killed should not.
        assert post(port, address, session, {"seen": "warm"}) == 200
        found: list[int] = []

        def click() -> None:
            with suppress(OSError, http.client.HTTPException):
                found.append(post(port, address, session, data))

        clicking = threading.Thread(target=click)
        clicking.start()
        if pause > 1:
            clicking.join(20)
        else:
            time.sleep(pause)
        web.signal(signal.SIGKILL)
        web.wait()
        clicking.join(20)
    done = whole_or_draft(draft)
    if found:
        assert found == [302]
        assert done
    for _click in range(2):
        response = client.post(address, data)
        assert response.headers["Location"] == url("application-receipt", draft)
    assert whole_or_draft(draft)
    assert fresh(draft).register_number.split("-")[1] == "1"
