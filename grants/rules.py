"""Who may do what with calls and applications.

Every permission is asked with its object, and denied without one.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import rules
from django.utils import timezone

from applicants.enums import Role
from applicants.models import Organisation, User
from applicants.rules import (
    SIGNATORIES,
    WRITERS,
    administers_agency,
    has_mandate,
    has_role,
    is_person,
    is_remembered,
    is_writer,
    mandates_on,
    only_reads,
    roles_at,
)
from applicants.selectors import organisation_ids_read_by
from core.models import Agency
from core.selectors.prepared import Prepared
from grants.checks.delegation import Delegated, rules_of
from grants.enums import Status
from grants.models import (
    Application,
    Call,
    CallDraft,
    DelegationRule,
    DisclosureRequest,
    Participation,
    PaymentOrder,
    ShutOut,
)

Predicate = Any

REGISTERS_CHANGES = (Role.REGISTRAR, Role.CASE_OFFICER)
"""Who registers what a grantee asks for on paper."""

_SHUT_OUT = "_remembered_shut_out"


_shut_out = Prepared(
    lambda user: ShutOut.objects.filter(user=user).values_list("application_id", flat=True)
)


def shut_out_ids(user: Any) -> frozenset[int]:
    """The cases that the person sees nothing of for a conflict of interest (jäv); asked of the
    database once for an object whose work is remembered: for a request, which has its own."""
    if not is_person(user):
        return frozenset()
    found: frozenset[int] | None = getattr(user, _SHUT_OUT, None)
    if found is None:
        found = frozenset(_shut_out(user.pk))
        if is_remembered(user):
            setattr(user, _SHUT_OUT, found)
    return found


def forget_shut_out(user: Any) -> None:
    """Let the next question be asked of the database: a write goes by what holds now, under its
    lock, and not by what the page was begun with."""
    if getattr(user, _SHUT_OUT, None) is not None:
        setattr(user, _SHUT_OUT, None)


def is_shut_out(user: Any, application: Application | None) -> bool:
    """Whether the person has a conflict of interest in the case."""
    return application is not None and application.pk in shut_out_ids(user)


_DELEGATED = "_remembered_delegation"

_delegated = Prepared(lambda agency: DelegationRule.objects.filter(agency=agency))


def delegation_held(agency_id: int, user: User, day: date) -> tuple[Delegated, ...] | None:
    """The rules under which the person decides at the agency on a Swedish date; None where the
    agency has begun no delegation, so that every decision maker decides everything."""
    rows = [
        Delegated(
            pk=rule.pk,
            user=rule.user_id,
            role=rule.role,
            outcomes=frozenset(rule.outcomes),
            max_sek=rule.max_sek,
            valid_from=rule.valid_from,
            valid_until=rule.valid_until,
        )
        for rule in _rules_of(agency_id, user)
    ]
    if not rows:
        return None
    return rules_of(rows, user=user.pk, roles=roles_at(user, agency_id), day=day)


def _rules_of(agency_id: int, user: User) -> list[DelegationRule]:
    """The agency's rules; asked once where the request only shows something."""
    if not only_reads(user):
        return _delegated(agency_id)
    known: dict[int, list[DelegationRule]] = vars(user).setdefault(_DELEGATED, {})
    if agency_id not in known:
        known[agency_id] = _delegated(agency_id)
    return known[agency_id]


@rules.predicate  # type: ignore[untyped-decorator]
def has_delegation(user: Any, application: Application | None) -> bool:
    """Has something delegated today at the agency of the case; where nothing is delegated, every
    decision maker decides. Up to which amount, and with what outcome, the services ask."""
    if application is None or not is_person(user):
        return False
    held = delegation_held(application.call.agency_id, user, timezone.localdate())
    return held is None or bool(held)


def staff_of_call(*roles: Role) -> Predicate:
    """A predicate: works as any of these at the agency whose call the application is in, and has
    no conflict of interest in the case."""

    def works_there(user: Any, application: Application | None) -> bool:
        return (
            application is not None
            and has_role(user, application.call.agency_id, roles)
            and not is_shut_out(user, application)
        )

    return rules.predicate(works_there, name="is_" + "_or_".join(roles))


