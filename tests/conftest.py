"""What all tests share: the databases, files of their own, a worker, a browser."""

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import browsers
from tests.processes import Process, environment, python, started

ROOT = Path(__file__).resolve().parent.parent
# Playwright's loop runs in the thread of the test, which may still ask the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

for name, examples in {"ci": 50, "thorough": 1000}.items():
    hypothesis_settings.register_profile(
        name,
        derandomize=name == "ci",
        deadline=None,
        max_examples=examples,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def _first_process(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


class _LongFirst:
    """Tests that take long begin first, so that at the end nobody waits for one of them."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_LongFirst())
    # Garbage is looked for seldom: thousands of modules and fixtures would be gone through each
    # time, a tenth of the run.
    gc.set_threshold(100_000, 50, 100)
    if _first_process(config):
        browsers.report()
        # A text changed in a .po is tested as it now is.
        subprocess.run([sys.executable, ROOT / "bin/messages.py", "compile"], check=True)


def pytest_report_header(config: pytest.Config) -> list[str]:
    from django.conf import settings

    engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    broker = "Redis" if settings.REDIS_URL else "files"
    return [f"database: {engine}, broker: {broker}", browsers.report()]


def pytest_unconfigure(config: pytest.Config) -> None:
    if _first_process(config) and (folder := os.environ.get("TEST_RUN_DIR")):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from django.conf import settings

    engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    other = "postgresql" if engine == "sqlite3" else "sqlite"
    kept, left_out = [], []
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        runs = browsers.wanted(item) and item.get_closest_marker(other) is None
        (kept if runs else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


# The database ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """pytest-django's; gives what `migrate` alone leaves in the database, before any test."""
    from tests.cleaning import Migrated, end_other_sessions

    with django_db_blocker.unblock():
        migrated = Migrated()
    yield migrated
    with django_db_blocker.unblock():
        end_other_sessions()


@pytest.fixture(scope="session", autouse=True)
def _flush_leaves_the_registers(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with real transactions ends with the database as `migrate` left it.

    See tests/cleaning.py.
    """
    from django.test import TransactionTestCase

    def teardown(case: Any) -> None:
        request.getfixturevalue("django_db_setup").again()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """One database for each process."""


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: Any) -> Path:
    """Files and frozen data of this test alone, also for the storage of uploaded files."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings.DATA_DIR = folder
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder / "files")},
        },
    }
    return folder


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Limits on sign-in attempts are kept in the cache; the next test starts without them.

    On Redis only the cache's keys of this process go: `clear` would empty the whole database,
    with what other processes of the run keep there and their brokers' queues.
    """
    from django.conf import settings
    from django.core.cache import cache

    yield
    if settings.REDIS_URL:
        from redis import Redis

        prefix = settings.CACHES["default"]["KEY_PREFIX"]
        with Redis.from_url(settings.REDIS_URL) as redis:
            if keys := list(redis.scan_iter(f"{prefix}:[0-9]*:*", count=10_000)):
                redis.delete(*keys)
    else:
        cache.clear()


# Processes ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _redis_left_clean() -> Iterator[None]:
    """Takes away what this process has kept in Redis, all of it under a prefix of its own."""
    yield
    from django.conf import settings

    if settings.REDIS_URL:
        from redis import Redis

        with Redis.from_url(settings.REDIS_URL) as redis:
            for key in redis.scan_iter(f"{os.environ['REDIS_PREFIX']}:*", count=1000):
                redis.delete(key)


@pytest.fixture
def process_environment(transactional_db: None, data_dir: Path) -> dict[str, str]:
    """The environment in which another process meets this test's database, files and broker."""
    return environment()


@pytest.fixture
def celery_worker_process(process_environment: dict[str, str]) -> Iterator[Process]:
    """A real worker, without beat, on the broker that the test's own process sends to."""
    from celery import current_app

    command = python(
        "-m", "celery", "-A", "config", "worker", "--pool=solo",
        "--without-gossip", "--without-mingle",
    )  # fmt: skip
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_declare(queue="celery")
        broker.default_channel.queue_purge(queue="celery")
    # A worker takes seconds to end by itself; nothing of it is kept after the test.
    with started(command, process_environment, gently=False) as process:
        process.wait_for("ready.")
        yield process


# The browser -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=browsers.chromium(), args=browsers.CHROMIUM_ARGS
        )
        yield found
        found.close()


@pytest.fixture
def new_page(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Makes pages, each in a context of its own, that know the live server's address.

    A script error, a breach of the content security policy, or a file that a page asks for and
    does not get fails the test. Keyword arguments are those of Playwright's `new_context`.
    """
    contexts: list[Any] = []
    faults: list[str] = []

    def make(**options: Any) -> Any:
        context = browser.new_context(
            base_url=live_server.url,
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
            **{"viewport": {"width": 1280, "height": 900}, **options},
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("console", lambda line: _note(line))
        page.on("response", lambda response: _note_response(response))
        return page

    def _note(line: Any) -> None:
        if line.type == "error" and not line.text.startswith("Failed to load resource"):
            faults.append(f"console: {line.text}")

    def _note_response(response: Any) -> None:
        kind = response.request.resource_type
        if response.status >= 400 and kind in {"stylesheet", "script", "image", "font"}:
            faults.append(f"{kind} {response.url}: {response.status}")

    yield make
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page in a context of its own, such as `page.goto("/")`."""
    return new_page()


@pytest.fixture
def signed_in_page(new_page: Callable[..., Any], live_server: Any) -> Callable[..., Any]:
    """`signed_in_page(user, **options)`: a page whose context has that user's session."""
    from django.conf import settings
    from django.test import Client

    def make(user: Any, **options: Any) -> Any:
        client = Client()
        client.force_login(user, "config.sessions.AuthenticationBackend")
        page = new_page(**options)
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )
        return page

    return make


@pytest.fixture
def assert_accessible() -> Callable[[Any], None]:
    """`assert_accessible(page)`: axe finds nothing against WCAG 2.2 A and AA."""

    def check(page: Any) -> None:
        found = browsers.violations(page)
        assert not found, "\n".join(found)

    return check
