"""Who may do what with calls and applications.

Every permission is asked with its object, and denied without one.
"""

from collections.abc import Callable
from typing import Any

import rules
from django.utils import timezone

from applicants.enums import Role
from applicants.rules import (
    SIGNATORIES,
    WRITERS,
    has_mandate,
    has_role,
    is_person,
    is_writer,
    mandates_on,
)
from grants.enums import Status
from grants.models import Application, Participation

Predicate = Any


def staff_of_call(*roles: Role) -> Predicate:
    """A predicate: works as any of these at the agency whose call the application is in."""

    def works_there(user: Any, application: Application | None) -> bool:
        return application is not None and has_role(user, application.call.agency_id, roles)

    return rules.predicate(works_there, name="is_" + "_or_".join(roles))


def _lead_may(roles: Any) -> Callable[[Any, Application | None], bool]:
    def acts(user: Any, application: Application | None) -> bool:
        return application is not None and has_mandate(user, application.lead_id, roles)

    return acts


is_lead_signatory = rules.predicate(_lead_may(SIGNATORIES), name="is_lead_signatory")
is_lead_writer = rules.predicate(_lead_may(WRITERS), name="is_lead_writer")
is_case_officer = staff_of_call(Role.CASE_OFFICER)
is_decision_maker = staff_of_call(Role.DECISION_MAKER)
is_controller = staff_of_call(Role.CONTROLLER)
is_registrar = staff_of_call(Role.REGISTRAR)
is_reader = staff_of_call(Role.CASE_OFFICER, Role.ANALYST)


@rules.predicate  # type: ignore[untyped-decorator]
def is_received(user: Any, application: Application | None) -> bool:
    """The application is a case: staff never read a draft."""
    return application is not None and application.status not in {Status.DRAFT, Status.DISCARDED}


@rules.predicate  # type: ignore[untyped-decorator]
def is_partner_signatory(user: Any, participation: Participation | None) -> bool:
    """May sign for the participating organisation."""
    return participation is not None and has_mandate(
        user, participation.organisation_id, SIGNATORIES
    )


@rules.predicate  # type: ignore[untyped-decorator]
def is_partner_writer(user: Any, participation: Participation | None) -> bool:
    """May write for the participating organisation."""
    return participation is not None and has_mandate(user, participation.organisation_id, WRITERS)


@rules.predicate  # type: ignore[untyped-decorator]
def takes_part(user: Any, application: Application | None) -> bool:
    """Acts for an organisation that takes part in the application."""
    if application is None or not is_person(user):
        return False
    held = user.mandates.filter(mandates_on(timezone.localdate()))
    return application.participations.filter(organisation__in=held.values("organisation")).exists()


@rules.predicate  # type: ignore[untyped-decorator]
def writes_for_part(user: Any, application: Application | None) -> bool:
    """Writes for an organisation that takes part in the application."""
    if application is None or not is_person(user):
        return False
    held = user.mandates.filter(
        mandates_on(timezone.localdate()), role__in=[str(role) for role in WRITERS]
    )
    return application.participations.filter(organisation__in=held.values("organisation")).exists()


rules.add_perm("grants.view_application", takes_part | (is_received & is_reader))
rules.add_perm("grants.create_application", is_writer)
rules.add_perm("grants.write_application", is_lead_writer)
rules.add_perm("grants.write_part", is_partner_writer)
rules.add_perm("grants.answer_participation", is_partner_signatory)
rules.add_perm("grants.submit_application", is_lead_signatory)
rules.add_perm("grants.discard_application", is_lead_writer)
rules.add_perm("grants.take_back_application", is_lead_signatory)
rules.add_perm("grants.complete_application", is_lead_writer)
rules.add_perm("grants.withdraw_application", is_lead_signatory)
rules.add_perm("grants.assign_officer", is_case_officer | is_decision_maker | is_registrar)
rules.add_perm("grants.request_completion", is_case_officer)
rules.add_perm("grants.lapse_completion", is_case_officer)
rules.add_perm("grants.assess_application", is_case_officer)
rules.add_perm("grants.reopen_application", is_case_officer | is_decision_maker)
rules.add_perm("grants.decide_application", is_decision_maker)
rules.add_perm("grants.reconsider_application", is_decision_maker)
rules.add_perm("grants.revoke_application", is_decision_maker)
rules.add_perm("grants.accept_report", is_case_officer)
rules.add_perm("grants.close_application", is_case_officer)
rules.add_perm("grants.book_money", is_controller)
rules.add_perm("grants.message_agency", is_received & writes_for_part)
rules.add_perm("grants.message_applicant", is_received & is_case_officer)
