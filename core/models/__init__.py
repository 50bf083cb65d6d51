"""What all other apps stand on."""

from core.models.agencies import Agency, validate_register_pattern
from core.models.fields import SortKeyField
from core.models.files import StoredFile
from core.models.geography import County, Municipality
from core.models.incidents import Heartbeat, Incident
from core.models.journal import Event, EventText, Journal
from core.models.numbering import NumberSeries
from core.models.outbox import OutboxMessage

__all__ = [
    "Agency",
    "County",
    "Event",
    "EventText",
    "Heartbeat",
    "Incident",
    "Journal",
    "Municipality",
    "NumberSeries",
    "OutboxMessage",
    "SortKeyField",
    "StoredFile",
    "validate_register_pattern",
]
