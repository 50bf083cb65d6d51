"""All that the pages need on which a case's requirements are judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from applicants.models import Organisation
from grants.content.draft import SavedValue
from grants.content.paths import requirement_path
from grants.definitions import AppliesTo, CallDefinition
from grants.definitions.call import Requirement
from grants.enums import ParticipationRole
from grants.models import Application, Attachment, Participation
from grants.selectors.cases import participations_in
from grants.selectors.draft import attachments_of
from grants.selectors.sent_in import document_of_version, organisation_ids
from portal.selectors.known import reported_as_begun
from reviews.checks import Demand, Told, proposed, satisfied
from reviews.content.findings import FINDING, ProposedFinding
from reviews.enums import WaiverState
from reviews.models import RequirementFinding, Waiver
from reviews.selectors import waivers_of
from reviews.selectors.costs import version_sent_in
from reviews.selectors.findings import findings_known, with_granted_before
from reviews.selectors.writing import work_values


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A requirement put to an organisation: what is said of it, what can be told, what was
    found. `files` are its evidence as sent in, `waivers` the latest first. `base` is how often it
    has been found; what somebody found who has a conflict of interest is not `finding`."""

    requirement: Requirement
    demand: Demand
    organisation: Organisation
    state: str
    how: str
    link: str
    files: tuple[Attachment, ...]
    report: str
    proposal: ProposedFinding | None
    finding: RequirementFinding | None
    base: int
    waivers: tuple[Waiver, ...]
    satisfied: bool

    @property
    def key(self) -> str:
        """How the page names it."""
        return f"{self.requirement.code}.{self.organisation.pk}"

    @property
    def standing_waiver(self) -> Waiver | None:
        """The waiver that waits or is approved."""
        standing = (WaiverState.ASKED, WaiverState.APPROVED)
        return next((each for each in self.waivers if each.state in standing), None)


@dataclass(frozen=True, kw_only=True)
class Judging:
    """A case's requirements. `granted_before` are the organisations granted the year before,
    `files` what an officer can point at: attachments as sent in."""

    application: Application
    definition: CallDefinition
    parts: tuple[Participation, ...]
    granted_before: frozenset[int]
    judged: tuple[Judged, ...]
    files: tuple[Attachment, ...]
    values: Mapping[str, SavedValue]

    @property
    def missing(self) -> int:
        """How many nothing has been found of."""
        return sum(each.finding is None for each in self.judged)

    @property
    def failing(self) -> frozenset[int]:
        """The organisations that do not meet all that is demanded of them, or not yet."""
        return frozenset(each.organisation.pk for each in self.judged if not each.satisfied)

    def of(self, organisation: int) -> list[Judged]:
        """What is put to the organisation, in order."""
        return [each for each in self.judged if each.organisation.pk == organisation]

    def files_of(self, organisation: int) -> list[Attachment]:
        """What can be pointed at for the organisation: its own evidence and what is in common."""
        return [each for each in self.files if each.organisation_id in {None, organisation}]

    def one(self, key: str) -> Judged | None:
        """The one that the page names so."""
        return next((each for each in self.judged if each.key == key), None)


def judging_of(application: Application) -> Judging:
    """The requirements of a case. It comes with call, agency and definition."""
    call = application.call
    definition = application.definition
    parts: list[Any] = list(with_granted_before(participations_in(application.pk), call))
    before = frozenset(part.organisation_id for part in parts if part.granted_before)
    on_last_year = any(
        each.applies_to is AppliesTo.GRANTED_LAST_YEAR for each in definition.requirements
    )
    reports = reported_as_begun(call, before) if on_last_year and before else {}
    rows = {row.code: row.pk for row in call.requirements.all()}
    version = version_sent_in(application)
    document: dict[str, Any] = {} if version is None else document_of_version(version)
    places = organisation_ids(document, parts)
    said = {
        (places[each["organisation"]], each["requirement"]): each
        for each in document.get("requirements", ())
        if each["organisation"] < len(places)
    }
    sent = {each["sha256"] for each in document.get("attachments", ())}
    files = tuple(each for each in attachments_of(application) if each.file.sha256 in sent)
    found = {(row.requirement_id, row.organisation_id): row for row in findings_known(application)}
    waivers: dict[tuple[int, int], list[Waiver]] = {}
    form = definition.assessment
    if form is not None and form.waiver is not None:
        for waiver in waivers_of(application):
            key = (waiver.requirement_id, waiver.organisation_id)
            waivers.setdefault(key, []).append(waiver)
    judged = []
    ordered = sorted(parts, key=lambda part: part.role != ParticipationRole.LEAD)
    for part in ordered:
        for requirement in definition.requirements_for(
            kind=part.organisation.kind, granted_last_year=part.organisation_id in before
        ):
            judged.append(
                _judged(
                    requirement,
                    rows[requirement.code],
                    part.organisation,
                    said.get((part.organisation_id, requirement.code), {}),
                    files,
                    reports.get(part.organisation_id, ""),
                    found,
                    waivers,
                )
            )
    return Judging(
        application=application,
        definition=definition,
        parts=tuple(ordered),
        granted_before=before,
        judged=tuple(judged),
        files=files,
        values=work_values(application, FINDING),
    )


def _judged(
    requirement: Requirement,
    pk: int,
    organisation: Organisation,
    said: Mapping[str, Any],
    files: tuple[Attachment, ...],
    report: str,
    found: Mapping[tuple[int, int], RequirementFinding],
    waivers: Mapping[tuple[int, int], list[Waiver]],
) -> Judged:
    place = requirement_path(organisation.pk, requirement.code, "x").removesuffix(".x")
    evidence = tuple(each for each in files if each.place == place)
    key = (pk, organisation.pk)
    demand = Demand(pk, organisation.pk, frozenset(map(str, requirement.satisfied_by)))
    theirs = tuple(waivers.get(key, ()))
    approved = {key for each in theirs if each.state == WaiverState.APPROVED}
    row = found.get(key)
    base = 0 if row is None else row.number
    if row is not None and getattr(row, "by_shut_out", False):
        row = None
    values = {} if row is None else {key: row.finding}
    on_last_year = requirement.applies_to is AppliesTo.GRANTED_LAST_YEAR
    told = Told(
        state=said.get("state", ""),
        evidence=len(evidence) + bool(said.get("link")),
        report=report,
        on_last_year=on_last_year,
    )
    return Judged(
        requirement=requirement,
        demand=demand,
        organisation=organisation,
        state=said.get("state", ""),
        how=said.get("how", ""),
        link=said.get("link", ""),
        files=evidence,
        report=report if on_last_year else "",
        proposal=proposed(told),
        finding=row,
        base=base,
        waivers=theirs,
        satisfied=satisfied(demand, values, approved),
    )
