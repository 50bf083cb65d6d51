"""`manage.py ensure_triggers`: make the triggers that are missing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.triggers import ensure_triggers


class Command(BaseCommand):
    help = "Make the declared triggers that the database lacks."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for name in ensure_triggers(connection):
            self.stdout.write(_("Made the trigger %(name)s.") % {"name": name})
