"""Every read of the reviews room."""

from .admission import admission_of, proposed_dismissal
from .assessment import assessments_missing, assessments_of
from .communication import heard_material, unheard_material
from .conflicts import conflict_in, declaration_of, with_conflict_left
from .costs import cost_check, failing_organisations, lines_of
from .facts import assessment_facts, assessors_of, prepared
from .findings import (
    demands_of,
    findings_of,
    found,
)
from .opinions import counties_asked, opinions_awaited
from .proposals import proposal_of, proposal_stands
from .waivers import waived, waivers_of

__all__ = [
    "admission_of",
    "assessment_facts",
    "assessments_missing",
    "assessments_of",
    "assessors_of",
    "conflict_in",
    "cost_check",
    "counties_asked",
    "declaration_of",
    "demands_of",
    "failing_organisations",
    "findings_of",
    "found",
    "heard_material",
    "lines_of",
    "opinions_awaited",
    "prepared",
    "proposal_of",
    "proposal_stands",
    "proposed_dismissal",
    "unheard_material",
    "waived",
    "waivers_of",
    "with_conflict_left",
]
