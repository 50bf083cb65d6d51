"""People and an open call for showing the system; never for real use."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction

from applicants.enums import OrganisationRole, Role
from applicants.models import Mandate, Organisation, StaffRole, User
from core.models import Agency
from core.services.journal import Actor
from grants.models import Call, CallDefinitionRecord
from grants.services.calls import open_call, record_copy

DOMAIN = "demo.tilldela.se"
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
APPLICANT = ("sokande", "Siri Sökande")
_DAYS_OPEN_BEFORE, _DAYS_OPEN_AFTER = 20, 40


@transaction.atomic
def demo_people(
    *, agency: Agency, organisation: Organisation, password: str, today: date
) -> list[User]:
    """An account for each role, and one that acts for the organisation; those there are kept."""
    people: list[User] = []
    for role, (account, name) in STAFF.items():
        user = _user(account, name, password)
        StaffRole.objects.get_or_create(user=user, agency=agency, role=role)
        people.append(user)
    applicant = _user(*APPLICANT, password)
    for part in (OrganisationRole.ADMINISTRATOR, OrganisationRole.SIGNATORY):
        Mandate.objects.get_or_create(
            user=applicant, organisation=organisation, role=part, defaults={"starts_on": today}
        )
    return [*people, applicant]


def _user(account: str, name: str, password: str) -> User:
    email = f"{account}@{DOMAIN}"
    there = User.objects.filter(email=email).first()
    return there or User.objects.create_user(email, password, name=name)


@transaction.atomic
def demo_call(*, agency: Agency, definition: str, today: date) -> Call:
    """A call for next year that can be applied for today; an open one that is there is kept.

    A copy of the newest version of `definition`. Raises CallDefinitionRecord.DoesNotExist.
    """
    source = CallDefinitionRecord.objects.filter(code=definition).latest("version")
    stream = source.definition.stream
    there = Call.objects.filter(
        agency=agency, stream=stream, opens_on__lte=today, closes_on__gte=today
    )
    if (call := there.order_by("-year").first()) is not None:
        return call
    stem = definition.rpartition("-")[0]
    year = today.year + 1
    while Call.objects.filter(agency=agency, code=f"{stem}-{year}").exists():
        year += 1
    record = record_copy(
        source=source,
        code=f"{stem}-{year}",
        year=year,
        frame_sek=source.definition.frame_sek,
        report_cutoff=date(year + 1, 6, 1),
    )
    return open_call(
        record=record,
        agency=agency,
        code=f"{stem}-{year}",
        actor=Actor.system(),
        opens_on=today - timedelta(days=_DAYS_OPEN_BEFORE),
        closes_on=today + timedelta(days=_DAYS_OPEN_AFTER),
    )
