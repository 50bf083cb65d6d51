"""A worker as a process of its own, on the broker and database that are in use."""

import signal
from typing import Any

from celery import current_app

from tests.processes import Process


def test_a_worker_takes_what_is_sent(celery_worker_process: Process) -> None:
    sent = current_app.send_task("celery.accumulate", args=[1, 2])
    celery_worker_process.wait_for(f"Task celery.accumulate[{sent.id}] succeeded", 20)


def test_a_worker_ends_when_told_to(celery_worker_process: Process) -> None:
    celery_worker_process.popen.send_signal(signal.SIGTERM)
    assert celery_worker_process.wait() == 0


def test_two_tests_do_not_share_messages(celery_worker_process: Process, settings: Any) -> None:
    current_app.send_task("celery.accumulate", args=["sent here"])
    celery_worker_process.wait_for("succeeded", 20)
    received = [line for line in celery_worker_process.seen if "received" in line]
    assert len(received) == 1
