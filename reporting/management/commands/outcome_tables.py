"""`manage.py outcome_tables`: the key figures and outcome tables of a year."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from reporting.models import Edition
from reporting.selectors import datasets, figures
from reporting.selectors.editions import (
    EditionError,
    agency_of_year,
    default_cutoff,
    edition_json,
    published_editions,
)
from reporting.services import freezing


class Command(BaseCommand):
    help = (
        "Print the key figures and outcome tables of a year, as the records now give them or as "
        "an edition says."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--format", choices=["json"], default="json")
        parser.add_argument(
            "--cutoff",
            type=date.fromisoformat,
            help="the last day of receipt, such as 2014-06-01; by default that of the year's calls",
        )
        parser.add_argument("--edition", type=int, help="the number of an edition to print instead")
        parser.add_argument("--agency", help="the agency's code, where several have the year")
        parser.add_argument("--language", choices=["sv", "en"], help="of error messages")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints JSON and changes nothing."""
        with translation.override(options["language"] or translation.get_language()):
            try:
                outcome = self._outcome(options)
            except EditionError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(outcome, ensure_ascii=False, indent=1))

    def _outcome(self, options: dict[str, Any]) -> dict[str, Any]:
        year = options["year"]
        agency = agency_of_year(year=year, code=options["agency"])
        if options["edition"] is not None:
            try:
                edition = published_editions().get(
                    agency=agency, year=year, number=options["edition"]
                )
            except Edition.DoesNotExist as error:
                raise CommandError(
                    _("There is no edition %(number)s of the year %(year)s.")
                    % {"number": options["edition"], "year": year}
                ) from error
            return edition_json(edition)
        cutoff = options["cutoff"] or default_cutoff(agency=agency, year=year)
        with (
            freezing.frozen_for_a_while(agency=agency, year=year, cutoff=cutoff) as frozen,
            datasets.open_dataset(frozen.folder) as duck,
        ):
            return figures.compute(duck).as_json()
