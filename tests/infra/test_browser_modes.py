"""Without Chromium the browser tests are left out with a line that says so, or refuse to be."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests import browsers


def item_with(*marks: str) -> Any:
    return SimpleNamespace(get_closest_marker=lambda name: name if name in marks else None)


PLAIN, OTHER, SMOKE = item_with(), item_with("browser"), item_with("browser", "smoke")


@pytest.mark.parametrize(
    ("mode", "chromium", "run"),
    [
        ("auto", "/usr/bin/chromium", [PLAIN, OTHER, SMOKE]),
        ("auto", None, [PLAIN]),
        ("smoke", "/usr/bin/chromium", [PLAIN, SMOKE]),
        ("required", "/usr/bin/chromium", [PLAIN, OTHER, SMOKE]),
        ("off", "/usr/bin/chromium", [PLAIN]),
    ],
)
def test_what_runs(mode: str, chromium: str | None, run: list[Any], monkeypatch: Any) -> None:
    monkeypatch.setenv("BROWSER_TESTS", mode)
    monkeypatch.setattr(browsers, "chromium", lambda: chromium)
    assert [item for item in (PLAIN, OTHER, SMOKE) if browsers.wanted(item)] == run
    assert browsers.report().startswith("browser tests: ")
    assert ("LEFT OUT" in browsers.report()) == (mode == "auto" and chromium is None)


@pytest.mark.parametrize("mode", ["required", "smoke", "sometimes"])
def test_a_missing_chromium_or_an_unknown_word_is_an_error(mode: str, monkeypatch: Any) -> None:
    monkeypatch.setenv("BROWSER_TESTS", mode)
    monkeypatch.setattr(browsers, "chromium", lambda: None)
    with pytest.raises(pytest.UsageError, match=f"BROWSER_TESTS={mode}"):
        browsers.report()
