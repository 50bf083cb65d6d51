"""Reading the cost check: the budget lines of the version sent in, and what is approved."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from grants.content.basis import LineOutcome
from grants.content.draft import SavedValue
from grants.definitions import CallDefinition, CostReason, CostRule
from grants.enums import Approval
from grants.models import Application, ApplicationVersion, Participation
from grants.selectors import participants_of, shut_out_people
from grants.selectors.sent_in import (
    definition_of_document,
    document_of_version,
    organisation_ids,
)
from reviews.checks.costs import (
    WHOLE_CASE,
    Ceiling,
    CheckedLine,
    Sum,
    ceilings,
    in_common,
    lacks,
    of_failing,
    sum_of,
    sums_by,
    unmet,
)
from reviews.checks.shares import ShareLine, parts_of
from reviews.content.costs import CEILING, ceiling_path
from reviews.models import LineAssessment

from .findings import findings_known
from .writing import work_values


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCheck:
    """The cost check of a case as it stands.

    `version` is the one sent in last, 0 for a case that has none. `failed` are the organisations
    found not to meet what is demanded of them, `everyone` all that take part, the lead first;
    `ceiling_reasons` are texts by rule.
    """

    version: int
    lines: tuple[CheckedLine, ...]
    rules: tuple[CostRule, ...]
    reasons: tuple[CostReason, ...]
    ceiling_reasons: Mapping[str, str]
    failed: frozenset[int]
    everyone: tuple[int, ...]

    @property
    def total(self) -> Sum:
        """What all lines come to."""
        return sum_of(self.lines)

    @property
    def reason_codes(self) -> frozenset[str]:
        """The codes of the call's cost reasons."""
        return frozenset(each.code for each in self.reasons)

    @property
    def ceilings(self) -> tuple[Ceiling, ...]:
        """Every rule with a ceiling that is about any of the lines."""
        return ceilings(self.lines, self.rules)

    @property
    def by_organisation(self) -> dict[int | None, Sum]:
        """The sums of each organisation's lines, by its id."""
        return sums_by(self.lines, lambda line: line.organisation)

    @property
    def lacking(self) -> dict[int, str]:
        """What lines lack (see `reviews.checks.costs.lacks`), by number."""
        found = {line.number: lacks(line, self.reason_codes) for line in self.lines}
        return {number: code for number, code in found.items() if code}

    @property
    def unmet(self) -> tuple[Ceiling, ...]:
        """The broken ceilings that no reason is given for."""
        return unmet(self.ceilings, self.ceiling_reasons)

    @property
    def of_failing(self) -> tuple[CheckedLine, ...]:
        """The lines of organisations that fail a requirement, and are not refused."""
        return of_failing(self.lines, self.failed)

    @property
    def none_meets(self) -> bool:
        """Whether no organisation meets the requirements."""
        return set(self.everyone) <= self.failed

    @property
    def most_in_common_sek(self) -> int | None:
        """The most that can be approved of the costs in common: the part of them that belongs to
        those that meet the requirements. None where all do, or nothing is in common."""
        common = in_common(self.lines, self.everyone)
        if not self.failed or not common:
            return None
        asked = [ShareLine(line.organisation, line.asked_sek) for line in self.lines]
        own = [each for each in asked if each.organisation in self.everyone]
        belongs = parts_of(asked, self.everyone, self.failed).qualified_asked_sek
        return belongs - parts_of(own, self.everyone, self.failed).qualified_asked_sek

    @property
    def too_much_in_common(self) -> bool:
        """Whether more is approved of the costs in common than belongs to those that meet."""
        most = self.most_in_common_sek
        approved = sum(line.approved_sek for line in in_common(self.lines, self.everyone))
        return most is not None and approved > most

    @property
    def refusal(self) -> str:
        """Why no grant can be proposed on it: `lines`, `failing` or `ceilings`; "" where one
        can."""
        if self.lacking:
            return "lines"
        if self.of_failing or self.none_meets or self.too_much_in_common:
            return "failing"
        return "ceilings" if self.unmet else ""

    def line(self, number: int) -> CheckedLine | None:
        """The line with that number."""
        return next((each for each in self.lines if each.number == number), None)

    def reason(self, code: str) -> CostReason | None:
        """The call's cost reason with that code."""
        return next((each for each in self.reasons if each.code == code), None)


