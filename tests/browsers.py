"""Which browser tests run, and what every page must hold."""

import os
import shutil
from typing import Any

import pytest

MODES = ("auto", "smoke", "required", "off")
# The tests may run as root, in a container, without a network beyond this machine.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


def mode() -> str:
    """BROWSER_TESTS: auto (all where Chromium is found), smoke, required (all), off."""
    found = os.environ.get("BROWSER_TESTS", "auto")
    if found not in MODES:
        raise pytest.UsageError(f"BROWSER_TESTS={found}: one of {', '.join(MODES)} is expected")
    return found


def chromium() -> str | None:
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


def report() -> str:
    """One line on what becomes of the browser tests. Raises UsageError where one is missing."""
    chosen, path = mode(), chromium()
    if path is None and chosen in ("smoke", "required"):
        raise pytest.UsageError(
            f"BROWSER_TESTS={chosen}, and no Chromium is found; install it, or name it in CHROMIUM"
        )
    if chosen == "off":
        return "browser tests: left out (BROWSER_TESTS=off)"
    if path is None:
        return "browser tests: LEFT OUT, no Chromium found; install it, or name it in CHROMIUM"
    return f"browser tests: {'the smoke set' if chosen == 'smoke' else 'all'}, with {path}"


def wanted(item: pytest.Item) -> bool:
    if item.get_closest_marker("browser") is None:
        return True
    chosen = mode()
    if chosen == "off" or chromium() is None:
        return False
    return chosen != "smoke" or item.get_closest_marker("smoke") is not None


def violations(page: Any) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page as it now stands."""
    from axe_playwright_python.sync_playwright import Axe

    results = Axe().run(
        page,
        options={
            "runOnly": {"type": "tag", "values": WCAG_22_AA},
            "resultTypes": ["violations"],
        },
    )
    found = []
    for violation in results.response["violations"]:
        for node in violation["nodes"]:
            found.append(f"{violation['id']}: {violation['help']}: {node['html'][:200]}")
    return found
