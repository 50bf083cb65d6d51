"""Waking a worker, after the commit, by the task's name."""

from celery import current_app
from django.db import transaction


def enqueue_on_commit(task_name: str, *args: int | str) -> None:
    """Send the task when the transaction commits; a lost broker is logged and costs nothing,
    since the row is the record and beat finds what is due."""
    transaction.on_commit(lambda: _send(task_name, args), robust=True)


def _send(task_name: str, args: tuple[int | str, ...]) -> None:
    current_app.signature(task_name, args=args).apply_async(retry=False)