def lines_of(
    application: Application, parts: Sequence[Participation] | None = None
) -> tuple[LineOutcome, ...]:
    """The budget lines of the version sent in last, as a decision keeps them: area, category and
    reason are codes, `activity` is its title. A line that is not checked, or has changed since,
    has 0 approved. A case without a budget has one line, number 0, with what was asked. `parts`
    are all that take part, where they have been read."""
    return tuple(line.outcome() for line in checked_lines(application, parts))


def checked_lines(
    application: Application, parts: Sequence[Participation] | None = None
) -> tuple[CheckedLine, ...]:
    """The same, with their verdicts."""
    return _lines(application, participants_of(application) if parts is None else parts)[1]


def cost_check(
    application: Application,
    *,
    parts: Sequence[Participation] | None = None,
    written: Mapping[str, SavedValue] | None = None,
) -> CostCheck:
    """The cost check as it stands. What is given is not asked for: `written` are the case's
    current `WorkValue`s of ceilings, by path."""
    parts = participants_of(application) if parts is None else parts
    written = work_values(application, CEILING) if written is None else written
    version, lines, form_by = _lines(application, parts)
    definition = application.definition
    rules = form_by.application.budget.rules if form_by.application else ()
    return CostCheck(
        version=version,
        lines=lines,
        rules=rules,
        reasons=definition.assessment.cost_reasons if definition.assessment else (),
        ceiling_reasons={
            each.code: written[path].text
            for each in rules
            if (path := ceiling_path(each.code)) in written
        },
        failed=failing_organisations(application),
        everyone=tuple(
            part.organisation_id for part in parts if part.approval != Approval.DECLINED
        ),
    )


def failing_organisations(
    application: Application, findings: Iterable[Any] | None = None
) -> frozenset[int]:
    """The organisations found not to meet what is demanded of them, waivers counted. One of which
    nothing has been found yet is not among them, and what was found by somebody who has declared
    a conflict of interest since is not counted. `findings` are what `findings_known` says, where
    they have been read."""
    return frozenset(
        row.organisation_id
        for row in (findings_known(application) if findings is None else findings)
        if not row.by_shut_out
        and not row.waived
        and row.finding not in row.requirement.satisfied_by
    )


def line_assessments(application: Application) -> dict[int, LineAssessment]:
    """What has been said of lines, by number; also by somebody who has declared a conflict of
    interest since."""
    found = LineAssessment.objects.filter(application=application).select_related("assessed_by")
    return {each.number: each for each in found}


def belonging_sek(application: Application, failing: Collection[int]) -> int:
    """What of that which was asked for belongs to the organisations that are not `failing`, whole
    SEK."""
    there = participants_of(application)
    lines = [ShareLine(line.organisation, line.asked_sek) for line in _lines(application, there)[1]]
    parts = [each.organisation_id for each in there if each.approval != Approval.DECLINED]
    return parts_of(lines, parts, failing).qualified_asked_sek


def _lines(
    application: Application, parts: Sequence[Participation]
) -> tuple[int, tuple[CheckedLine, ...], CallDefinition]:
    # What somebody said who has declared a conflict of interest since has to be said anew.
    standing = LineAssessment.objects.exclude(assessed_by__in=shut_out_people(application))
    said = {each.number: each for each in standing.filter(application=application)}
    latest, *checked_on = _versions(application, {each.version for each in said.values()})
    current = application.definition
    if latest is None:
        return 0, (_with(_whole(application), said.get(WHOLE_CASE), {}, 0),), current
    document = document_of_version(latest)
    facts = {latest.number: facts_of(document)}
    facts |= {
        each.number: facts_of(document_of_version(each)) for each in checked_on if each is not None
    }
    lines = lines_in(document, parts) or (_whole(application),)
    return (
        latest.number,
        tuple(_with(line, said.get(line.number), facts, latest.number) for line in lines),
        definition_of_document(document, application, current),
    )


