"""Bringing in a programme year from its files."""

from .year import AgencyUnclear, Outcome, bring_in_year

__all__ = ["AgencyUnclear", "Outcome", "bring_in_year"]
