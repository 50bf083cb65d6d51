"""Keeps every failure of a page on record, and says its reference to whoever met it."""

import logging
from collections.abc import Callable

from django.db import Error as DatabaseFailure
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from core.services.incidents import Failure, note_failure, record_failure

logger = logging.getLogger(__name__)
HEADER = "X-Tilldela-Reference"
UNKNOWN = "/…"
KEPT = frozenset({"agency", "code"})
"""Words in an address that are public. What else is text may be a key."""
PERSONS = frozenset({"person", "user"})
"""Numbers in an address that are a person's."""
_FAILURE = "tilldela.failure"
_DATABASE = "tilldela.database"


class FailureMiddleware:
    """The outermost: sees every answer, also those of what stands between."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code >= 500:
            failure = failure_of(request, response.status_code)
            _keep(request, failure)
            response.headers[HEADER] = failure.reference
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember that it is the database that failed, so that it is not waited for again."""
        if isinstance(exception, DatabaseFailure):
            request.META[_DATABASE] = True


def failure_of(request: HttpRequest, status: int) -> Failure:
    """The failure of this request, the same one each time it is asked for."""
    found = request.META.get(_FAILURE)
    if not isinstance(found, Failure):
        found = Failure(at=timezone.now(), address=address_of(request), status=status)
        request.META[_FAILURE] = found
    return found


def address_of(request: HttpRequest) -> str:
    """The path, without its query and without what may name a person or be a key."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return UNKNOWN
    return _masked(request.path_info, match)[:300]


def _masked(path: str, match: ResolverMatch) -> str:
    if match.app_names or match.route.startswith("konto/"):
        # The technical administration and the accounts are about persons.
        return f"/{match.route}"
    for name, value in match.kwargs.items():
        kept = name not in PERSONS if isinstance(value, int) else name in KEPT
        if not kept:
            path = path.replace(f"/{value}", "/…")
    return path


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of a failure. It asks nothing of the database, nor of who is signed in."""
    failure = failure_of(request, 500)
    page = render_to_string("500.html", {"reference": failure.reference})
    return HttpResponseServerError(page)


def _keep(request: HttpRequest, failure: Failure) -> None:
    if failure.status != 503 and not request.META.get(_DATABASE):
        try:
            record_failure(failure=failure)
        except DatabaseFailure:
            logger.warning("failure %s is noted in a file", failure.reference)
        else:
            return
    try:
        note_failure(failure=failure)
    except OSError:
        logger.exception("failure %s could not be kept", failure.reference)
