"""How gunicorn serves the project: `gunicorn --config python:config.gunicorn`."""

import gc
import os
from typing import Any

wsgi_app = "config.wsgi:application"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
# Embedded, one process: its cache is the process's own.
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 30
accesslog = os.environ.get("ACCESS_LOG") or None
# The path alone, and not where the reader came from: answers to the check whether one may apply,
# and what is searched for, are in addresses after the question mark.
access_log_format = '%(h)s %(l)s %(u)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s "%(a)s"'
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
# /dev/shm, where there is one, so that a worker's heartbeat does not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108


def post_worker_init(worker: Any) -> None:
    """What is loaded by now lives as long as the worker: it is not looked through for garbage
    again and again, and the garbage of a page is collected after some pages, not within each."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
