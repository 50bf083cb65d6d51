"""The programme year 2013, two open calls and accounts to look around with."""

from datetime import date
from pathlib import Path
from typing import Any

import environ
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

import portal
from applicants.enums import Role
from applicants.models import Organisation, User
from core.models import Agency
from core.tasks import send_due_mail
from grants.definitions import built_in_definition
from grants.models import Application, Call
from grants.services.calls import load_definitions
from grants.tasks import make_due_letters
from portal.imports import bring_in_year
from portal.services.demo import APPLICANTS, DOMAIN, STAFF, demo_call, demo_people
from portal.services.demo_follow_up import trainings_held
from portal.services.demo_work import demo_work, told_work
from reporting.models import Edition
from reporting.tasks import require_missing_reports

YEAR = 2013
FOLDER = Path(portal.__file__).parent / "demo" / f"year-{YEAR}"
DEFINITIONS = (f"kommuner-{YEAR}", f"foreningar-{YEAR}")
DEFAULT_PASSWORD = "utvecklingsmedel 2013"  # noqa: S105 (for demonstration; DEMO_PASSWORD sets another)


class Command(BaseCommand):
    help = (
        "Makes what a demonstration needs: the year 2013, its report, an open call for "
        "municipalities and one for associations, and an account for each role and each "
        "applicant (password: the environment's DEMO_PASSWORD). Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        load_definitions()
        agency = self._agency()
        today = timezone.localdate()
        leads = {
            each.reference: each.lead
            for each in Application.objects.select_related("lead").filter(
                call__agency=agency,
                call__year=YEAR,
                reference__in=[applicant.case for applicant in APPLICANTS],
            )
        }
        password = environ.Env().str("DEMO_PASSWORD", default=DEFAULT_PASSWORD)
        people = demo_people(agency=agency, leads=leads, password=password, today=today)
        calls = [demo_call(agency=agency, definition=each, today=today) for each in DEFINITIONS]
        self._work(calls, people, leads, today)
        trainings_held(
            year=YEAR,
            actor=User.objects.get(email=f"{STAFF[Role.ANALYST][0]}@{DOMAIN}"),
            told=told_work()["trainings"],
        )
        made = Edition.objects.filter(agency=agency, year=YEAR).exists()
        if not made and "build_edition" in get_commands():
            call_command("build_edition", year=YEAR, agency=agency.code, stdout=self.stderr)
        if options["verbosity"] > 0:
            for call in calls:
                self.stdout.write(
                    _("Open call: {code}, until {day}").format(code=call.code, day=call.closes_on)
                )
            self.stdout.write(_("Sign-ins (password: {password})").format(password=password))
            for user, organisation in people:
                place = f", {organisation}" if organisation else ""
                self.stdout.write(f"  {user.email:<36} {user.name}{place}")

    @staticmethod
    def _work(
        calls: list[Call],
        people: list[tuple[User, str]],
        leads: dict[str, Organisation],
        today: date,
    ) -> None:
        """What waits for each role, with the mails and letters that a worker would make."""
        accounts = {user.email.partition("@")[0]: user for user, _organisation in people}
        made = demo_work(
            calls=calls,
            people={
                each.account: (accounts[each.account], leads[each.case]) for each in APPLICANTS
            },
            staff={role: accounts[account] for role, (account, _name) in STAFF.items()},
            today=today,
        )
        if made:
            require_missing_reports()
            make_due_letters()
            send_due_mail()

    @staticmethod
    def _agency() -> Agency:
        """The agency of the year 2013, which is brought in unless it is there."""
        there = Application.objects.filter(reference=APPLICANTS[0].case, call__year=YEAR).first()
        if there is not None:
            return there.call.agency
        outcome = bring_in_year(path=FOLDER, agency=built_in_definition(DEFINITIONS[0]).agency.code)
        return Agency.objects.get(code=outcome.agency)
