"""Waking a worker, after the commit, by the task's name."""

import logging
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
NOT_ASKED_FOR = 60.0
"""Seconds for which a broker that did not answer is not asked again: each try takes seconds, in
the middle of somebody's request. By then beat has found what is due."""
_not_before = 0.0


def enqueue_on_commit(task_name: str, *args: int | str) -> None:
    """Send the task when the transaction commits; a lost broker is logged and costs nothing,
    since the row is the record and beat finds what is due."""
    transaction.on_commit(lambda: _send(task_name, args), robust=True)


def _send(task_name: str, args: tuple[int | str, ...]) -> None:
    if current_app.conf.task_always_eager:
        # Only a worker imports the tasks by itself; one that is not there would be sent, unread.
        current_app.loader.import_default_modules()
    global _not_before
    if time.monotonic() < _not_before:
        logger.warning("the broker is away; %s is left for beat", task_name)
        return
    try:
        current_app.signature(task_name, args=args).apply_async(retry=False)
    except (OperationalError, RedisError):
        _not_before = time.monotonic() + NOT_ASKED_FOR
        raise
