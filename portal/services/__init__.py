"""Writing a whole programme year."""

from .years import Changes, Moved, last_event, store_year

__all__ = ["Changes", "Moved", "last_event", "store_year"]
