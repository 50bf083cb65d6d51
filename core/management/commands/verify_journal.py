"""`manage.py verify_journal`: is the journal what was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from core.enums import JournalKind
from core.models import Journal
from core.selectors.verification import JournalVerifier
from core.triggers import missing_triggers


class Command(BaseCommand):
    help = "Walk the journal and name every row that is changed, missing, inserted or cut off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kind", choices=JournalKind.values, help="only journals of this kind")
        parser.add_argument("--subject", help="only the journals of this subject")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exits with 1 when anything is at fault."""
        verifier = JournalVerifier(kind=options["kind"], subject=options["subject"])
        faults = 0
        for name in missing_triggers(connection):
            faults += 1
            self.stdout.write(_("The trigger %(name)s is missing.") % {"name": name})
        for fault in verifier.faults():
            faults += 1
            self.stdout.write(
                _("%(kind)s %(subject)s, row %(sequence)s: %(fault)s")
                % {
                    "kind": fault.kind,
                    "subject": fault.subject or "-",
                    "sequence": (
                        f"{fault.sequence}\N{EN DASH}{fault.until}"
                        if fault.until
                        else fault.sequence
                    ),
                    "fault": fault,
                }
            )
        counts = verifier.counts
        self.stdout.write(
            _(
                "Journals: %(journals)s. Events: %(events)s. Texts: %(texts)s, of which removed "
                "by decision: %(removed_texts)s. Seals: %(seals)s."
            )
            % {
                "journals": counts.journals,
                "events": counts.events,
                "texts": counts.texts,
                "removed_texts": counts.removed_texts,
                "seals": counts.seals,
            }
        )
        head = Journal.objects.filter(kind=JournalKind.INSTALLATION, subject="").values_list(
            "length", "head"
        )
        for length, value in head:
            self.stdout.write(
                _("The installation's journal ends at %(length)s with %(head)s.")
                % {"length": length, "head": value}
            )
        if faults:
            raise CommandError(_("Faults found: %(count)s.") % {"count": faults}, returncode=1)
        self.stdout.write(_("No fault found."))