def staff_behind_call(*roles: Role) -> Predicate:
    """A predicate on a call: works as any of these at its agency."""

    def works_there(user: Any, call: Call | None) -> bool:
        return call is not None and has_role(user, call.agency_id, roles)

    return rules.predicate(works_there, name="is_behind_call_as_" + "_or_".join(roles))


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
is_administrator = staff_of_call(Role.ADMINISTRATOR)
is_reader = staff_of_call(
    Role.CASE_OFFICER, Role.DECISION_MAKER, Role.REGISTRAR, Role.CONTROLLER, Role.ANALYST
)


@rules.predicate  # type: ignore[untyped-decorator]
def is_received(user: Any, application: Application | None) -> bool:
    """The application is a case: staff never read a draft."""
    return application is not None and application.status not in {Status.DRAFT, Status.DISCARDED}


@rules.predicate  # type: ignore[untyped-decorator]
def is_merged(_user: Any, organisation: Organisation | None) -> bool:
    """The organisation has been absorbed by another, and does nothing new itself."""
    return organisation is None or organisation.merged_into_id is not None


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
    """Acts for an organisation that takes part in the application, or that has absorbed one."""
    if application is None or not is_person(user):
        return False
    read = organisation_ids_read_by(user)
    return application.participations.filter(organisation__in=read).exists()


@rules.predicate  # type: ignore[untyped-decorator]
def writes_for_part(user: Any, application: Application | None) -> bool:
    """Writes for an organisation that takes part in the application."""
    if application is None or not is_person(user):
        return False
    held = user.mandates.filter(
        mandates_on(timezone.localdate()), role__in=[str(role) for role in WRITERS]
    )
    return application.participations.filter(organisation__in=held.values("organisation")).exists()


@rules.predicate  # type: ignore[untyped-decorator]
def writes_for_part_now(user: Any, application: Application | None) -> bool:
    """The same, for an organisation that has not left the grant: one that has reads what is in
    the case, and writes no more in it."""
    if application is None or not is_person(user):
        return False
    held = user.mandates.filter(
        mandates_on(timezone.localdate()), role__in=[str(role) for role in WRITERS]
    )
    there = application.participations.filter(left_on__isnull=True)
    return there.filter(organisation__in=held.values("organisation")).exists()


@rules.predicate  # type: ignore[untyped-decorator]
def signs_for_part(user: Any, application: Application | None) -> bool:
    """Signs for an organisation that takes part in the application."""
    if application is None or not is_person(user):
        return False
    held = user.mandates.filter(
        mandates_on(timezone.localdate()), role__in=[str(role) for role in SIGNATORIES]
    )
    return application.participations.filter(organisation__in=held.values("organisation")).exists()


