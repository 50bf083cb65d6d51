"""A progress bar for the command line."""

import time
from typing import Protocol

from django.utils.translation import gettext, gettext_noop

_STAGES = {
    "calls": gettext_noop("Reading calls"),
    "organisations": gettext_noop("Organisations"),
    "applications": gettext_noop("Applications"),
    "partners": gettext_noop("Partners"),
    "funds": gettext_noop("Money"),
    "reports": gettext_noop("Reports"),
    "areas": gettext_noop("Areas"),
    "answers": gettext_noop("Answers"),
    "values": gettext_noop("Values"),
    "findings": gettext_noop("Findings"),
    "comparing": gettext_noop("Comparing with what is there"),
    "accepted": gettext_noop("Moving the cases on"),
}
_WIDTH = 30
_SECONDS_BETWEEN = 0.1


class Writer(Protocol):
    """Where the bar is drawn."""

    def write(self, msg: str, /, style_func: None = None, ending: str | None = None) -> object: ...


class ProgressBar:
    """Draws what is being done over one line; draws nothing unless `shown`."""

    def __init__(self, out: Writer, *, shown: bool) -> None:
        self._out = out
        self._shown = shown
        self._stage = ""
        self._drawn = 0.0

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note of `done` rows of `total`; None is not known yet."""
        if not self._shown:
            return
        now = time.monotonic()
        if stage == self._stage and done != total and now - self._drawn < _SECONDS_BETWEEN:
            return
        if stage != self._stage and self._stage:
            self._out.write("", ending="\n")
        self._stage, self._drawn = stage, now
        name = gettext(_STAGES[stage])
        if total:
            filled = _WIDTH * done // total
            bar = "█" * filled + "░" * (_WIDTH - filled)
            line = f"{name:<30} {bar} {100 * done // total:>3} %"
        else:
            line = f"{name:<30} {done or ''}"
        self._out.write(f"\r{line}\x1b[K", ending="")

    def finish(self) -> None:
        """Leave the line."""
        if self._shown and self._stage:
            self._out.write("", ending="\n")
        self._stage = ""
