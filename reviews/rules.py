"""Who may take part in reviewing a case: no declaration, no access to assess."""

from typing import Any

import rules

from applicants.enums import Role
from applicants.rules import has_role, is_person
from core.models import Agency
from grants.models import Application, Call
from grants.rules import (
    is_administrator,
    is_case_officer,
    is_decision_maker,
    is_received,
    is_registrar,
    writes_for_part,
)
from reviews.models import Assessment, ConflictDeclaration, Leave, Opinion, SavedView, Waiver

HANDLERS = (Role.CASE_OFFICER, Role.DECISION_MAKER, Role.REGISTRAR)
"""Who at an agency has a worklist."""
LEADS_WORK = (Role.DECISION_MAKER, Role.REGISTRAR)
"""Who at an agency plans others' leave."""


@rules.predicate  # type: ignore[untyped-decorator]
def has_declared_no_conflict(user: Any, application: Application | None) -> bool:
    """Has declared that there is no conflict of interest in this case; the latest declaration
    holds."""
    if application is None or not is_person(user):
        return False
    declared = ConflictDeclaration.objects.filter(user=user, application=application)
    return declared.order_by("-pk").values_list("has_conflict", flat=True).first() is False


@rules.predicate  # type: ignore[untyped-decorator]
def decides_waivers(user: Any, waiver: Waiver | None) -> bool:
    """Decides at the agency, has no conflict of interest, and has not assessed the case."""
    if waiver is None or not is_person(user):
        return False
    case = waiver.application
    return (
        bool(is_received(user, case))
        and bool(is_decision_maker(user, case))
        and bool(has_declared_no_conflict(user, case))
        and waiver.asked_by_id != user.pk
        and not case.findings.filter(made_by=user).exists()
        and not Assessment.objects.filter(application=case, officer=user).exists()
    )


@rules.predicate  # type: ignore[untyped-decorator]
def is_at_the_countys_board(user: Any, opinion: Opinion | None) -> bool:
    """Works for the county's board, which is not the agency that decides the case."""
    if opinion is None or not is_person(user):
        return False
    boards = opinion.county.boards.exclude(pk=opinion.application.call.agency_id)
    return any(has_role(user, board.pk, (Role.COUNTY_BOARD,)) for board in boards)


@rules.predicate  # type: ignore[untyped-decorator]
def keeps_texts(user: Any, agency: Agency | None) -> bool:
    """Works as a case officer at the agency whose library of texts it is."""
    return agency is not None and has_role(user, agency.pk, (Role.CASE_OFFICER,))


@rules.predicate  # type: ignore[untyped-decorator]
def distributes(user: Any, call: Call | None) -> bool:
    """Works with the call's applications: what its frame could go to is theirs to try."""
    roles = (Role.CASE_OFFICER, Role.DECISION_MAKER)
    return call is not None and has_role(user, call.agency_id, roles)


@rules.predicate  # type: ignore[untyped-decorator]
def prepares(user: Any, call: Call | None) -> bool:
    """Prepares decisions in the call."""
    return call is not None and has_role(user, call.agency_id, (Role.CASE_OFFICER,))


@rules.predicate  # type: ignore[untyped-decorator]
def keeps_worklist(user: Any, agency: Agency | None) -> bool:
    """Works through the agency's cases from a worklist."""
    return agency is not None and has_role(user, agency.pk, HANDLERS)


@rules.predicate  # type: ignore[untyped-decorator]
def owns_view(user: Any, view: SavedView | None) -> bool:
    """Has saved the list, and still has a worklist at its agency."""
    return view is not None and view.owner_id == user.pk and keeps_worklist(user, view.agency)


@rules.predicate  # type: ignore[untyped-decorator]
def plans_leave(user: Any, leave: Leave | None) -> bool:
    """A case officer's own leave, or anyone's at the agency for those who lead the work there."""
    if leave is None:
        return False
    if has_role(user, leave.agency_id, LEADS_WORK):
        return True
    return leave.person_id == user.pk and has_role(user, leave.agency_id, (Role.CASE_OFFICER,))


rules.add_perm("reviews.keep_worklist", keeps_worklist)
rules.add_perm("reviews.remove_view", owns_view)
rules.add_perm("reviews.plan_leave", plans_leave)
rules.add_perm(
    "reviews.mark_case", is_received & (is_case_officer | is_decision_maker | is_registrar)
)


@rules.predicate  # type: ignore[untyped-decorator]
def enters_supervision(user: Any, agency: Agency | None) -> bool:
    """Enters what supervising authorities have decided, for the agency."""
    roles = (Role.CASE_OFFICER, Role.REGISTRAR)
    return agency is not None and has_role(user, agency.pk, roles)


rules.add_perm("reviews.enter_supervision", enters_supervision)
rules.add_perm("reviews.try_scenario", distributes)
rules.add_perm("reviews.adopt_scenario", prepares)
rules.add_perm("reviews.declare_conflict", is_received & (is_case_officer | is_decision_maker))
rules.add_perm("reviews.withdraw_conflict", is_received & is_administrator)
rules.add_perm("reviews.communicate", is_received & is_case_officer & has_declared_no_conflict)
rules.add_perm("reviews.answer_communication", is_received & writes_for_part)
rules.add_perm(
    "reviews.write_note", is_received & (is_case_officer | is_decision_maker | is_registrar)
)
rules.add_perm("reviews.admit", is_received & is_case_officer & has_declared_no_conflict)
rules.add_perm("reviews.record_finding", is_received & is_case_officer & has_declared_no_conflict)
rules.add_perm("reviews.check_costs", is_received & is_case_officer & has_declared_no_conflict)
rules.add_perm("reviews.assess", is_received & is_case_officer & has_declared_no_conflict)
rules.add_perm("reviews.ask_waiver", is_received & is_case_officer & has_declared_no_conflict)
rules.add_perm("reviews.decide_waiver", decides_waivers)
rules.add_perm("reviews.keep_texts", keeps_texts)
rules.add_perm("reviews.propose", is_received & is_case_officer & has_declared_no_conflict)
rules.add_perm("reviews.ask_opinions", is_received & is_case_officer)
rules.add_perm("reviews.give_opinion", is_at_the_countys_board)
