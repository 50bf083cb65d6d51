"""What the system can tell of a requirement: a proposal for the officer to confirm or override."""

from dataclasses import dataclass

from grants.enums import Practice
from reviews.content.findings import ANSWER, EVIDENCE, REPORT, ProposedFinding
from reviews.enums import FindingValue

_FOUND = {Practice.YES: FindingValue.MET, Practice.BEGUN: FindingValue.BEGUN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of one requirement for one organisation.

    `state` is the applicant's answer ("" for none), `evidence` how many files and links are
    given. `report` is the code of a report of last year's grant that says that the work has begun;
    it tells something only of a requirement on those granted last year.
    """

    state: str = ""
    evidence: int = 0
    report: str = ""
    on_last_year: bool = False


def proposed(told: Told) -> ProposedFinding | None:
    """What to propose; None where the system cannot tell, or the sources speak against each
    other. An answer without evidence proves nothing, except that it is not met."""
    begun = told.on_last_year and bool(told.report)
    if told.state == Practice.NO:
        return None if begun else ProposedFinding(FindingValue.NOT_MET, ANSWER)
    if begun:
        return ProposedFinding(FindingValue.BEGUN, f"{REPORT}:{told.report}")
    if told.evidence and told.state in _FOUND:
        return ProposedFinding(_FOUND[Practice(told.state)], EVIDENCE)
    return None
