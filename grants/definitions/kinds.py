"""Kinds of organisation, as definition documents name them."""

from typing import Literal

OrganisationKind = Literal[
    "municipality",
    "city_district",
    "municipal_association",
    "region",
    "association",
    "foundation",
    "faith_community",
]