def with_version_sent_in(applications: QuerySet[Application]) -> QuerySet[Application]:
    """The cases with the version that was sent in last, which is then not asked for."""
    sent_in = ApplicationVersion.objects.filter(application=OuterRef("pk")).order_by("-number")
    return applications.annotate(
        latest_number=Subquery(sent_in.values("number")[:1]),
        latest_document=Subquery(sent_in.values("document")[:1]),
    )


def version_sent_in(application: Application) -> ApplicationVersion | None:
    """The version that was sent in last; a case that was fetched with it is not asked."""
    return _versions(application, set())[0]


def _versions(application: Any, numbers: set[int]) -> list[ApplicationVersion | None]:
    """The latest version first (None where there is none), then the others with those numbers.
    A case of `with_version_sent_in` is not asked for that."""
    every = ApplicationVersion.objects.filter(application=application)
    if hasattr(application, "latest_document"):
        number, document = application.latest_number, application.latest_document
        if number is None:
            return [None]
        kept = ApplicationVersion(application=application, number=number, document=document)
        others = numbers - {number}
        return [kept, *(every.filter(number__in=others) if others else ())]
    latest = every.order_by("-number").values("number")[:1]
    found = every.filter(Q(number=Subquery(latest)) | Q(number__in=numbers)).order_by("-number")
    versions: list[ApplicationVersion | None] = [*found]
    return versions or [None]


def lines_in(
    document: Mapping[str, Any], parts: Iterable[Participation]
) -> tuple[CheckedLine, ...]:
    """The budget lines of a version's document, with nothing said of them."""
    ids = organisation_ids(dict(document), parts)
    activities = {
        activity["number"]: (area["area"], activity["title"])
        for area in document.get("areas", ())
        for activity in area["activities"]
    }
    found = []
    for line in document.get("lines", ()):
        area, title = activities.get(line["activity"], ("", ""))
        place = line["organisation"]
        found.append(
            CheckedLine(
                number=line["number"],
                title=line["text"],
                category=line["category"],
                area=area,
                activity=line["activity"],
                activity_title=title,
                organisation=None if place is None else ids[place],
                asked_sek=line["amount_sek"] or 0,
            )
        )
    return tuple(found)


def _whole(application: Application) -> CheckedLine:
    # What a joint case without a budget asks for is common to all that take part.
    return CheckedLine(
        number=WHOLE_CASE,
        organisation=None if application.is_joint else application.lead_id,
        asked_sek=application.requested_sek or 0,
    )


type Facts = Mapping[int, tuple[Any, ...]]


def facts_of(document: Mapping[str, Any]) -> Facts:
    """What makes each budget line of a version what it is, by number: a line whose facts differ
    between versions has changed."""
    people = [(each["org_no"], each["unit"]) for each in document.get("participants", ())]
    activities = {
        activity["number"]: (
            area["area"],
            *(activity[name] for name in ("title", "description", "time")),
        )
        for area in document.get("areas", ())
        for activity in area["activities"]
    }
    lines: dict[int, tuple[Any, ...]] = {
        line["number"]: (
            activities.get(line["activity"]),
            None if line["organisation"] is None else people[line["organisation"]],
            *(line[name] for name in ("category", "text", "amount_sek", "other_sek")),
        )
        for line in document.get("lines", ())
    }
    return {WHOLE_CASE: (document.get("requested_sek"),), **lines}


def _with(
    line: CheckedLine,
    said: LineAssessment | None,
    facts: Mapping[int, Facts],
    latest: int,
) -> CheckedLine:
    if said is None:
        return line
    changed = said.asked_sek != line.asked_sek or (
        said.version != latest
        and facts.get(said.version, {}).get(line.number) != facts[latest].get(line.number)
    )
    return CheckedLine(
        **{name: getattr(line, name) for name in _OF_DOCUMENT},
        verdict="" if changed else said.verdict,
        part_sek=said.part_sek,
        allotted_sek=None if changed else said.allotted_sek,
        reason=said.reason,
        allotted_reason=said.allotted_reason,
        text=said.text,
        changed=changed and bool(said.verdict),
    )


_OF_DOCUMENT = (
    "number", "title", "category", "area", "activity", "activity_title", "organisation",
    "asked_sek",
)  # fmt: skip
