"""Write a programme year out in the interchange format."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import Agency
from portal.exports import NothingToExport, export_year
from portal.management.progress import ProgressBar


class Command(BaseCommand):
    help = "Writes a programme year as a folder of CSV files that import_year reads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, help=_("the year"))
        parser.add_argument("folder", type=Path, help=_("where to write; made where missing"))
        parser.add_argument("--agency", metavar="CODE", help=_("whose year it is"))

    def handle(self, *args: Any, **options: Any) -> None:
        agency = self._agency(options["agency"])
        bar = ProgressBar(self.stderr, shown=options["verbosity"] > 0 and sys.stderr.isatty())
        try:
            exported = export_year(
                agency=agency, year=options["year"], folder=options["folder"], progress=bar
            )
        except NothingToExport:
            raise CommandError(
                _("{agency} has no call of {year}.").format(
                    agency=agency.code, year=options["year"]
                )
            ) from None
        except OSError as error:
            raise CommandError(str(error)) from error
        bar.finish()
        if options["verbosity"] == 0:
            return
        for name, count in exported.rows.items():
            if count:
                self.stdout.write(f"  {count:>9} {name}.csv")
        if exported.left_out:
            self.stdout.write(
                ngettext(
                    "{count} case is left out: the format has no word for its state.",
                    "{count} cases are left out: the format has no word for their states.",
                    exported.left_out,
                ).format(count=exported.left_out)
            )

    @staticmethod
    def _agency(code: str | None) -> Agency:
        agencies = list(Agency.objects.order_by("code"))
        found = [each for each in agencies if code in (None, each.code)]
        if len(found) != 1:
            raise CommandError(
                _("Say whose year it is with --agency; one of: {codes}").format(
                    codes=", ".join(each.code for each in agencies)
                )
            )
        return found[0]
