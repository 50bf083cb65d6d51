"""Waking a worker, after the commit, by the task's name."""

from celery import current_app
from django.db import transaction


def enqueue_on_commit(task_name: str, *args: int | str) -> None:
    """Send the task when the transaction commits; a lost broker is logged and costs nothing,
    since the row is the record and beat finds what is due."""
    transaction.on_commit(lambda: _send(task_name, args), robust=True)


def _send(task_name: str, args: tuple[int | str, ...]) -> None:
    if current_app.conf.task_always_eager:
        # Only a worker imports the tasks by itself; one that is not there would be sent, unread.
        current_app.loader.import_default_modules()
    current_app.signature(task_name, args=args).apply_async(retry=False)
