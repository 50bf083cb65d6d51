"""No copy of what somebody who is signed in was shown is kept: not in the browser, whose computer
may be a library's, and not by what stands between. Other pages may be kept as they say."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

type GetResponse = Callable[[HttpRequest], HttpResponseBase]

MESSAGES = "messages"
"""The cookie of messages that are still to be shown."""


class PrivatePagesMiddleware:
    """Stands outside the sessions' middleware, so that it sees a session begin; and inside the
    static files', which are everyone's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        personal = {settings.SESSION_COOKIE_NAME, MESSAGES}
        somebodys = not personal.isdisjoint({*request.COOKIES, *response.cookies})
        if somebodys and "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "private, no-store"
        return response
