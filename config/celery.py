"""The Celery application: the tasks of every app, one static schedule."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TRANSPORT_ALIASES["tilldela-files"] = "config.broker:Transport"

app = Celery("tilldela")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**kwargs: object) -> None:
    """Logging is the settings'; Celery, finding this, sets up none of its own."""


@worker_init.connect
def require_triggers(**kwargs: object) -> None:
    """A worker refuses to start on a database without the journal's triggers."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connection

    from core import triggers

    try:
        triggers.require_triggers(connection)
    except ImproperlyConfigured as error:
        # Celery logs what else a receiver raises, and starts all the same.
        raise SystemExit(str(error)) from error
    finally:
        connection.close()
