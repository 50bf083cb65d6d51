"""An app for processes that tests start: it lets one stop at a named place, to be met there.

HELD_AT names the place: `module:function`, and after another colon at which call of it (the
first). The process says `held at …` and waits there until it is killed, or until the file that
HELD_UNTIL names is there.
"""

import os
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import AppConfig


class Held(AppConfig):
    name = "tests.held"
    path = str(Path(__file__).parent)

    def ready(self) -> None:
        if place := os.environ.get("HELD_AT"):
            _hold(place)


def _hold(place: str) -> None:
    module, function, number = (*place.split(":"), "1")[:3]
    owner: Any = import_module(module)
    original: Callable[..., Any] = getattr(owner, function)
    calls = 0

    def held(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == int(number):
            print(f"held at {place}", flush=True)
            until = os.environ.get("HELD_UNTIL")
            while not (until and Path(until).exists()):
                time.sleep(0.02)
        return original(*args, **options)

    setattr(owner, function, held)
