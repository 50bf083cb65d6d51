"""What a decision rests on as it stands now: shown first, and frozen when it is made."""

from collections.abc import Iterable
from dataclasses import replace

from grants.content.basis import (
    DecisionBasis,
    FindingOutcome,
    LineOutcome,
    OpinionOutcome,
    Share,
)
from grants.enums import Approval
from grants.models import Application, Participation
from grants.selectors import participants_of
from reviews.checks.costs import spread
from reviews.checks.findings import satisfied
from reviews.checks.shares import ShareLine, parts_of
from reviews.models import Proposal

from .costs import failing_organisations, lines_of
from .findings import demands_of, findings_of, found
from .proposals import proposal_of
from .waivers import waived


def basis_of(
    application: Application, amount_sek: int | None, *, proposal: Proposal | None = None
) -> DecisionBasis:
    """What a decision of the case would rest on now; `amount_sek` is what would be granted (whole
    SEK), None where nothing is. The proposal is read unless it is given."""
    proposal = proposal or proposal_of(application)
    parts = [part for part in participants_of(application) if part.approval != Approval.DECLINED]
    lines = _distributed(lines_of(application), amount_sek)
    grants = amount_sek is not None and proposal is not None
    areas = dict.fromkeys(line.area for line in lines if line.allotted_sek and line.area)
    return DecisionBasis(
        shares=_shares(lines, parts, failing_organisations(application)),
        lines=lines,
        findings=_findings(application),
        opinions=tuple(
            OpinionOutcome(each.county_id, each.recommendation, each.reasons)
            for each in application.opinions.order_by("county_id")
        ),
        conditions=tuple(proposal.conditions) if proposal is not None and grants else (),
        purpose=tuple(areas),
        use_from=proposal.use_from if proposal is not None and grants else None,
        use_until=proposal.use_until if proposal is not None and grants else None,
        interim_due=proposal.interim_due if proposal is not None and grants else None,
        final_due=proposal.final_due if proposal is not None and grants else None,
    )


def _distributed(lines: tuple[LineOutcome, ...], amount_sek: int | None) -> tuple[LineOutcome, ...]:
    """The lines with what each gets of the amount; together they are the amount.

    Where the cost check says the same sum, it is left as it is. An amount below that cuts every
    line in proportion; one that no cost check has approved is spread over what was asked for.
    """
    if amount_sek is None:
        return tuple(replace(line, allotted_sek=0) for line in lines)
    left = {line.number: line.allotted_sek for line in lines}
    if sum(left.values()) == amount_sek:
        return lines
    checked = sum(left.values()) > amount_sek
    most = left if checked else {line.number: line.asked_sek for line in lines}
    given = spread(amount_sek, most)
    return tuple(
        replace(
            line,
            approved_sek=max(line.approved_sek, given[line.number]),
            allotted_sek=given[line.number],
        )
        for line in lines
    )


def _shares(
    lines: Iterable[LineOutcome], parts: Iterable[Participation], failing: frozenset[int]
) -> tuple[Share, ...]:
    there = list(parts)
    divided = parts_of(
        [ShareLine(line.organisation, line.asked_sek, line.allotted_sek) for line in lines],
        [part.organisation_id for part in there],
        failing,
    )
    by_organisation = {part.organisation_id: part.organisation for part in there}
    return tuple(
        Share(
            organisation=part.organisation,
            name=by_organisation[part.organisation].name,
            org_no=by_organisation[part.organisation].org_no,
            asked_sek=part.asked_sek,
            granted_sek=part.approved_sek or 0,
        )
        for part in divided.parts
    )


def _findings(application: Application) -> tuple[FindingOutcome, ...]:
    values = found(application)
    rows = {(row.requirement_id, row.organisation_id): row for row in findings_of(application)}
    waivers = waived(application)
    outcomes = []
    for demand in demands_of(application):
        key = (demand.requirement, demand.organisation)
        row = rows.get(key)
        if row is None or key not in values:
            continue
        plainly = values[key] in demand.satisfied_by
        outcomes.append(
            FindingOutcome(
                requirement=row.requirement.code,
                organisation=row.organisation_id,
                finding=row.finding,
                satisfied=satisfied(demand, values, waivers),
                waived=key in waivers and not plainly,
                reason=row.reason,
            )
        )
    return tuple(outcomes)
