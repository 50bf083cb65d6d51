"""Translations without system packages: Babel extracts, merges and compiles.

messages.py extract          update locale/sv from the source, keeping what is translated
messages.py merge FILE...    take translations over from other PO files
messages.py check            every text of the source has a Swedish translation
messages.py compile          make the .mo files that are older than their .po
"""

import argparse
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
APPS = ("applicants", "config", "core", "grants", "portal", "reporting", "reviews")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Babel closes its own keyword list over names; the aliases the project uses are added here.
KEYWORDS |= {"_n": (1, 2), "_p": ((1, "c"), 2)}


def po_path(root: Path) -> Path:
    return root / "locale" / "sv" / "LC_MESSAGES" / "django.po"


def _sources(root: Path) -> Iterator[tuple[str, str]]:
    """The path and Python-readable source of every module and template."""
    # Importing Django's lexer needs no settings.
    from django.utils.translation.template import templatize

    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
    folders = [root / "templates", *(root / app / "templates" for app in APPS)]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".html", ".txt", ".svg"}:
                source = templatize(path.read_text(encoding="utf-8"), origin=path.as_posix())
                # What is left of the markup keeps its indentation, which is not Python's.
                lines = "\n".join(line.lstrip() for line in source.splitlines())
                yield path.relative_to(root).as_posix(), lines + "\n"


def extracted(root: Path) -> Catalog:
    """Every text that the source wraps in gettext, with the files it stands in."""
    catalog = Catalog(locale="sv", project="Tilldela", charset="utf-8", fuzzy=False)
    for name, source in _sources(root):
        found = extract(
            "python",
            BytesIO(source.encode()),
            keywords=KEYWORDS,
            comment_tags=["Translators:"],
            options={"encoding": "utf-8"},
        )
        for _line, text, comments, context in found:
            catalog.add(text, None, [(name, 0)], auto_comments=comments, context=context)
    return catalog


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="sv", abort_invalid=True)


def _write(catalog: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(
            file,
            catalog,
            width=96,
            omit_header=False,
            sort_by_file=False,
            sort_output=True,
            ignore_obsolete=True,
            include_lineno=False,
        )


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [])


def _key(message: Message) -> tuple[str, str | None]:
    return (message.id if isinstance(message.id, str) else message.id[0]), message.context


def _name(message: Message) -> str:
    files = sorted({file for file, _line in message.locations})
    return f"{_key(message)[0]!r} ({', '.join(files)})"


def update(root: Path, others: list[Path]) -> None:
    """Write the catalogue of the source, with the translations known before and in `others`."""
    catalog = extracted(root)
    known = [po_path(root), *others]
    translations: dict[tuple[str, str | None], Message] = {}
    for path in known:
        if path.exists():
            for message in read(path):
                if message.id and all(_strings(message)) and not message.fuzzy:
                    translations[_key(message)] = message
    for message in catalog:
        source = translations.get(_key(message))
        if message.id and source is not None and source.pluralizable == message.pluralizable:
            message.string = source.string
    # Kept, so that an unchanged catalogue is an unchanged file.
    if po_path(root).exists():
        before = read(po_path(root))
        catalog.creation_date = before.creation_date
        catalog.revision_date = before.revision_date
    else:
        catalog.revision_date = catalog.creation_date
    _write(catalog, po_path(root))


def faults(root: Path) -> list[str]:
    """What is untranslated, unsure, or translated with other placeholders than the source's."""
    catalog = read(po_path(root)) if po_path(root).exists() else Catalog(locale="sv")
    found = []
    for message in extracted(root):
        if not message.id:
            continue
        swedish = catalog.get(message.id, message.context)
        if swedish is None or not all(_strings(swedish)):
            found.append(f"no Swedish for {_name(message)}")
        elif swedish.fuzzy:
            found.append(f"fuzzy: {_name(message)}")
        elif swedish.pluralizable != message.pluralizable:
            found.append(f"plural in one of the two only: {_name(message)}")
        else:
            swedish.flags |= message.flags
            found += [f"{error}: {_name(message)}" for error in swedish.check(catalog)]
    return found


def compile_all(root: Path) -> None:
    for path in sorted((root / "locale").glob("*/LC_MESSAGES/*.po")):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        partial = target.with_name(target.name + ".part")
        with partial.open("wb") as file:
            write_mo(file, read(path))
        partial.replace(target)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["extract", "merge", "check", "compile"])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--root", type=Path, default=ROOT)
    options = parser.parse_args(arguments)
    root: Path = options.root
    if options.command == "compile":
        compile_all(root)
    elif options.command == "check":
        found = faults(root)
        print(*found, sep="\n", end="\n" if found else "")
        print(f"{len(found)} texts without a good Swedish translation")
        return 1 if found else 0
    else:
        update(root, options.files)
    return 0


if __name__ == "__main__":
    sys.exit(main())
