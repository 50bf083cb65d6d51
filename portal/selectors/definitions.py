"""Call definitions, parsed once: the document of a record never changes."""

from collections.abc import Iterable

from core.models import Agency
from grants.definitions import CallDefinition
from grants.models import Call, CallDefinitionRecord


def definition_of(call: Call) -> CallDefinition:
    """What the call's applicants, officers and tables go by; parsed once in each process."""
    return call.definition_record.definition


def parse_definitions(calls: Iterable[Call]) -> None:
    """Parse those of the calls' definitions that are not yet; one query however many they are,
    and none once they are, where their documents were deferred."""
    unknown = {call.definition_record_id for call in calls if not call.definition_record.is_parsed}
    for record in CallDefinitionRecord.objects.filter(pk__in=unknown):
        record.definition  # noqa: B018 - it is kept


def call_of(agency: Agency, *, year: int, stream: str) -> Call | None:
    """The agency's call for that stream and year; the first by code where there are several."""
    return (
        Call.objects.filter(agency=agency, year=year, stream=stream)
        .select_related("agency", "definition_record")
        .defer("definition_record__document")
        .order_by("code")
        .first()
    )
