"""What the checks say of an application, the same while it is written and when it is sent in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from core.definitions import INCOMPLETE, WHOLE, ProblemCode, validate_answers
from core.enums import FileState
from grants.content.draft import BudgetLine, Draft
from grants.content.paths import (
    AREAS,
    ATTACHMENTS,
    BUDGET,
    UnlockableField,
    answer_path,
    part_path,
    requirement_path,
    row_path,
)
from grants.definitions import ApplicationForm, CallDefinition, CostRuleKind, Requirement
from grants.enums import Practice
from grants.workflow import Action

from .transitions import Refusal, TransitionRefused


class Severity(StrEnum):
    """How much a finding matters. What blocks, and what could not be found out, stops sending;
    the officer looks at the next; the rest is advice."""

    ADVICE = "advice"
    LOOKED_AT = "looked_at"
    BLOCKING = "blocking"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says, as codes and numbers; it becomes text at the edge. `field` is the path
    of the field it is about, `organisation` whose part."""

    code: str
    severity: Severity
    organisation: int | None = None
    field: str = ""
    params: Mapping[str, object] = dataclass_field(default_factory=dict, hash=False)

    @property
    def blocks(self) -> bool:
        """Whether it stops an application from being sent in."""
        return self.severity in {Severity.BLOCKING, Severity.UNDETERMINED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """An organisation's part as it stands when the checks are run. `granted_before`: it was
    granted money in the year before. `can_be_signed`: somebody can sign for it, alone or two
    together; None has not been looked up. `owes`: what the agency claimed back of it has not been
    paid by its last day."""

    organisation: int
    kind: str
    is_lead: bool
    approved: bool | None
    granted_before: bool = False
    can_be_signed: bool | None = None
    owes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file in the case. `place` as `grants.models.Attachment.place`."""

    place: str
    organisation: int | None
    state: str
    sha256: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An application as the checks see it. Amounts are whole SEK, dates Swedish local.

    `draft` is None for a call without an application form, where only the amount is asked.
    """

    kinds: frozenset[str]
    frame_sek: int
    opens_on: date | None
    today: date
    requested_sek: int | None
    participants: tuple[Participant, ...]
    leads_others: bool
    definition: CallDefinition | None = None
    draft: Draft | None = None
    files: tuple[AttachedFile, ...] = ()

    @property
    def form(self) -> ApplicationForm | None:
        """The call's application form."""
        return self.definition.application if self.definition else None

    @property
    def granted_before(self) -> frozenset[int]:
        """The organisations that were granted money the year before."""
        return frozenset(part.organisation for part in self.participants if part.granted_before)

    @property
    def lead(self) -> Participant | None:
        """The lead's part."""
        return next((part for part in self.participants if part.is_lead), None)

    def requirements_of(self, part: Participant) -> tuple[Requirement, ...]:
        """The requirements put to that organisation."""
        if self.definition is None:
            return ()
        return self.definition.requirements_for(
            kind=part.kind, granted_last_year=part.granted_before
        )


MISSING = frozenset(
    {
        "amount_missing",
        "answer_missing",
        "no_area",
        "requirement_missing",
        "part_missing",
        "attachment_missing",
        "line_incomplete",
    }
)
"""Findings that say that something required has not been answered."""


def all_answered(findings: Iterable[Finding]) -> bool:
    """Whether the findings tell of nothing required that has not been answered."""
    return not any(finding.code in MISSING for finding in findings)


def _amount(at: Snapshot) -> Iterator[Finding]:
    field = BUDGET if at.draft is not None else UnlockableField.REQUESTED
    if at.requested_sek is None or at.requested_sek <= 0:
        yield Finding("amount_missing", Severity.BLOCKING, field=field)
    elif at.requested_sek > at.frame_sek:
        params = {"limit": at.frame_sek}
        yield Finding("amount_above_frame", Severity.LOOKED_AT, None, field, params)


def _opened(at: Snapshot) -> Iterator[Finding]:
    if at.opens_on is not None and at.today < at.opens_on:
        yield Finding("call_not_open", Severity.BLOCKING, params={"opens": at.opens_on.isoformat()})


def _entitled(at: Snapshot) -> Iterator[Finding]:
    for part in at.participants:
        if part.kind not in at.kinds:
            yield Finding("kind_not_entitled", Severity.BLOCKING, part.organisation)


def _one_lead(at: Snapshot) -> Iterator[Finding]:
    if sum(part.is_lead for part in at.participants) != 1:
        yield Finding("lead_missing", Severity.UNDETERMINED)


def _approved(at: Snapshot) -> Iterator[Finding]:
    for part in at.participants:
        if not part.is_lead and part.approved is not True:
            code = "partner_declined" if part.approved is False else "partner_not_answered"
            yield Finding(code, Severity.BLOCKING, part.organisation, UnlockableField.PARTNERS)


def _only_application(at: Snapshot) -> Iterator[Finding]:
    if at.leads_others:
        yield Finding("leads_another", Severity.LOOKED_AT)


def _signable(at: Snapshot) -> Iterator[Finding]:
    for part in at.participants:
        if part.can_be_signed is False:
            severity = Severity.ADVICE if part.is_lead else Severity.LOOKED_AT
            yield Finding("nobody_signs", severity, part.organisation)


def _owes(at: Snapshot) -> Iterator[Finding]:
    terms = at.definition.payments if at.definition is not None else None
    for part in at.participants:
        if part.owes and terms is not None and terms.repayment.blocks is not None:
            yield Finding("owes_money_blocks", Severity.BLOCKING, part.organisation)
        elif part.owes:
            yield Finding("owes_money", Severity.LOOKED_AT, part.organisation)


def _areas(at: Snapshot) -> Iterator[Finding]:
    if at.draft is None or at.form is None:
        return
    if not at.draft.areas:
        yield Finding("no_area", Severity.BLOCKING, field=AREAS)
    most = at.form.max_areas
    if most is not None and len(at.draft.areas) > most:
        yield Finding("too_many_areas", Severity.BLOCKING, field=AREAS, params={"limit": most})


def _answered(at: Snapshot) -> Iterator[Finding]:
    if at.draft is None or at.form is None:
        return
    for problem in validate_answers(at.form.questionnaire, at.draft.answers):
        if problem.code is ProblemCode.NOT_ASKED:
            continue
        code = "answer_missing" if problem.code in INCOMPLETE else "answer_unfit"
        yield Finding(
            code,
            Severity.BLOCKING,
            field=answer_path(problem.area, problem.question),
            params={"problem": str(problem.code), "area": problem.area, **problem.params},
        )


def _activities(at: Snapshot) -> Iterator[Finding]:
    if at.draft is None:
        return
    used = {line.activity for line in at.draft.lines if line.amount_sek or line.other_sek}
    for area in at.draft.areas:
        if not any(each.area == area for each in at.draft.activities):
            yield Finding(
                "area_without_activity", Severity.BLOCKING, field=f"areas.{area}",
                params={"area": area},
            )  # fmt: skip
    for each in at.draft.activities:
        if not each.title:
            yield Finding(
                "activity_unnamed", Severity.BLOCKING, field=row_path(each.number, "title"),
                params={"area": each.area},
            )  # fmt: skip
        elif each.number not in used:
            yield Finding(
                "activity_without_money",
                Severity.LOOKED_AT,
                field=row_path(each.number, "title"),
                params={"activity": each.title, "area": each.area},
            )


def _lines(at: Snapshot) -> Iterator[Finding]:
    if at.draft is None or at.form is None:
        return
    organisations = {part.organisation for part in at.participants}
    for line in at.draft.lines:
        if line.is_empty and not line.category:
            yield Finding(
                "line_empty", Severity.ADVICE, field=row_path(line.number, "text"),
                params={"line": line.number},
            )  # fmt: skip
            continue
        if at.draft.activity(line.activity) is None:
            yield _of_line("line_without_activity", Severity.BLOCKING, line, "activity")
        if line.organisation not in organisations:
            yield _of_line("line_incomplete", Severity.BLOCKING, line, "organisation")
        for name in ("category", "text"):
            if not getattr(line, name):
                yield _of_line("line_incomplete", Severity.BLOCKING, line, name)
        if line.amount_sek is None:
            yield _of_line("line_incomplete", Severity.BLOCKING, line, "amount_sek")
        yield from _costs(at.form, at.draft, line)


def _of_line(
    code: str, severity: Severity, line: BudgetLine, name: str, **params: object
) -> Finding:
    return Finding(
        code,
        severity,
        line.organisation,
        row_path(line.number, name),
        {"line": line.number, "text": line.text, "missing": name, **params},
    )


def _costs(form: ApplicationForm, draft: Draft, line: BudgetLine) -> Iterator[Finding]:
    for rule in form.budget.rules_for(line.category, draft.area_of_line(line)):
        if rule.kind is CostRuleKind.NOT_PAYABLE and line.amount_sek:
            yield _of_line("not_payable", Severity.BLOCKING, line, "amount_sek", rule=rule.code)
        elif rule.kind is CostRuleKind.LIMITED and line.amount_sek:
            yield _of_line("limited", Severity.LOOKED_AT, line, "amount_sek", rule=rule.code)


def _ceilings(at: Snapshot) -> Iterator[Finding]:
    if at.draft is None or at.form is None:
        return
    for rule in at.form.budget.rules:
        if rule.kind is not CostRuleKind.LIMITED:
            continue
        ceiling = rule.ceiling_sek(at.draft.requested_sek)
        total = sum(
            line.amount_sek or 0
            for line in at.draft.lines
            if rule.applies_to(line.category, at.draft.area_of_line(line))
        )
        if ceiling is not None and total > ceiling:
            yield Finding(
                "above_ceiling",
                Severity.LOOKED_AT,
                field=BUDGET,
                params={"rule": rule.code, "limit": ceiling, "total": total},
            )


def _requirements(at: Snapshot) -> Iterator[Finding]:
    if at.draft is None or at.form is None:
        return
    for part in at.participants:
        for requirement in at.requirements_of(part):
            said = at.draft.requirement(part.organisation, requirement.code)
            params = {"requirement": requirement.code}
            at_field = requirement_path(part.organisation, requirement.code, "state")
            if said.state is None:
                yield Finding(
                    "requirement_missing", Severity.BLOCKING, part.organisation, at_field, params
                )
            elif not requirement.is_satisfied_by(_FINDING_OF[said.state]):
                yield Finding(
                    "requirement_not_met", Severity.LOOKED_AT, part.organisation, at_field, params
                )
            elif not said.how:
                yield Finding(
                    "requirement_not_described",
                    Severity.LOOKED_AT,
                    part.organisation,
                    requirement_path(part.organisation, requirement.code, "how"),
                    params,
                )
            elif at.form.requirements.evidence and not said.link and not _evidence(at, at_field):
                yield Finding(
                    "requirement_without_evidence",
                    Severity.ADVICE,
                    part.organisation,
                    requirement_path(part.organisation, requirement.code, "link"),
                    params,
                )


_FINDING_OF = MappingProxyType(
    {Practice.YES: "met", Practice.BEGUN: "begun", Practice.NO: "not_met"}
)


def _evidence(at: Snapshot, state_path: str) -> bool:
    place = state_path.removesuffix(".state")
    return any(file.place == place for file in at.files)


def _parts(at: Snapshot) -> Iterator[Finding]:
    if at.draft is None or at.form is None or at.form.part is None:
        return
    joint = len(at.participants) > 1
    for part in at.participants:
        answers = at.draft.part(part.organisation)
        for problem in validate_answers(at.form.part, answers):
            if problem.code is ProblemCode.NOT_ASKED:
                continue
            missing = problem.code in INCOMPLETE
            yield Finding(
                "part_missing" if missing else "answer_unfit",
                Severity.BLOCKING,
                part.organisation,
                part_path(part.organisation, problem.question),
                {"problem": str(problem.code), **problem.params},
            )
        own = at.form.own_work
        if joint and not part.is_lead:
            if own is not None and not answers.has(WHOLE, own):
                yield Finding(
                    "no_own_work",
                    Severity.LOOKED_AT,
                    part.organisation,
                    part_path(part.organisation, own),
                )
            if not at.draft.requested_of(part.organisation):
                yield Finding(
                    "partner_without_money", Severity.LOOKED_AT, part.organisation, BUDGET
                )


def _files(at: Snapshot) -> Iterator[Finding]:
    if at.form is None or at.lead is None:
        return
    places = {file.place for file in at.files}
    for kind in at.form.attachments:
        place = f"{ATTACHMENTS}.{kind.code}"
        if kind.is_asked_of(at.lead.kind) and place not in places:
            severity = Severity.BLOCKING if kind.required else Severity.ADVICE
            code = "attachment_missing" if kind.required else "attachment_recommended"
            yield Finding(code, severity, field=place, params={"attachment": kind.code})
    seen: set[str] = set()
    for file in at.files:
        params = {"name": file.name}
        if file.state == FileState.INFECTED:
            yield Finding("file_infected", Severity.BLOCKING, None, file.place, params)
        elif file.state == FileState.WAITING:
            yield Finding("file_not_checked", Severity.ADVICE, None, file.place, params)
        if file.sha256 in seen:
            yield Finding("file_twice", Severity.ADVICE, None, file.place, params)
        seen.add(file.sha256)


FORM_CHECKS: tuple[Callable[[Snapshot], Iterator[Finding]], ...] = (
    _areas,
    _answered,
    _activities,
    _lines,
    _ceilings,
    _requirements,
    _parts,
    _files,
)
SUBMISSION_CHECKS: tuple[Callable[[Snapshot], Iterator[Finding]], ...] = (
    _opened,
    _one_lead,
    _entitled,
    _approved,
    _amount,
    _only_application,
    _signable,
    _owes,
    *FORM_CHECKS,
)


def run(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Everything the checks say of an application, the same while it is written and when sent.

    A check that fails to evaluate says so, and blocks.
    """
    found: list[Finding] = []
    for check in SUBMISSION_CHECKS:
        try:
            found += check(snapshot)
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
            found.append(
                Finding("not_evaluated", Severity.UNDETERMINED, params={"check": check.__name__})
            )
    return tuple(found)


class SubmissionBlocked(TransitionRefused):
    """The checks stop the application from being sent in; `findings` are all of them."""

    def __init__(self, findings: tuple[Finding, ...], found: tuple[Refusal, ...]) -> None:
        super().__init__(Action.SUBMIT, found)
        self.findings = findings
