"""What a decision rests on as it stands now: shown first, and frozen when it is made."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from grants.content.basis import (
    DecisionBasis,
    FindingOutcome,
    LineOutcome,
    OpinionOutcome,
    Share,
)
from grants.enums import Approval, ParticipationRole
from grants.models import Application, Participation
from reviews.checks.costs import spread
from reviews.checks.shares import ShareLine, parts_of
from reviews.models import Opinion, Proposal

from .costs import failing_organisations, lines_of
from .findings import findings_known, parts_judged, put_to
from .proposals import proposal_of


def basis_of(
    application: Application,
    amount_sek: int | None,
    *,
    proposal: Proposal | None = None,
    opinions: Iterable[Opinion] | None = None,
) -> DecisionBasis:
    """What a decision of the case would rest on now; `amount_sek` is what would be granted (whole
    SEK), None where nothing is. The proposal, and the opinions of the case, are read unless they
    are given; a decision that grants nothing has none of the proposal's terms."""
    terms = None if amount_sek is None else proposal or proposal_of(application)
    parts, findings = parts_judged(application), findings_known(application)
    lines = _distributed(lines_of(application, parts), amount_sek)
    areas = dict.fromkeys(line.area for line in lines if line.allotted_sek and line.area)
    given = application.opinions.all() if opinions is None else opinions
    return DecisionBasis(
        shares=_shares(lines, parts, failing_organisations(application, findings)),
        lines=lines,
        findings=_findings(application, parts, findings),
        opinions=tuple(
            OpinionOutcome(each.county_id, each.recommendation, each.reasons)
            for each in sorted(given, key=lambda each: each.county_id)
        ),
        conditions=() if terms is None else tuple(terms.conditions),
        purpose=tuple(areas),
        use_from=None if terms is None else terms.use_from,
        use_until=None if terms is None else terms.use_until,
        interim_due=None if terms is None else terms.interim_due,
        final_due=None if terms is None else terms.final_due,
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
    there = [part for part in parts if part.approval != Approval.DECLINED]
    there.sort(
        key=lambda part: (
            part.role != ParticipationRole.LEAD,
            part.organisation.sort_key,
            part.pk,
        )
    )
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


def _findings(
    application: Application, parts: Sequence[Participation], findings: Iterable[Any]
) -> tuple[FindingOutcome, ...]:
    rows = {
        (row.requirement.code, row.organisation_id): row for row in findings if not row.by_shut_out
    }
    outcomes = []
    for part, requirement in put_to(application, parts):
        row = rows.get((requirement.code, part.organisation_id))
        if row is None:
            continue
        plainly = requirement.is_satisfied_by(row.finding)
        outcomes.append(
            FindingOutcome(
                requirement=requirement.code,
                organisation=part.organisation_id,
                finding=row.finding,
                satisfied=plainly or row.waived,
                waived=row.waived and not plainly,
                reason=row.reason,
            )
        )
    return tuple(outcomes)
