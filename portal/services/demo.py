"""People and open calls for showing the system; never for real use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.db import transaction

import portal
from applicants.enums import OrganisationRole, Role, Signing
from applicants.models import Mandate, Organisation, StaffRole, User
from core.models import Agency, County
from core.services.journal import Actor
from grants.definitions import CallDefinition, lay_over
from grants.models import Call, CallDefinitionRecord
from grants.services.calls import open_call, record_definition

DOMAIN = "demo.tilldela.se"
BOARD_COUNTY = "01"
"""The county of the municipalities that apply in the demonstration."""
STAFF: Mapping[Role, tuple[str, str]] = {
    Role.CASE_OFFICER: ("handlaggare", "Hanna Handläggare"),
    Role.DECISION_MAKER: ("beslutsfattare", "Bo Beslutsfattare"),
    Role.REGISTRAR: ("registrator", "Rut Registrator"),
    Role.CONTROLLER: ("controller", "Cia Controller"),
    Role.ANALYST: ("utredare", "Ulf Utredare"),
    Role.COUNTY_BOARD: ("lansstyrelse", "Lena Länsstyrelse"),
    Role.ADMINISTRATOR: ("administrator", "Adam Administratör"),
}
"""The account of each role: what stands before the @, and a made-up name."""
SECONDS: tuple[tuple[Role, tuple[str, str]], ...] = (
    (Role.CONTROLLER, ("controller2", "Curt Controller")),
)
"""Who approves what the first made: nobody pays alone."""
CALL_DOCUMENTS = Path(portal.__file__).parent / "demo" / "open-calls"
"""What an open call says, laid over a copy of a definition; named by the definition's stem."""
_DAYS_OPEN_BEFORE, _DAYS_OPEN_AFTER = 20, 40
_DAYS_TO_REPORT = 61
"""From the last day to use the money until the final report is due: the year 2013 says no day."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """An account that acts for an organisation. `case` is one that the organisation leads."""

    account: str
    name: str
    case: str
    parts: Mapping[OrganisationRole, Signing | None]


APPLICANTS = (
    Applicant(
        "sokande",
        "Siri Sökande",
        "K13-0001",
        {OrganisationRole.ADMINISTRATOR: None, OrganisationRole.SIGNATORY: Signing.SOLE},
    ),
    Applicant(
        "medsokande",
        "Maja Medsökande",
        "K13-0004",
        {OrganisationRole.WRITER: None, OrganisationRole.SIGNATORY: Signing.SOLE},
    ),
    Applicant(
        "kassor",
        "Karin Kassör",
        "F13-0001",
        {OrganisationRole.ADMINISTRATOR: None, OrganisationRole.SIGNATORY: Signing.SOLE},
    ),
    Applicant(
        "ordforande",
        "Olle Ordförande",
        "F13-0001",
        {OrganisationRole.SIGNATORY: Signing.JOINTLY},
    ),
)
"""A municipality that applies, one to apply with it, and an association's two."""


@transaction.atomic
def demo_people(
    *, agency: Agency, leads: Mapping[str, Organisation], password: str, today: date
) -> list[tuple[User, str]]:
    """An account for each role and for each applicant, with the organisation's name where it
    acts for one; those that are there are kept. `leads`: organisations by the case they lead.
    """
    people: list[tuple[User, str]] = []
    for role, (account, name) in (*STAFF.items(), *SECONDS):
        user = _user(account, name, password)
        place = _county_board() if role is Role.COUNTY_BOARD else agency
        StaffRole.objects.get_or_create(user=user, agency=place, role=role)
        people.append((user, "" if place is agency else place.name_sv))
    for applicant in APPLICANTS:
        user = _user(applicant.account, applicant.name, password)
        organisation = leads[applicant.case]
        for part, signing in applicant.parts.items():
            Mandate.objects.get_or_create(
                user=user,
                organisation=organisation,
                role=part,
                ended_at=None,
                defaults={"starts_on": today, "signing": signing or ""},
            )
        people.append((user, organisation.name))
    return people


def _county_board() -> Agency:
    """The county board that is asked for its opinion of the demonstration's applications: an
    agency of its own, as boards are."""
    board, _new = Agency.objects.get_or_create(
        code="lansstyrelsen-stockholm",
        defaults={
            "name_sv": "Länsstyrelsen i Stockholms län",
            "name_en": "County Administrative Board of Stockholm",
            "short": "Länsstyrelsen Stockholm",
            "county": County.objects.get(code=BOARD_COUNTY),
        },
    )
    return board


def _user(account: str, name: str, password: str) -> User:
    email = f"{account}@{DOMAIN}"
    there = User.objects.filter(email=email).first()
    user = there or User.objects.create_user(email, password, name=name)
    # Nobody reads the mail of these addresses, so no code from a mail is asked for.
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def open_call_document(name: str, base: CallDefinition, year: int) -> CallDefinition:
    """The definition of a year's open call: a copy of `base` with the document of that name
    (`kommuner`, `foreningar`) laid over it.

    Raises core.definitions.DefinitionError, and FileNotFoundError when there is no such document.
    """
    copy = base.copy_for(
        code=f"{name}-{year}",
        year=year,
        frame_sek=base.frame_sek,
        report_cutoff=date(year + 1, 6, 1),
    )
    return lay_over(copy, CALL_DOCUMENTS / f"{name}.yaml")


@transaction.atomic
def demo_call(*, agency: Agency, definition: str, today: date) -> Call:
    """A call for next year that can be applied for today; one that is there is kept.

    Follows the newest version of `definition`, with the document of its stem laid over it.
    Raises CallDefinitionRecord.DoesNotExist.
    """
    source = CallDefinitionRecord.objects.filter(code=definition).latest("version").definition
    there = Call.objects.filter(
        agency=agency,
        stream=source.stream,
        opens_on__lte=today,
        closes_on__gte=today,
        definition_record__document__has_key="application",
    )
    if (call := there.order_by("-year").first()) is not None:
        return call
    stem = definition.rpartition("-")[0]
    year = today.year + 1
    while Call.objects.filter(agency=agency, code=f"{stem}-{year}").exists():
        year += 1
    opens, closes = today - timedelta(days=_DAYS_OPEN_BEFORE), today + timedelta(_DAYS_OPEN_AFTER)
    found = open_call_document(stem, source, year)
    final = found.dates.final_report_due or found.dates.spend_by + timedelta(_DAYS_TO_REPORT)
    days = {"opens": opens, "closes": closes, "final_report_due": final}
    dates = found.dates.model_copy(update=days)
    return open_call(
        record=_record(found.model_copy(update={"dates": dates})),
        agency=agency,
        code=found.code,
        actor=Actor.system(),
        opens_on=opens,
        closes_on=closes,
    )


def _record(definition: CallDefinition) -> CallDefinitionRecord:
    """The definition recorded, as the next version where its code is taken."""
    newest = CallDefinitionRecord.objects.filter(code=definition.code).order_by("-version").first()
    if newest is not None:
        definition = definition.model_copy(update={"version": newest.version + 1})
    found: CallDefinitionRecord = record_definition(definition=definition)
    return found
