"""What a person may look at where the rooms meet.

Permissions here are asked without an object, but for that of a mail to send again; what of it
the person sees is for the selectors.
"""

from typing import Any

import rules

from applicants.enums import Role
from applicants.rules import has_role, work_of
from applicants.selectors import answers_requests
from core.enums import JournalKind
from core.models import OutboxMessage
from grants.models import Application
from grants.rules import is_received, is_shut_out
from grants.selectors.call_drafts import MAKERS
from grants.selectors.cases import READERS
from grants.selectors.deliveries import DELIVERERS
from grants.selectors.disclosure import HANDLES_REQUESTS
from reporting.rules import TRAINING_STAFF
from reviews.rules import HANDLERS

LOOKS_AROUND = READERS
TAKES_PART = (Role.CASE_OFFICER, Role.DECISION_MAKER)
READS_CASES = (Role.CASE_OFFICER, Role.DECISION_MAKER, Role.ANALYST, Role.REGISTRAR)
SEES_ROUNDS = (*HANDLERS, Role.ANALYST, Role.CONTROLLER)
"""Who at an agency sees how its rounds go."""
KEEPS_RATES = (Role.CONTROLLER, Role.ADMINISTRATOR)
KEEPS_TRAININGS = (Role.COUNTY_BOARD, *TRAINING_STAFF)
HANDLES_MAIL = (Role.REGISTRAR, Role.CASE_OFFICER, Role.ADMINISTRATOR)


@rules.predicate  # type: ignore[untyped-decorator]
def looks_around(user: Any) -> bool:
    """Works with the cases of some agency, or follows them."""
    return any(work.role in LOOKS_AROUND for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def takes_part_in_cases(user: Any) -> bool:
    """Assesses or decides at some agency."""
    return any(work.role in TAKES_PART for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def reads_cases(user: Any) -> bool:
    """Works with cases at some agency: assesses, decides, registers or analyses."""
    return any(work.role in READS_CASES for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def administers(user: Any) -> bool:
    """Is administrator at some agency."""
    return any(work.role == Role.ADMINISTRATOR for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def reads_letters(user: Any) -> bool:
    """Is case officer, decision maker or registrar at some agency."""
    return any(work.role in DELIVERERS for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def keeps_register(user: Any) -> bool:
    """Is registrar at some agency."""
    return any(work.role == Role.REGISTRAR for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def discloses(user: Any) -> bool:
    """Handles requests for documents at some agency: reviews them, or decides."""
    return any(work.role in HANDLES_REQUESTS for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def makes_editions(user: Any) -> bool:
    """Is analyst at some agency."""
    return any(work.role == Role.ANALYST for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def gives_opinions(user: Any) -> bool:
    """Answers for some county board when it is asked for its opinion."""
    return any(work.role == Role.COUNTY_BOARD for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def makes_calls(user: Any) -> bool:
    """Sees the calls that some agency is making: writes, or publishes."""
    return any(work.role in MAKERS for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def decides(user: Any) -> bool:
    """Is decision maker at some agency."""
    return any(work.role == Role.DECISION_MAKER for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def handles_money(user: Any) -> bool:
    """Is controller at some agency."""
    return any(work.role == Role.CONTROLLER for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def keeps_rates(user: Any) -> bool:
    """Is controller or administrator at some agency."""
    return any(work.role in KEEPS_RATES for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def keeps_trainings(user: Any) -> bool:
    """Enters trainings that county boards have held: works at a county board, or follows up at
    some agency."""
    return any(work.role in KEEPS_TRAININGS for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def sees_mail(user: Any) -> bool:
    """Is registrar, case officer or administrator at some agency."""
    return any(work.role in HANDLES_MAIL for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def handles_mail(user: Any, message: OutboxMessage | None) -> bool:
    """May send the mail again: of a case, those who handle mail at its agency; of a draft, only
    its administrators; of an account or an organisation, the administrators of any agency."""
    if message is None:
        return False
    if message.journal_kind != JournalKind.CASE:
        return any(work.role == Role.ADMINISTRATOR for work in work_of(user))
    application = Application.objects.select_related("call").filter(pk=message.journal_subject)
    case = application.first()
    if case is None or is_shut_out(user, case):
        return False
    roles = HANDLES_MAIL if is_received(user, case) else (Role.ADMINISTRATOR,)
    return has_role(user, case.call.agency_id, roles)


@rules.predicate  # type: ignore[untyped-decorator]
def answers_those_who_ask(user: Any) -> bool:
    """Answers requests to represent organisations, at some agency."""
    return answers_requests(user)


@rules.predicate  # type: ignore[untyped-decorator]
def has_worklist(user: Any) -> bool:
    """Works through the cases of some agency."""
    return any(work.role in HANDLERS for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def sees_rounds(user: Any) -> bool:
    """Sees how the rounds of some agency go."""
    return any(work.role in SEES_ROUNDS for work in work_of(user))


rules.add_perm("portal.see_worklist", has_worklist)
rules.add_perm("portal.see_rounds", sees_rounds)
rules.add_perm("portal.look_around", looks_around)
rules.add_perm("portal.take_part", takes_part_in_cases)
rules.add_perm("portal.read_cases", reads_cases)
rules.add_perm("portal.administer", administers)
rules.add_perm("portal.read_letters", reads_letters)
rules.add_perm("portal.decide", decides)
rules.add_perm("portal.make_calls", makes_calls)
rules.add_perm("portal.make_editions", makes_editions)
rules.add_perm("portal.keep_register", keeps_register)
rules.add_perm("portal.disclose", discloses)
rules.add_perm("portal.answer_requests", answers_those_who_ask)
rules.add_perm("portal.see_mail", sees_mail)
rules.add_perm("portal.give_opinions", gives_opinions)
rules.add_perm("portal.handle_money", handles_money)
rules.add_perm("portal.keep_rates", keeps_rates)
rules.add_perm("portal.keep_trainings", keeps_trainings)
rules.add_perm("portal.resend_mail", handles_mail)
