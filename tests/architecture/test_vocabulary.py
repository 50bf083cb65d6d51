"""What modules of each kind hold, read from their source."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
APPS = ["applicants", "core", "grants", "portal", "reporting", "reviews"]
PURE = {"checks", "content", "definitions", "enums", "formats", "workflow"}
LONGEST = 500


def modules() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def kind(path: Path) -> str:
    return path.parts[1].removesuffix(".py")


def test_the_apps_are_those_whose_layers_are_checked() -> None:
    own = [c.name for c in apps.get_app_configs() if Path(c.path).parent == settings.BASE_DIR]
    assert sorted(own) == APPS


def test_pure_modules_know_no_database() -> None:
    database = ("django.db", "django.apps", "django.contrib.auth")
    found = [
        f"{path}: {name}"
        for path in modules()
        if kind(path) in PURE
        for name in imported(path)
        # models.TextChoices is how Django writes an enumeration; it needs no database.
        if name.startswith(database) and not (kind(path) == "enums" and "django.db" in name)
    ]
    assert found == []


def test_the_portal_has_no_models() -> None:
    assert list(apps.get_app_config("portal").get_models()) == []


def test_nothing_happens_by_signal() -> None:
    signals = ("django.dispatch", "django.db.models.signals", "django.core.signals")
    found = [
        f"{path}: {name}"
        for path in modules()
        for name in imported(path)
        if name.startswith(signals)
    ]
    assert found == []


def test_models_keep_djangos_save_and_delete() -> None:
    found = [
        f"{path}:{node.lineno} {node.name}"
        for path in modules()
        if kind(path) == "models"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    ]
    assert found == []


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {"utils", "helpers", "common", "misc"}
    assert [path for path in modules() if path.stem in names] == []


def test_modules_stay_short() -> None:
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in modules()}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_every_write_takes_keywords_only() -> None:
    """Two people or two ids cannot be given in the wrong order."""
    found = [
        f"{path}:{node.lineno} {node.name}"
        for path in modules()
        if kind(path) == "services"
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if any(isinstance(part, ast.Attribute) and part.attr == "atomic" for part in ast.walk(node))
        if node.args.args or node.args.posonlyargs
    ]
    assert found == []


@pytest.mark.parametrize("app", APPS)
def test_every_package_can_be_found_by_the_import_contracts(app: str) -> None:
    """A folder without __init__.py is invisible to import-linter."""
    folders = {path.parent for path in (ROOT / app).rglob("*.py")}
    missing = [
        folder.relative_to(ROOT).as_posix()
        for folder in folders
        if not (folder / "__init__.py").exists()
    ]
    assert sorted(missing) == []
