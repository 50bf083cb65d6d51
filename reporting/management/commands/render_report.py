"""`manage.py render_report`: an edition of the national report as a file."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from reporting.documents.renderings import RENDERINGS
from reporting.models import Edition
from reporting.selectors.edition_content import edition_content
from reporting.selectors.editions import (
    EditionError,
    agency_of_year,
    latest_edition,
    published_editions,
)


class Command(BaseCommand):
    help = "Write an edition of the national report as a PDF, a workbook, CSV or JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--format", choices=sorted(RENDERINGS), required=True)
        parser.add_argument("--out", type=Path, required=True, help="the file to write")
        parser.add_argument("--edition", type=int, help="its number; the latest if left out")
        parser.add_argument("--agency", help="the agency's code, where several have the year")
        parser.add_argument("--language", choices=["sv", "en"], help="of the report and messages")

    def handle(self, *args: Any, **options: Any) -> None:
        """The same edition, format and language give the same bytes."""
        language = options["language"] or "sv"
        with translation.override(language):
            try:
                edition = self._edition(options)
            except EditionError as error:
                raise CommandError(str(error)) from error
            rendered = RENDERINGS[options["format"]].render(edition_content(edition, language))
            out: Path = options["out"]
            try:
                self._write(out, rendered)
            except OSError as error:
                raise CommandError(
                    _("The file %(file)s cannot be written: %(reason)s")
                    % {"file": out, "reason": error.strerror}
                ) from error
            self.stdout.write(
                _("Edition %(number)s of the year %(year)s is written to %(file)s.")
                % {"number": edition.number, "year": edition.year, "file": out}
            )

    def _edition(self, options: dict[str, Any]) -> Edition:
        agency = agency_of_year(year=options["year"], code=options["agency"])
        if options["edition"] is None:
            return latest_edition(agency=agency, year=options["year"])
        try:
            return published_editions().get(
                agency=agency, year=options["year"], number=options["edition"]
            )
        except Edition.DoesNotExist as error:
            raise CommandError(
                _("There is no edition %(number)s of the year %(year)s.")
                % {"number": options["edition"], "year": options["year"]}
            ) from error

    def _write(self, out: Path, rendered: bytes) -> None:
        partial = out.with_name(f"{out.name}.part")
        partial.write_bytes(rendered)
        os.replace(partial, out)
