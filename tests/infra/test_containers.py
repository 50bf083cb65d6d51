"""docker-compose.yml and Dockerfile: what they promise, and that what they start exists.

No container is started here; the commands are run as they stand, outside of one.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.processes import started

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
OWN = ["migrate", "web", "worker", "beat"]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the last stage, in order."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    last = max(n for n, line in enumerate(lines) if line[0] == "FROM")
    return [(word, rest) for word, rest in lines[last:]]


def command(service: dict[str, Any]) -> list[str]:
    first, *rest = service["command"]
    return [sys.executable if first == "python" else str(BIN / first), *rest]


def test_it_has_what_the_real_thing_needs(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {*OWN, "db", "redis", "mail", "clamav"}
    assert set(compose["volumes"]) == {"files", "db", "signatures"}


def test_what_is_optional_starts_only_when_asked_for(compose: dict[str, Any]) -> None:
    optional = {name for name, service in compose["services"].items() if "profiles" in service}
    assert optional == {"clamav"}


def test_no_secret_stands_in_the_file(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for key, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|SECRET", key):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value), (name, key)
            if "@" in str(value) and "://" in str(value):
                assert ":${POSTGRES_PASSWORD:?" in value, (name, key)


@pytest.mark.parametrize("name", OWN)
def test_own_services_run_without_rights(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "user" not in service  # the image's own, which is not root
    assert service["volumes"] == ["files:/data"]


def test_nothing_starts_before_the_database_is_migrated(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        waits = compose["services"][name]["depends_on"]
        assert waits == {"migrate": {"condition": "service_completed_successfully"}}
    assert compose["services"]["migrate"]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }
    assert compose["services"]["migrate"]["restart"] == "no"


def test_every_service_says_how_it_is(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]]
) -> None:
    assert any(word == "HEALTHCHECK" for word, _rest in dockerfile)
    for name, service in compose["services"].items():
        if name not in ("migrate", "web"):
            assert service["healthcheck"]["test"], name


def test_there_is_one_beat(compose: dict[str, Any]) -> None:
    beats = [n for n, s in compose["services"].items() if "beat" in (s.get("command") or [])]
    assert beats == ["beat"]
    assert "deploy" not in compose["services"]["beat"]


def test_only_this_machine_reaches_the_ports(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")


def test_the_environment_is_one_the_settings_read(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]]
) -> None:
    read = (ROOT / "config/settings.py").read_text("utf-8")
    read += (ROOT / "config/gunicorn.py").read_text("utf-8")
    named = {key for name in OWN for key in compose["services"][name]["environment"]}
    for word, rest in dockerfile:
        if word == "ENV":
            named |= set(re.findall(r"([A-Z_]+)=", rest))
    named -= {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    assert {key for key in named if f'"{key}"' not in read and f"'{key}'" not in read} == set()


def test_the_example_has_every_variable_and_no_secret(compose: dict[str, Any]) -> None:
    example = dict(
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    assert used == set(example)
    assert example["SECRET_KEY"] == example["POSTGRES_PASSWORD"] == ""


def test_make_env_writes_fresh_secrets_once(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "bin" / "make-env", tmp_path / "bin")
    shutil.copy(ROOT / ".env.example", tmp_path)
    subprocess.run(["sh", tmp_path / "bin" / "make-env"], check=True)
    first = (tmp_path / ".env").read_text("utf-8")
    secrets = re.findall(r"^(?:SECRET_KEY|POSTGRES_PASSWORD)=([0-9a-f]{64})$", first, re.M)
    assert len(set(secrets)) == 2
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    subprocess.run(["sh", tmp_path / "bin" / "make-env"], check=True)
    assert (tmp_path / ".env").read_text("utf-8") == first


def test_the_image_is_not_roots(dockerfile: list[tuple[str, str]]) -> None:
    words = [word for word, _rest in dockerfile]
    user = next(rest for word, rest in dockerfile if word == "USER")
    assert user == "10001:10001"
    assert words.index("USER") < words.index("CMD")
    assert words.index("RUN") < words.index("VOLUME")  # or the folder would be root's


def test_what_the_dockerfile_copies_is_there() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists()
            assert name not in ignored
    for name in re.findall(r"python (bin/\S+\.py)", text):
        assert (ROOT / name).exists()
    assert {".env", "var", ".git"} <= set(ignored)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """As in a container, but for where files are."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return {**kept, "DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1", **more}


@pytest.fixture
def migrated(compose: dict[str, Any], data_dir: Path) -> dict[str, str]:
    env = environment(data_dir)
    subprocess.run(
        command(compose["services"]["migrate"]), cwd=ROOT, env=env, check=True, capture_output=True
    )
    return env


@pytest.mark.sqlite
def test_web_worker_and_beat_start_with_their_commands(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]], migrated: dict[str, str]
) -> None:
    port = free_port()
    static = {"STATIC_HASHED": "true", "STATIC_ROOT": f"{migrated['DATA_DIR']}/static"}
    env = {**migrated, **static, "HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "2"}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"],
        cwd=ROOT, env=env, check=True,
    )  # fmt: skip
    web = yaml.safe_load(next(rest for word, rest in dockerfile if word == "CMD"))
    healthy = re.search(r"CMD (\[.*\])", dict(dockerfile)["HEALTHCHECK"])
    assert healthy
    probe = command({"command": yaml.safe_load(healthy[1])})
    with (
        started(command({"command": web}), env) as gunicorn,
        started(command(compose["services"]["worker"]), env) as worker,
        started(command(compose["services"]["beat"]), env) as beat,
    ):
        gunicorn.wait_for("Listening at")
        worker.wait_for("ready.")
        beat.wait_for("Configuration")
        assert subprocess.run(probe, cwd=ROOT, env=env, check=False).returncode == 0
        send = [str(BIN / "celery"), "-A", "config", "call", "core.tasks.send_due_mail"]
        subprocess.run(send, cwd=ROOT, env=env, check=True, capture_output=True)
        worker.wait_for("core.tasks.send_due_mail", 30)
        schedule = [path.name for path in Path(env["DATA_DIR"]).glob("beat-schedule*")]
        assert "beat-schedule" in schedule
        gunicorn.end()
        assert subprocess.run(probe, cwd=ROOT, env=env, check=False, capture_output=True).returncode


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.sqlite
def test_neither_web_nor_worker_starts_on_a_database_without_triggers(
    compose: dict[str, Any], migrated: dict[str, str]
) -> None:
    import sqlite3

    with sqlite3.connect(f"{migrated['DATA_DIR']}/tilldela.sqlite3") as database:
        database.execute("DROP TRIGGER core_event_no_update")
    database.close()
    web = [str(BIN / "gunicorn"), "--config", "python:config.gunicorn"]
    env = {**migrated, "PORT": str(free_port())}
    with started(web, env) as gunicorn:
        gunicorn.wait_for("core_event_no_update")
        assert gunicorn.wait() != 0
    with started(command(compose["services"]["worker"]), env) as worker:
        worker.wait_for("core_event_no_update")
        assert worker.wait() != 0
