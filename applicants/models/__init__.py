"""People, the organisations they act for, and the agencies they work at."""

from .organisations import Mandate, Organisation, OrganisationEntry
from .people import StaffRole, User
from .representation import Evidence, Invitation, RepresentationRequest

__all__ = [
    "Evidence",
    "Invitation",
    "Mandate",
    "Organisation",
    "OrganisationEntry",
    "RepresentationRequest",
    "StaffRole",
    "User",
]
