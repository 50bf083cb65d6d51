"""Reading a case with what its proposal's page shows."""

from typing import Any

from applicants.enums import Role
from applicants.rules import work_of
from grants.models import Application
from grants.selectors import applications_received
from portal.rules import LOOKS_AROUND, READS_CASES
from reviews.enums import AdmissionOutcome
from reviews.selectors.admission import with_admission
from reviews.selectors.conflicts import with_declared
from reviews.selectors.costs import with_version_sent_in


def case_to_propose(user: Any, pk: int) -> Application | None:
    """The case, for those who work with cases at its agency and have no conflict of interest in
    it: with its proposal, the version sent in last, what the reader has `declared`,
    `admission_outcome`, and `dismissal_proposed`, whether an officer has proposed that it be
    dismissed. None where they have none such."""
    cases = with_declared(with_admission(applications_received(user, READS_CASES)), user)
    found = (
        with_version_sent_in(cases)
        .select_related(
            "call",
            "call__agency",
            "call__definition_record",
            "lead",
            "lead__county",
            "lead__municipality",
            "proposal",
            "proposal__prepared_by",
        )
        .defer("call__definition_record__document")
        .filter(pk=pk)
        .first()
    )
    if found is not None:
        case: Any = found
        case.dismissal_proposed = case.admission_outcome == AdmissionOutcome.DISMISS
    return found


def handles_at(user: Any, application: Application) -> bool:
    """Whether the person is a case officer of the agency whose case it is."""
    return any(
        work.role == Role.CASE_OFFICER and work.agency_id == application.call.agency_id
        for work in work_of(user)
    )


def looks_around_at(user: Any, application: Application) -> bool:
    """Whether the person may open the case's own page, as one who sees the case."""
    return any(
        work.role in LOOKS_AROUND and work.agency_id == application.call.agency_id
        for work in work_of(user)
    )
