"""Reading delegation rules."""

from django.db.models import F, QuerySet

from core.models import Agency
from grants.models import DelegationRule


def delegation_rules(agency: Agency) -> QuerySet[DelegationRule]:
    """The agency's rules: those that hold longest first."""
    return (
        DelegationRule.objects.filter(agency=agency)
        .select_related("user", "created_by")
        .order_by(F("valid_until").desc(nulls_first=True), "-valid_from", "-pk")
    )
