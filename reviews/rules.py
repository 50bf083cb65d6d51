"""Who may take part in reviewing a case: no declaration, no access to assess."""

from typing import Any

import rules

from applicants.enums import Role
from applicants.rules import has_role, is_person
from grants.models import Application
from grants.rules import is_case_officer, is_decision_maker, is_received
from reviews.models import ConflictDeclaration, Opinion


@rules.predicate  # type: ignore[untyped-decorator]
def has_declared_no_conflict(user: Any, application: Application | None) -> bool:
    """Has declared that there is no conflict of interest in this case."""
    if application is None or not is_person(user):
        return False
    return ConflictDeclaration.objects.filter(
        user=user, application=application, has_conflict=False
    ).exists()


@rules.predicate  # type: ignore[untyped-decorator]
def is_at_the_countys_board(user: Any, opinion: Opinion | None) -> bool:
    """Works for the county's board, which is not the agency that decides the case."""
    if opinion is None or not is_person(user):
        return False
    boards = opinion.county.boards.exclude(pk=opinion.application.call.agency_id)
    return any(has_role(user, board.pk, (Role.COUNTY_BOARD,)) for board in boards)


rules.add_perm("reviews.declare_conflict", is_received & (is_case_officer | is_decision_maker))
rules.add_perm("reviews.record_finding", is_received & is_case_officer & has_declared_no_conflict)
rules.add_perm("reviews.propose", is_received & is_case_officer & has_declared_no_conflict)
rules.add_perm("reviews.ask_opinions", is_received & is_case_officer)
rules.add_perm("reviews.give_opinion", is_at_the_countys_board)
