"""Bring the call definitions that come with the system into the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.definitions import DefinitionError
from grants.services.calls import DefinitionChanged, load_definitions


class Command(BaseCommand):
    help = "Loads the call definitions that come with the system; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            new = load_definitions()
        except DefinitionError as error:
            raise CommandError(str(error)) from error
        except DefinitionChanged as error:
            raise CommandError(
                _(
                    "{code} version {version} is already there with other content. A changed "
                    "definition needs a new version number."
                ).format(code=error.code, version=error.version)
            ) from error
        if new:
            message = ngettext("{count} new definition.", "{count} new definitions.", new)
            self.stdout.write(message.format(count=new))
        else:
            self.stdout.write(_("Nothing new."))
