"""What an answer cost: queries, the time they took, and the processor time in Django, as
Server-Timing."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

type Handler = Callable[[HttpRequest], HttpResponseBase]


class Meter:
    """Counts queries and adds up their time, the fetching of client-side rows included."""

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - start
            self.queries += 1


def server_timing(get_response: Handler) -> Handler:
    """Middleware that must be the outermost, so that session and person are counted too."""

    def measured(request: HttpRequest) -> HttpResponseBase:
        meter = Meter()
        start = time.thread_time()
        with connection.execute_wrapper(meter):
            response = get_response(request)
        spent = (time.thread_time() - start) * 1000
        response["Server-Timing"] = (
            f'queries;desc="{meter.queries}", sql;dur={meter.seconds * 1000:.3f}, '
            f"cpu;dur={spent:.3f}"
        )
        return response

    return measured
