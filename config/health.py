"""Says whether what the web server stands on can be reached."""

import logging
from typing import Any

from celery import current_app
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        logger.exception("the database does not answer")
        return False
    return True


def _broker() -> bool:
    try:
        with current_app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            channel: Any = broker.default_channel
            channel.queue_declare(queue="celery")
    except Exception:
        logger.exception("the broker does not answer")
        return False
    return True


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """503 without the database.

    Without the broker it is still 200, with `broker` false: messages are only wake-ups, and
    taking every web server out because of it would be the greater harm.
    """
    database, broker = _database(), _broker()
    return JsonResponse({"database": database, "broker": broker}, status=200 if database else 503)
