"""What a person may look at where the rooms meet.

Permissions here are asked without an object, but for that of a mail to send again; what of it
the person sees is for the selectors.
"""

from typing import Any

import rules

from applicants.enums import Role
from applicants.rules import has_role
from applicants.selectors import answers_requests, work_of
from core.enums import JournalKind
from core.models import OutboxMessage
from grants.models import Application
from grants.rules import is_received

LOOKS_AROUND = (Role.CASE_OFFICER, Role.ANALYST)
HANDLES_MAIL = (Role.REGISTRAR, Role.CASE_OFFICER, Role.ADMINISTRATOR)


@rules.predicate  # type: ignore[untyped-decorator]
def looks_around(user: Any) -> bool:
    """Is case officer or analyst at some agency."""
    return any(work.role in LOOKS_AROUND for work in work_of(user))


@rules.predicate  # type: ignore[untyped-decorator]
def makes_editions(user: Any) -> bool:
    """Is analyst at some agency."""
    return any(work.role == Role.ANALYST for work in work_of(user))


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
    if case is None:
        return False
    roles = HANDLES_MAIL if is_received(user, case) else (Role.ADMINISTRATOR,)
    return has_role(user, case.call.agency_id, roles)


@rules.predicate  # type: ignore[untyped-decorator]
def answers_those_who_ask(user: Any) -> bool:
    """Answers requests to represent organisations, at some agency."""
    return answers_requests(user)


rules.add_perm("portal.look_around", looks_around)
rules.add_perm("portal.make_editions", makes_editions)
rules.add_perm("portal.answer_requests", answers_those_who_ask)
rules.add_perm("portal.see_mail", sees_mail)
rules.add_perm("portal.resend_mail", handles_mail)
