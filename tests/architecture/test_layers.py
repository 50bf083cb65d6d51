"""The contracts on imports hold, and fail when broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["applicants", "config", "core", "grants", "portal", "reporting", "reviews"]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's own modules, in a folder where they may be broken."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=lambda folder, names: [
                name
                for name in names
                if not name.endswith(".py") and not (Path(folder) / name).is_dir()
            ],
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("core/breach.py", "import grants.models", "Apps import one way"),
        ("grants/services/breach.py", "import reporting.models", "Apps import one way"),
        ("reporting/services/breach.py", "import reviews.models", "Apps import one way"),
        ("grants/models/breach.py", "import grants.services", "Layers inside an app"),
        ("grants/selectors/breach.py", "import grants.services", "Layers inside an app"),
        ("reporting/definitions/breach.py", "import reporting.models", "Layers inside an app"),
        ("grants/utils.py", "", "Layers inside an app"),
        ("core/services/breach.py", "import config.settings", "No app imports the configuration"),
        ("core/services/breach.py", "import tests.conftest", "No app imports the configuration"),
    ],
)
def test_a_breach_is_found(copy: Path, module: str, line: str, broken: str) -> None:
    path = copy / module
    path.parent.mkdir(exist_ok=True)
    (path.parent / "__init__.py").touch()
    path.write_text(f"{line}\n", encoding="utf-8")
    result = lint(copy)
    assert result.returncode != 0
    assert any(
        report.startswith(broken) and report.endswith("BROKEN")
        for report in result.stdout.splitlines()
    ), result.stdout
