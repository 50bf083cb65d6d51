"""Call definitions, parsed once: the document of a record never changes."""

from core.models import Agency
from grants.definitions import CallDefinition
from grants.models import Call

_KEPT = 256
_parsed: dict[str, CallDefinition] = {}


def definition_of(call: Call) -> CallDefinition:
    """What the call's applicants, officers and tables go by; parsed once in each process."""
    record = call.definition_record
    found = _parsed.get(record.sha256)
    if found is None:
        if len(_parsed) >= _KEPT:
            _parsed.clear()
        found = _parsed[record.sha256] = record.definition
    return found


def call_of(agency: Agency, *, year: int, stream: str) -> Call | None:
    """The agency's call for that stream and year; the first by code where there are several."""
    return (
        Call.objects.filter(agency=agency, year=year, stream=stream)
        .select_related("agency", "definition_record")
        .order_by("code")
        .first()
    )
