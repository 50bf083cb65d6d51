"""Calls with an application form, as the pages show them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import Agency
from core.services.journal import Actor
from grants.definitions import CallDefinition, built_in_definition
from grants.models import Call
from grants.services.calls import open_call, record_definition
from portal.services.demo import open_call_document

OPENS, CLOSES = date(2026, 11, 2), date(2027, 1, 15)
YES = {
    "kommuner": {
        "applicant": "municipality",
        "use": "develop",
        "extent": "known",
        "plan": "adopted",
        "earlier_grant": "no_grant",
    },
    "foreningar": {
        "applicant": "association",
        "established": "all",
        "field": "already",
        "use": "develop",
        "earlier_grant": "no_grant",
    },
}
"""Answers with which one may apply."""


def call_with_form(
    agency: Agency,
    name: str = "kommuner",
    *,
    opens: date = OPENS,
    closes: date = CLOSES,
    code: str = "",
    **changes: Any,
) -> Call:
    """A call of 2027 with the open call's document of that name."""
    found: CallDefinition = open_call_document(name, built_in_definition(f"{name}-2013"), 2027)
    found = found.model_copy(update=changes)
    call: Call = open_call(
        record=record_definition(definition=found),
        agency=agency,
        code=code or found.code,
        actor=Actor.system(),
        opens_on=opens,
        closes_on=closes,
    )
    return call


def open_today(agency: Agency, name: str = "kommuner", **options: Any) -> Call:
    """One that is open whatever day it is."""
    return call_with_form(agency, name, opens=date(2020, 1, 1), closes=date(2999, 1, 1), **options)


def address(call: Call) -> str:
    return reverse("call-detail", args=[call.agency.code, call.code])


def check_address(call: Call) -> str:
    return reverse("call-eligibility", args=[call.agency.code, call.code])


def freeze(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Let the server's clock stand at that Swedish local time, such as `2026-11-22 12:00`."""
    local = timezone.make_aware(datetime.fromisoformat(moment))
    monkeypatch.setattr("django.utils.timezone.now", lambda: local.astimezone(UTC))
