"""Who may write, send in and review a report."""

from typing import Any

import rules

from applicants.enums import Role
from applicants.rules import SIGNATORIES, WRITERS, has_mandate, has_role, is_person, work_of
from applicants.selectors import organisations_acted_for
from core.models import Agency
from grants.enums import Approval
from grants.models import Participation
from grants.rules import shut_out_ids
from reporting.enums import ReportStatus
from reporting.models import Report, Training


@rules.predicate  # type: ignore[untyped-decorator]
def writes_for_the_organisation(user: Any, report: Report | None) -> bool:
    """Writes for the organisation whose report it is."""
    return report is not None and has_mandate(user, report.organisation_id, WRITERS)


@rules.predicate  # type: ignore[untyped-decorator]
def writes_for_a_partner(user: Any, report: Report | None) -> bool:
    """Writes for an organisation that takes part in a grant that the report answers for."""
    if report is None or not is_person(user):
        return False
    parts = Participation.objects.filter(application__report_references__report=report).exclude(
        approval=Approval.DECLINED
    )
    acted_for = organisations_acted_for(user, WRITERS)
    return parts.filter(organisation__in=acted_for.values("pk")).exists()


@rules.predicate  # type: ignore[untyped-decorator]
def signs_for_the_organisation(user: Any, report: Report | None) -> bool:
    """Signs for the organisation whose report it is."""
    return report is not None and has_mandate(user, report.organisation_id, SIGNATORIES)


@rules.predicate  # type: ignore[untyped-decorator]
def is_received(user: Any, report: Report | None) -> bool:
    """Has been received: staff never read a draft."""
    return report is not None and report.status not in {ReportStatus.DUE, ReportStatus.DRAFT}


def _answers_for_shut_out(user: Any, report: Report) -> bool:
    """Whether the report answers for a case that the person has a conflict of interest in."""
    out = shut_out_ids(user)
    return bool(out) and report.references.filter(application__in=out).exists()


@rules.predicate  # type: ignore[untyped-decorator]
def is_officer_of_report(user: Any, report: Report | None) -> bool:
    """Is a case officer at the agency that the report is for, without a conflict of interest."""
    return (
        report is not None
        and has_role(user, report.agency_id, (Role.CASE_OFFICER,))
        and not _answers_for_shut_out(user, report)
    )


@rules.predicate  # type: ignore[untyped-decorator]
def reads_reports(user: Any, report: Report | None) -> bool:
    """Is a case officer or analyst at the agency that the report is for, without a conflict of
    interest."""
    roles = (Role.CASE_OFFICER, Role.ANALYST)
    return (
        report is not None
        and has_role(user, report.agency_id, roles)
        and not _answers_for_shut_out(user, report)
    )


@rules.predicate  # type: ignore[untyped-decorator]
def is_officer_of_agency(user: Any, agency: Agency | None) -> bool:
    """Is a case officer at the agency."""
    return agency is not None and has_role(user, agency.pk, (Role.CASE_OFFICER,))


@rules.predicate  # type: ignore[untyped-decorator]
def is_analyst_of_agency(user: Any, agency: Agency | None) -> bool:
    """Is an analyst at the agency."""
    return agency is not None and has_role(user, agency.pk, (Role.ANALYST,))


TRAINING_STAFF = (Role.CASE_OFFICER, Role.ANALYST)
"""Who at an agency enters trainings that county boards have held."""


@rules.predicate  # type: ignore[untyped-decorator]
def keeps_training(user: Any, training: Training | None) -> bool:
    """Works at the board of the training's county; or is case officer or analyst at the agency
    that entered it. What a county board entered other agencies read, and do not change."""
    if training is None:
        return False
    return any(
        (work.role == Role.COUNTY_BOARD and work.agency.county_id == training.county_id)
        or (work.role in TRAINING_STAFF and work.agency_id == training.agency_id)
        for work in work_of(user)
    )


@rules.predicate  # type: ignore[untyped-decorator]
def enters_trainings(user: Any, place: tuple[Agency, str] | None) -> bool:
    """Enters trainings for the agency in the county with that code: a county board in its own
    county, an agency's case officers and analysts in any."""
    if place is None:
        return False
    agency, county = place
    own = agency.county_id is not None and agency.county_id == county
    roles = (*TRAINING_STAFF, *([Role.COUNTY_BOARD] if own else []))
    return has_role(user, agency.pk, roles)


rules.add_perm("reporting.keep_training", keeps_training)
rules.add_perm("reporting.enter_training", enters_trainings)
rules.add_perm("reporting.build_edition", is_analyst_of_agency)
rules.add_perm("reporting.export_reports", is_analyst_of_agency)
rules.add_perm("reporting.write_texts", is_analyst_of_agency)
rules.add_perm("reporting.require_report", is_officer_of_agency)
rules.add_perm("reporting.write_report", writes_for_the_organisation | writes_for_a_partner)
rules.add_perm("reporting.send_report", signs_for_the_organisation)
rules.add_perm("reporting.review_report", is_officer_of_report)
rules.add_perm(
    "reporting.view_report",
    writes_for_the_organisation | writes_for_a_partner | (is_received & reads_reports),
)
