"""What all other apps stand on."""

from core.models.agencies import Agency, validate_register_pattern
from core.models.fields import SortKeyField
from core.models.geography import County, Municipality
from core.models.journal import Event, EventText, Journal
from core.models.numbering import NumberSeries
from core.models.outbox import OutboxMessage

__all__ = [
    "Agency",
    "County",
    "Event",
    "EventText",
    "Journal",
    "Municipality",
    "NumberSeries",
    "OutboxMessage",
    "SortKeyField",
    "validate_register_pattern",
]
