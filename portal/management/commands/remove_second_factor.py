"""Lets someone who has lost telephone or passkey set up a new second factor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from applicants.models import User
from portal.services.second_factor import remove_second_factor


class Command(BaseCommand):
    help = "Takes away the passkeys and one-time codes of an account, records it, and mails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the account's e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["address"]).first()
        if user is None:
            raise CommandError(_("No account has that address."))
        count = remove_second_factor(user=user)
        self.stdout.write(
            _("Removed: {count}").format(count=count)
            if count
            else _("The account had no second step.")
        )
