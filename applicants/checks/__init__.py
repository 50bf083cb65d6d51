"""Numbers, names and mandates, in pure rules."""

from .contact import ContactDetails, contact_details
from .mandates import (
    INVITATION_HOLDS,
    LONGEST_MANDATE_YEARS,
    RepresentationRefused,
    check_last_day,
    check_roles,
    latest_last_day,
)
from .names import likeness, similar_names
from .numbers import (
    GiroFault,
    NumberFault,
    OrganisationNumberFault,
    PostalCodeFault,
    normalise_giro,
    normalise_org_no,
    normalise_postal_code,
)

__all__ = [
    "INVITATION_HOLDS",
    "LONGEST_MANDATE_YEARS",
    "ContactDetails",
    "GiroFault",
    "NumberFault",
    "OrganisationNumberFault",
    "PostalCodeFault",
    "RepresentationRefused",
    "check_last_day",
    "check_roles",
    "contact_details",
    "latest_last_day",
    "likeness",
    "normalise_giro",
    "normalise_org_no",
    "normalise_postal_code",
    "similar_names",
]
