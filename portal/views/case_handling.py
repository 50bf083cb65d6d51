"""What the page of a case shows a case officer beside the case file: what was sent in, messages,
completions, and whose the case is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce

from applicants.enums import Role
from applicants.models import User
from grants.definitions import CallDefinition
from grants.enums import Status
from grants.models import Application, ApplicationVersion
from grants.selectors.messages import unread_messages
from grants.selectors.sent_in import content_of_version
from grants.services.handling import ASSIGNABLE
from portal.views.case_papers import file_addresses
from portal.views.case_roles import works_as
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
    `case_file`."""
    if application.imported:
        return None
    unread = unread_messages(application, person, from_agency=False).order_by()
    counted = unread.values("application").annotate(number=Count("pk")).values("number")
    versions = list(
        application.versions.order_by("number").annotate(unread=Coalesce(Subquery(counted), 0))
    )
    latest = versions[-1] if versions else None
    laid = None
    if latest is not None:
        latest.application = application
        content = content_of_version(latest, definition, language())
        laid = laid_out(
            content, file_addresses(application, own=False) if content.attachments else {}
        )
    works_here = works_as(person, application, Role.CASE_OFFICER)
    return Handling(
        version=latest,
        version_count=len(versions),
        laid=laid,
        unread=latest.unread if latest is not None else unread.count(),
        requests=[
            request_line(each)
            for each in application.completion_requests.order_by("-asked_at", "-pk")
        ],
        may_assign=works_here and application.status in ASSIGNABLE,
        mine=application.assigned_to_id == person.pk,
        may_ask=application.status == Status.SUBMITTED and works_here,
    )
