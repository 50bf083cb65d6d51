"""What the reader of a case works as at its agency, told by what the request knows already. It
decides what a page offers; the services ask again, under their lock."""

from applicants.enums import Role
from applicants.models import User
from applicants.rules import work_of
from grants.models import Application
from portal.rules import TAKES_PART


def works_as(person: User, application: Application, *roles: Role) -> bool:
    """Whether the person works as any of these at the agency of the case."""
    agency = application.call.agency_id
    return any(work.role in roles and work.agency_id == agency for work in work_of(person))


def takes_part(person: User, application: Application) -> bool:
    """Whether the person assesses or decides at the agency of the case."""
    return works_as(person, application, *TAKES_PART)
