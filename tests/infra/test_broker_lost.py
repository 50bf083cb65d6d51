"""Redis away, restarted and emptied: what was asked for stands in the database, and is done."""

import os
import time
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from kombu import Connection

from core.enums import OutboxState
from core.models import OutboxMessage
from grants.models import Application
from tests.infra.faults import (
    WEB,
    OwnRedis,
    free_port,
    journals_hold,
    own_redis,
    tick,
    worker,
)
from tests.infra.test_submit_killed import post, whole_or_draft
from tests.infra.test_worker_killed import mails
from tests.portal.own_cases import Own, sign_data, url
from tests.processes import started

PATIENCE = 20
"""Seconds that an applicant waits at most for a receipt while the broker is away, on a machine
that is busy: one try takes six, and each mail would be one."""


class Applicant:
    """Who sends in a draft over the web server at that port."""

    def __init__(self, port: int) -> None:
        own = Own()
        self.port, self.draft = port, own.draft()
        client = Client()
        client.force_login(own.signatory, "config.sessions.AuthenticationBackend")
        self.session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        self.data = sign_data(client, self.draft)

    def submits(self) -> None:
        begun = time.monotonic()
        status = post(self.port, url("application-submit", self.draft), self.session, self.data)
        taken = time.monotonic() - begun
        assert (status, whole_or_draft(self.draft)) == (302, True), "it was not received"
        assert taken < PATIENCE, f"the receipt took {taken:.1f} s"


def connection(redis: OwnRedis) -> Connection:
    options = {"global_keyprefix": f"{os.environ['REDIS_PREFIX']}:celery:"}
    return Connection(redis.url, transport_options=options)


def waiting() -> int:
    return OutboxMessage.objects.exclude(state=OutboxState.SENT).count()


@pytest.mark.postgresql
@pytest.mark.long
def test_redis_is_killed_and_comes_back_empty(
    process_environment: dict[str, str], data_dir: Path
) -> None:
    port = free_port()
    applicants = [Applicant(port) for _each in range(3)]
    with own_redis() as redis:
        env = {**process_environment, "REDIS_URL": redis.url, "PORT": str(port)}
        with started(WEB, env, gently=False) as web:
            web.wait_for("Listening at")
            applicants[0].submits()
            queued = waiting()
            assert queued > 0
            assert redis.messages() >= queued, "the worker is not woken by messages"
            redis.kill()
            applicants[1].submits()
            assert waiting() == 2 * queued
            redis.start()
            assert redis.messages() == 0, "what was queued is gone from Redis"

            with worker(env) as process:
                tick(process, "mail", connection=connection(redis))
                assert waiting() == 0, "beat did not find what had lost its message"
                # Away and back, empty, under a worker that runs.
                redis.kill()
                applicants[2].submits()
                redis.start()
                assert waiting() == queued
                tick(process, "mail", "letters", connection=connection(redis))
    assert waiting() == 0
    sent = Counter(mails(data_dir))
    assert len(sent) == OutboxMessage.objects.count() == 3 * queued, "a mail is lost"
    assert set(sent.values()) == {1}, "a mail went out twice"
    assert Application.objects.exclude(register_number="").count() == 3
    journals_hold()
