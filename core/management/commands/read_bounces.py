"""Reads mail that came back, from standard input or from files and maildirs."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.services.bounces import take_return

LARGEST = 2 * 1024 * 1024
"""Bytes of a mail that are read; a report is far smaller."""


class Command(BaseCommand):
    help = "Marks mails as refused by the reports (RFC 3464) that mail servers send back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="*", type=Path, help="files or maildirs; none: one mail on stdin"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        read = refused = 0
        for data in _mails(options["paths"]):
            read += 1
            refused += take_return(data=data)
        if options["verbosity"] > 0:
            self.stdout.write(
                _("%(read)d read, %(refused)d mails marked as refused.")
                % {"read": read, "refused": refused}
            )


def _mails(paths: list[Path]) -> Iterator[bytes]:
    if not paths:
        yield sys.stdin.buffer.read(LARGEST)
    for path in paths:
        if path.is_file():
            yield _read(path)
        elif (path / "new").is_dir():
            yield from _new_in(path)
        else:
            raise CommandError(_("There is no mail at %(path)s.") % {"path": path})


def _new_in(maildir: Path) -> Iterator[bytes]:
    """The mails that nobody has read; each is moved to those read, so that it is read once."""
    read = maildir / "cur"
    read.mkdir(exist_ok=True)
    for file in sorted(each for each in (maildir / "new").iterdir() if each.is_file()):
        yield _read(file)
        file.rename(read / f"{file.name}:2,S")


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST)
