"""Sets how many inhabitants the municipalities have."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.content import population_fault
from core.services.registers import PopulationRefused, load_populations


class Command(BaseCommand):
    help = "Sets the municipalities' population from CSV: municipality_code,population."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--on", type=date.fromisoformat, required=True, help="2026-12-31")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        try:
            count = load_populations(text=text, on=options["on"])
        except PopulationRefused as refused:
            raise CommandError(
                population_fault(refused.code, refused.line, refused.value)
            ) from refused
        if options["verbosity"] > 0:
            self.stdout.write(
                _("The population of %(count)d municipalities is set.") % {"count": count}
            )
