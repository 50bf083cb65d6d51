"""What the system knows already is filled in, with its source, for the applicant to change."""

from django.db import transaction
from django.db.models import Q

from grants.content.paths import requirement_path
from grants.definitions import AppliesTo
from grants.enums import Approval, ParticipationRole, Practice
from grants.models import Application
from grants.selectors.draft import saved_values
from grants.services.moving import locked_application
from grants.services.writing import is_writable, put_value
from portal.selectors.known import reported_as_begun


@transaction.atomic
def fill_in_what_is_known(*, application: Application) -> int:
    """Answer the requirements that ask whether last year's work has begun, for each organisation
    whose report of last year's grant says so. What somebody has answered is left alone, and so
    are what is not open to be written and the part that a partner has approved.

    The value names the report as its source, and nobody as having saved it. Returns how many
    fields were filled in.
    """
    application = locked_application(application.pk)
    definition = application.definition
    if definition.application is None:
        return 0
    asked = [
        each for each in definition.requirements if each.applies_to is AppliesTo.GRANTED_LAST_YEAR
    ]
    approved = Q(role=ParticipationRole.PARTNER, approval=Approval.APPROVED)
    parts = application.participations.exclude(approved)
    known = reported_as_begun(application.call, parts.values_list("organisation_id", flat=True))
    values = saved_values(application)
    filled = 0
    for organisation, report in known.items():
        for requirement in asked:
            path = requirement_path(organisation, requirement.code, "state")
            if path in values or not is_writable(application, path):
                continue
            put_value(
                application=application,
                path=path,
                text=str(Practice.BEGUN),
                number=1,
                by=None,
                source=f"report:{report}",
            )
            filled += 1
    return filled
