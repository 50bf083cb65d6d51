"""What the page of a case shows a case officer beside the case file: what was sent in, messages,
completions, and whose the case is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rules

from applicants.enums import Role
from applicants.models import User
from applicants.selectors import work_of
from grants.definitions import CallDefinition
from grants.enums import Status
from grants.models import Application, ApplicationVersion
from grants.selectors.messages import unread_messages
from grants.selectors.sent_in import content_of_version
from grants.services.handling import ASSIGNABLE
from portal.views.case_papers import file_addresses
from portal.views.completion_items import request_line
from portal.views.labels import language
from portal.views.sent_in import Laid, laid_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """The handling of a case as its page shows it. `laid` is the latest version; None for a
    case from an older register."""

    version: ApplicationVersion | None
    version_count: int
    laid: Laid | None
    unread: int
    requests: Sequence[dict[str, Any]]
    may_assign: bool
    mine: bool
    may_ask: bool


def handling_of(
    application: Application, definition: CallDefinition, person: User
) -> Handling | None:
    """What is shown of the handling; None of a case from an older register. The case comes with
    `with_case_file`."""
    if application.imported:
        return None
    versions = sorted(application.versions.all(), key=lambda each: each.number)
    latest = versions[-1] if versions else None
    laid = None
    if latest is not None:
        latest.application = application
        content = content_of_version(latest, definition, language())
        laid = laid_out(
            content, file_addresses(application, own=False) if content.attachments else {}
        )
    works_here = any(
        work.role == Role.CASE_OFFICER and work.agency_id == application.call.agency_id
        for work in work_of(person)
    )
    return Handling(
        version=latest,
        version_count=len(versions),
        laid=laid,
        unread=unread_messages(application, person, from_agency=False).count(),
        requests=[
            request_line(each)
            for each in application.completion_requests.order_by("-asked_at", "-pk")
        ],
        may_assign=works_here and application.status in ASSIGNABLE,
        mine=application.assigned_to_id == person.pk,
        may_ask=application.status == Status.SUBMITTED
        and rules.has_perm("grants.request_completion", person, application),
    )
