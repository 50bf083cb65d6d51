"""Bring in a programme year from its files."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.checks.faults import YearRefused
from portal.imports import AgencyUnclear, Outcome, bring_in_year
from portal.management.progress import ProgressBar
from portal.services import Moved

SHOWN = 200


class Command(BaseCommand):
    help = (
        "Brings in a programme year: a folder of CSV files, or one .xlsx with a sheet each. "
        "Everything is checked first, and nothing is stored when anything is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help=_("the folder, or the .xlsx file"))
        parser.add_argument("--agency", metavar="CODE", help=_("whose year it is"))
        parser.add_argument(
            "--dry-run", action="store_true", help=_("check everything and store nothing")
        )
        parser.add_argument(
            "--language", choices=["sv", "en"], help=_("the language of what is printed")
        )
        parser.add_argument(
            "--faults",
            type=int,
            default=SHOWN,
            metavar="N",
            help=_("print at most N faults (default: %(default)s; 0: all that are kept)"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        language = options["language"] or translation.get_language()
        with translation.override(language):
            self._bring_in(**options)

    def _bring_in(
        self, *, folder: Path, agency: str | None, dry_run: bool, faults: int, **options: Any
    ) -> None:
        bar = ProgressBar(self.stderr, shown=options["verbosity"] > 0 and sys.stderr.isatty())
        try:
            outcome = bring_in_year(path=folder, agency=agency, dry_run=dry_run, progress=bar)
        except YearRefused as refused:
            bar.finish()
            self._print_faults(refused, faults)
            raise CommandError(
                ngettext(
                    "{count} fault. Nothing has been stored.",
                    "{count} faults. Nothing has been stored.",
                    len(refused.faults),
                ).format(count=len(refused.faults))
            ) from None
        except AgencyUnclear as unclear:
            bar.finish()
            raise CommandError(
                _("Say whose year it is with --agency; one of: {codes}").format(
                    codes=", ".join(unclear.codes)
                )
            ) from None
        except Moved:
            bar.finish()
            raise CommandError(
                _("Others kept writing meanwhile. Nothing has been stored; try again.")
            ) from None
        bar.finish()
        if options["verbosity"] > 0:
            self._print_outcome(outcome, dry_run=dry_run)

    def _print_faults(self, refused: YearRefused, most: int) -> None:
        shown = 0
        for fault in refused.faults:
            if most and shown == most:
                break
            self.stderr.write(str(fault))
            shown += 1
        if left := len(refused.faults) - shown:
            self.stderr.write(
                ngettext("… and {count} more fault", "… and {count} more faults", left).format(
                    count=left
                )
            )

    def _print_outcome(self, outcome: Outcome, *, dry_run: bool) -> None:
        for name in outcome.unread:
            self.stdout.write(_("Not read: {name}").format(name=name))
        new = outcome.changes
        if not new:
            self.stdout.write(_("Nothing new."))
            return
        if dry_run:
            self.stdout.write(_("Nothing is wrong. Nothing has been stored; this would be new:"))
        else:
            self.stdout.write(
                _("The year {year} of {agency} is brought in. New:").format(
                    year=outcome.year, agency=outcome.agency
                )
            )
        for label, count in (
            (_("calls"), new.calls),
            (_("organisations"), new.organisations),
            (_("entries in the year's register"), new.entries),
            (_("applications"), new.applications),
            (_("grants' years of money"), new.funds),
            (_("reports"), new.reports),
            (_("findings"), new.findings),
            (_("calls that are no longer preliminary"), new.confirmed),
        ):
            if count:
                self.stdout.write(f"  {count:>9} {label}")
