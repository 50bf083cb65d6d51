"""People, the organisations they act for, and the agencies they work at."""

from .organisations import Mandate, Organisation, OrganisationEntry
from .people import StaffRole, User

__all__ = ["Mandate", "Organisation", "OrganisationEntry", "StaffRole", "User"]
