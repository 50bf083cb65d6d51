"""Reading proposals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from grants.content.draft import SavedValue
from grants.models import Application, Call
from reviews.checks.costs import outcome_for
from reviews.content.proposals import DATES, PROPOSAL, proposal_path
from reviews.models import Proposal

from .costs import CostCheck, cost_check
from .writing import work_values


def proposal_of(application: Application) -> Proposal | None:
    """What is proposed to the decision maker."""
    return Proposal.objects.filter(application=application).select_related("prepared_by").first()


def proposal_stands(
    application: Application, proposal: Proposal, check: CostCheck | None = None
) -> bool:
    """Whether the budget lines still say what the proposal says; one that grants nothing does not
    rest on them."""
    if not proposal.grants:
        return True
    check = check or cost_check(application)
    left = check.total.left_sek
    return (
        not check.refusal
        and left == proposal.amount_sek
        and outcome_for(left, application.requested_sek or 0) == proposal.outcome
    )


@dataclass(frozen=True, slots=True)
class ProposalDates:
    """The period in which the money may be used, and when reports are due. Swedish local dates,
    inclusive; None where there is none."""

    use_from: date | None = None
    use_until: date | None = None
    interim_due: date | None = None
    final_due: date | None = None


def usual_dates(call: Call) -> ProposalDates:
    """What the call says of the dates of its grants."""
    definition = call.definition
    dates = definition.dates
    return ProposalDates(
        use_from=dates.decision_expected,
        use_until=call.spend_by,
        interim_due=dates.report_due if call.asks_interim else None,
        final_due=dates.final_report_due if definition.reports.final else None,
    )


def proposal_values(application: Application) -> dict[str, SavedValue]:
    """What is written of the proposal, by path: dates not written yet are the call's."""
    return with_usual_dates(application.call, work_values(application, PROPOSAL))


def with_usual_dates(call: Call, written: Mapping[str, SavedValue]) -> dict[str, SavedValue]:
    """The values, with the call's dates where none have been written."""
    usual = usual_dates(call)
    values = dict(written)
    for name in DATES:
        path, day = proposal_path(name), getattr(usual, name)
        if path not in written and day is not None:
            values[path] = SavedValue(path, day.isoformat())
    return values
