"""Running things at once, with real threads and connections."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def in_threads(*actions: Callable[[], Any]) -> list[Any]:
    """What the actions return, run at once, each with its own connection; fails if one does."""
    results: list[Any] = [None] * len(actions)
    failures: list[BaseException] = []
    start = threading.Barrier(len(actions))

    def run(place: int, action: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            results[place] = action()
        except BaseException as error:  # noqa: BLE001 - the test tells
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if failures:
        raise failures[0]
    return results