rules.add_perm("grants.view_application", takes_part | (is_received & is_reader))
rules.add_perm("grants.create_application", is_writer & ~is_merged)
rules.add_perm("grants.write_application", is_lead_writer)
rules.add_perm("grants.write_part", is_partner_writer)
rules.add_perm("grants.answer_participation", is_partner_signatory)
rules.add_perm("grants.submit_application", is_lead_signatory)
rules.add_perm("grants.discard_application", is_lead_writer)
rules.add_perm("grants.take_back_application", is_lead_signatory)
rules.add_perm("grants.complete_application", is_lead_writer)
rules.add_perm("grants.withdraw_application", is_lead_signatory)
rules.add_perm("grants.ask_for_decision", is_received & is_lead_signatory)
rules.add_perm("grants.refuse_delay_request", is_received & (is_case_officer | is_decision_maker))
rules.add_perm("grants.assign_officer", is_case_officer | is_decision_maker | is_registrar)
rules.add_perm("grants.request_completion", is_case_officer)
rules.add_perm("grants.lapse_completion", is_case_officer)
rules.add_perm("grants.assess_application", is_case_officer)
rules.add_perm("grants.reopen_application", is_case_officer | is_decision_maker)
rules.add_perm("grants.decide_application", is_decision_maker & has_delegation)
rules.add_perm("grants.reconsider_application", is_decision_maker & has_delegation)
rules.add_perm("grants.revoke_application", is_decision_maker & has_delegation)
rules.add_perm("grants.correct_decision", is_received & is_decision_maker)
rules.add_perm("grants.register_appeal", is_received & (is_registrar | is_case_officer))
rules.add_perm("grants.appeal_decision", is_received & signs_for_part)
rules.add_perm("grants.try_appeal", is_received & is_decision_maker & has_delegation)
rules.add_perm(
    "grants.admit_appeal",
    is_received & (is_registrar | is_case_officer | (is_decision_maker & has_delegation)),
)
rules.add_perm("grants.delegate", administers_agency)
rules.add_perm("grants.accept_report", is_case_officer)
rules.add_perm("grants.close_application", is_case_officer)
rules.add_perm("grants.book_money", is_controller)
rules.add_perm("grants.stop_payments", staff_of_call(Role.CONTROLLER, Role.DECISION_MAKER))
rules.add_perm("grants.request_payment", is_received & is_lead_signatory)
rules.add_perm("grants.decide_money", is_decision_maker)
rules.add_perm("grants.ask_for_change", is_received & is_lead_signatory)
rules.add_perm("grants.register_change", is_received & staff_of_call(*REGISTERS_CHANGES))
rules.add_perm("grants.prepare_change", is_received & is_case_officer)
rules.add_perm("grants.decide_change", is_received & is_decision_maker & has_delegation)
rules.add_perm("grants.message_agency", is_received & writes_for_part_now)
rules.add_perm("grants.message_applicant", is_received & is_case_officer)
rules.add_perm("grants.register_on_paper", is_registrar)
rules.add_perm("grants.register_documents", is_received & is_registrar)
rules.add_perm("grants.mark_secrecy", is_received & (is_case_officer | is_registrar))
rules.add_perm(
    "grants.deliver_decision", is_received & (is_case_officer | is_registrar | is_decision_maker)
)
rules.add_perm(
    "grants.archive_letters",
    staff_behind_call(Role.CASE_OFFICER, Role.REGISTRAR, Role.DECISION_MAKER),
)
rules.add_perm("grants.publish_round", staff_behind_call(Role.DECISION_MAKER))


def staff_of_agency(*roles: Role) -> Predicate:
    """A predicate: works as any of these at the agency, at the one that was asked for documents,
    or at the one whose payment order, or call being made, it is."""

    def works_there(
        user: Any, thing: Agency | CallDraft | DisclosureRequest | PaymentOrder | None
    ) -> bool:
        if thing is None:
            return False
        agency = thing.pk if isinstance(thing, Agency) else thing.agency_id
        return has_role(user, agency, roles)

    return rules.predicate(works_there, name="is_agencys_" + "_or_".join(roles))


sees_documents = staff_of_call(Role.REGISTRAR, Role.CASE_OFFICER, Role.DECISION_MAKER, Role.ANALYST)
reviews_disclosure = staff_of_agency(Role.REGISTRAR, Role.CASE_OFFICER)

rules.add_perm("grants.handle_payments", staff_of_agency(Role.CONTROLLER))
rules.add_perm("grants.keep_rates", staff_of_agency(Role.CONTROLLER, Role.ADMINISTRATOR))
rules.add_perm("grants.see_documents", is_received & sees_documents)
rules.add_perm("grants.register_disclosure", reviews_disclosure)
rules.add_perm("grants.review_disclosure", reviews_disclosure)
rules.add_perm("grants.decide_disclosure", staff_of_agency(Role.DECISION_MAKER))


@rules.predicate  # type: ignore[untyped-decorator]
def wrote_it_last(user: Any, draft: CallDraft | None) -> bool:
    """Is the one who changed the call being made last."""
    return draft is not None and is_person(user) and draft.changed_by_id == user.pk


rules.add_perm("grants.make_calls", staff_of_agency(Role.CASE_OFFICER, Role.ADMINISTRATOR))
rules.add_perm(
    "grants.publish_call",
    staff_of_agency(Role.DECISION_MAKER, Role.ADMINISTRATOR) & ~wrote_it_last,
)
