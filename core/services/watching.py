"""Asking the web server how it is, so that a web server that is away is on record too."""

import urllib.error
import urllib.request
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from core.models import Incident
from core.services.incidents import Failure, record_failure

PATIENCE = 10
"""Seconds that the answer may take."""


def watch_web_server() -> Incident | None:
    """Ask the web server at HEALTH_URL; one that does not answer becomes an incident, once a
    minute. A server that answers that something is wrong has put that on record itself."""
    if not settings.HEALTH_URL:
        return None
    request = urllib.request.Request(  # noqa: S310 - an address from the settings
        settings.HEALTH_URL, headers={"Host": _name()}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310
            return None
    except urllib.error.HTTPError:
        return None
    except OSError:
        address = urlsplit(settings.HEALTH_URL).path
        return record_failure(failure=Failure(at=timezone.now(), address=address, status=0))


def _name() -> str:
    """A name that the site is known under, since others are refused."""
    host = str(settings.ALLOWED_HOSTS[0]) if settings.ALLOWED_HOSTS else "localhost"
    return "localhost" if host == "*" else host.lstrip(".")
