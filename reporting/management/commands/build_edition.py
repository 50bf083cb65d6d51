"""`manage.py build_edition`: make an edition of the national report."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from core.services.journal import Actor
from reporting.enums import BuildStage
from reporting.selectors.editions import EditionError, agency_of_year
from reporting.services import editions


class Command(BaseCommand):
    help = "Freeze the reports received by the cut-off, compute every table, enter the edition."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument(
            "--cutoff",
            type=date.fromisoformat,
            help="the last day of receipt, such as 2014-06-01; by default that of the year's calls",
        )
        parser.add_argument("--agency", help="the agency's code, where several have the year")
        parser.add_argument("--queue", action="store_true", help="hand it to a worker")
        parser.add_argument("--language", choices=["sv", "en"], help="of what is printed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Returns when the edition is made, with `--queue` when it has been asked for."""
        with translation.override(options["language"] or translation.get_language()):
            try:
                self._build(options)
            except EditionError as error:
                raise CommandError(str(error)) from error

    def _build(self, options: dict[str, Any]) -> None:
        year, cutoff = options["year"], options["cutoff"]
        agency = agency_of_year(year=year, code=options["agency"])
        if options["queue"]:
            build = editions.request_build(
                agency=agency, year=year, cutoff=cutoff, requested_by=None
            )
            build.refresh_from_db()
            self.stdout.write(
                _("Job %(job)s: %(state)s.")
                % {"job": build.pk, "state": build.get_state_display().lower()}
            )
            return
        built = editions.build_edition(
            agency=agency, year=year, cutoff=cutoff, actor=Actor.system(), progress=self._tell
        )
        edition = built.edition
        values = {
            "number": edition.number,
            "year": edition.year,
            "date": edition.edition_date.isoformat(),
            "cutoff": edition.cutoff.isoformat(),
            "dataset": edition.dataset.sha256,
        }
        said = (
            _("Edition %(number)s of the year %(year)s is made.")
            if built.created
            else _("Nothing has changed since edition %(number)s of the year %(year)s.")
        )
        self.stdout.write(said % values)
        self.stdout.write(
            _("Date %(date)s, reports received up to and including %(cutoff)s.") % values
        )
        self.stdout.write(_("Data set %(dataset)s.") % values)

    def _tell(self, stage: BuildStage, percent: int) -> None:
        self.stderr.write(f"{percent:3d} % {stage.label}")
