"""Municipalities, as pages list them."""

from core.models import Municipality


def municipalities_by_name() -> list[Municipality]:
    """All of the register, in Swedish order."""
    return list(Municipality.objects.order_by("sort_key", "code"))
