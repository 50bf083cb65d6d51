"""Reading calls, cases and money."""

from applicants.selectors import agencies_of
from grants.selectors.calls import calls_visible_to, frame_left
from grants.selectors.cases import (
    applications_listed,
    applications_received,
    applications_visible_to,
    case_file,
    completions_past_due,
    history_of,
    latest_version,
    own_applications,
    participants_of,
    register_entries,
    standing_decision,
    visible_application,
)
from grants.selectors.money import (
    entries_that_hold,
    fund_years,
    fund_years_for,
    fund_years_in,
    ledger_balance,
)
from grants.selectors.organisations import organisations_visible_to, partnered_organisations
from grants.selectors.shut_out import shut_out_people, without_shut_out

__all__ = [
    "agencies_of",
    "applications_listed",
    "applications_received",
    "applications_visible_to",
    "calls_visible_to",
    "case_file",
    "completions_past_due",
    "entries_that_hold",
    "frame_left",
    "fund_years",
    "fund_years_for",
    "fund_years_in",
    "history_of",
    "latest_version",
    "ledger_balance",
    "organisations_visible_to",
    "own_applications",
    "participants_of",
    "partnered_organisations",
    "register_entries",
    "shut_out_people",
    "standing_decision",
    "visible_application",
    "without_shut_out",
]
