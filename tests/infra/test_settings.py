"""What the environment makes of the settings, and what SQLite makes of them."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection, connections
from django.utils.module_loading import autodiscover_modules

ROOT = Path(__file__).resolve().parents[2]


def settings_with(folder: Path, names: list[str], **environment: str) -> dict[str, object]:
    """The named settings as another process has them with this environment alone."""
    script = (
        "import json, sys; from django.conf import settings;"
        "print(json.dumps({n: getattr(settings, n) for n in sys.argv[1:]}, default=str))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, *names],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": str(folder),
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(result.stdout)
    return found


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 1),
        ("recursive_triggers", 1),
        ("foreign_keys", 1),
        ("busy_timeout", 30_000),
    ],
)
def test_sqlite_runs_with(pragma: str, value: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone()[0] == value


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_sqlite_takes_the_write_lock_when_a_transaction_begins() -> None:
    from django.db import OperationalError, transaction

    with transaction.atomic():
        other = connections.create_connection("default")
        try:
            with other.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 0")
            with pytest.raises(OperationalError, match="locked"), other.cursor() as cursor:
                cursor.execute("BEGIN IMMEDIATE")
        finally:
            other.close()


def test_the_defaults_are_safe(tmp_path: Path) -> None:
    names = ["DEBUG", "ALLOWED_HOSTS", "CELERY_TASK_ALWAYS_EAGER", "HTTPS", "MAILERS", "STORAGES"]
    found = settings_with(tmp_path, names)
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert found["CELERY_TASK_ALWAYS_EAGER"] is False
    # Mail that nobody has asked to be sent stays in a folder.
    assert found["MAILERS"] == {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        }
    }


def test_processes_that_start_at_once_share_one_secret_key(data_dir: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(settings_with, data_dir, ["SECRET_KEY"]) for _run in range(4)]
    keys = {str(run.result()["SECRET_KEY"]) for run in runs}
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert [path.name for path in data_dir.glob("secret_key*")] == ["secret_key"]
    assert (data_dir / "secret_key").stat().st_mode & 0o077 == 0


def test_https_secures_cookies_and_redirects_all_but_the_health_check(tmp_path: Path) -> None:
    names = [
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_PROXY_SSL_HEADER",
    ]
    with_https = settings_with(tmp_path, names, HTTPS="true")
    without = settings_with(tmp_path, names)
    assert list(with_https.values()) == [
        True, True, True, 31_536_000, ["HTTP_X_FORWARDED_PROTO", "https"],
    ]  # fmt: skip
    assert list(without.values()) == [False, False, False, 0, None]


def test_no_plans_are_kept_behind_a_pooler(tmp_path: Path) -> None:
    found = settings_with(
        tmp_path,
        ["DATABASES"],
        DATABASE_URL="postgres://anna:hemligt@pooler:6432/tilldela",
        PREPARED_STATEMENTS="false",
    )
    options = found["DATABASES"]["default"]["OPTIONS"]  # type: ignore[index]
    assert options == {"prepare_threshold": None}


def test_services_come_from_urls(tmp_path: Path) -> None:
    found = settings_with(
        tmp_path,
        ["DATABASES", "CACHES", "CELERY_BROKER_URL", "MAILERS"],
        DATABASE_URL="postgres://anna:hemligt@db:5433/tilldela",
        REDIS_URL="redis://redis:6379/0",
        EMAIL_URL="smtp+tls://anna:hemligt@mail.example.se:587",
    )
    database = found["DATABASES"]["default"]  # type: ignore[index]
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db", 5433, "tilldela")
    assert database["OPTIONS"] == {"prepare_threshold": 3}
    assert found["CACHES"]["default"]["LOCATION"] == "redis://redis:6379/0"  # type: ignore[index]
    assert found["CELERY_BROKER_URL"] == "redis://redis:6379/0"
    assert found["MAILERS"]["default"]["OPTIONS"] == {  # type: ignore[index]
        "host": "mail.example.se",
        "port": 587,
        "username": "anna",
        "password": "hemligt",
        "use_tls": True,
        "timeout": 20,
    }


def test_a_database_file_can_be_named_by_url(tmp_path: Path) -> None:
    found = settings_with(
        tmp_path, ["DATABASES"], DATABASE_URL=f"sqlite:///{tmp_path}/annan.sqlite3"
    )
    database = found["DATABASES"]["default"]  # type: ignore[index]
    assert database["NAME"] == f"{tmp_path}/annan.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_every_task_of_the_schedule_is_there() -> None:
    autodiscover_modules("tasks")
    scheduled = {entry["task"] for entry in current_app.conf.beat_schedule.values()}
    assert scheduled
    assert scheduled - set(current_app.tasks) == set()


def test_messages_are_json_and_acknowledged_when_done() -> None:
    conf = current_app.conf
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == "json"
    assert conf.task_acks_late
    assert conf.worker_prefetch_multiplier == 1
