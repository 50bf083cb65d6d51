"""What the checks say of a report, the same while it is written and when it is sent in.

Degrees as an application's: what blocks, what the officer will look at, and advice.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from core.definitions import INCOMPLETE, WHOLE, ProblemCode, validate_answers
from grants.checks import Finding, Severity
from grants.definitions import CallDefinition, ReportForm
from reporting.content.draft import LineReport, ReportDraft
from reporting.content.paths import (
    CERTIFICATE,
    answer_path,
    booked_path,
    own_path,
    part_path,
    spent_path,
    status_path,
    why_path,
)
from reporting.content.plan import ReportPlan
from reporting.enums import AreaStatus, ReportKind

MISSING = frozenset(
    {
        "area_forgotten",
        "answer_missing",
        "spent_missing",
        "booked_missing",
        "certificate_missing",
        "line_unexplained",
        "part_not_done",
    }
)
"""Findings that say that something is not done yet, rather than wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSnapshot:
    """A report as the checks see it. `today` and `due_on` are Swedish dates; `done` are the
    partners that have said that their part is done."""

    definition: CallDefinition
    plan: ReportPlan
    draft: ReportDraft
    kind: str
    today: date
    due_on: date | None = None
    certificates: int = 0
    done: frozenset[int] = field(default_factory=frozenset)

    @property
    def form(self) -> ReportForm:
        """How grantees report in the call."""
        return self.definition.report_form


def is_deviation(line: LineReport, form: ReportForm, kind: str) -> bool:
    """Whether the line came out so far from what was approved that it is to be explained: above
    by the call's percentage or, in a final report, below. One krona within a line is none."""
    if line.spent_sek is None:
        return False
    approved = line.line.approved_sek
    difference = line.spent_sek - approved
    if difference == 0 or (difference < 0 and kind != ReportKind.FINAL):
        return False
    return abs(difference) * 100 >= approved * form.explain_percent


def needs_certificate(snapshot: ReportSnapshot) -> bool:
    """Whether an auditor's certificate is asked for: any of the grants is so large."""
    limit = snapshot.form.certificate_from_sek
    return limit is not None and any(each.granted_sek >= limit for each in snapshot.plan.grants)


def _areas(at: ReportSnapshot) -> Iterator[Finding]:
    for problem in validate_answers(at.definition.report_questionnaire, at.draft.answers):
        params = {"problem": str(problem.code), "area": problem.area, **problem.params}
        if problem.code is ProblemCode.STATUS_REQUIRED:
            yield Finding(
                "area_forgotten", Severity.BLOCKING, None, status_path(problem.area), params
            )
        elif not problem.question:
            yield Finding(
                "answer_unfit", Severity.BLOCKING, None, status_path(problem.area), params
            )
        else:
            code = "answer_missing" if problem.code in INCOMPLETE else "answer_unfit"
            path = answer_path(problem.area, problem.question)
            yield Finding(code, Severity.BLOCKING, None, path, params)


def _parts(at: ReportSnapshot) -> Iterator[Finding]:
    for taker in at.plan.partners:
        if taker.organisation not in at.done:
            yield Finding(
                "part_not_done", Severity.LOOKED_AT, taker.organisation,
                f"part.{taker.organisation}",
            )  # fmt: skip
    if at.form.part is None or not at.plan.partners:
        return
    for taker in at.plan.takers:
        for problem in validate_answers(at.form.part, at.draft.part(taker.organisation)):
            missing = problem.code in INCOMPLETE
            own = taker.is_lead or not missing
            yield Finding(
                "answer_missing" if missing else "answer_unfit",
                Severity.BLOCKING if own else Severity.LOOKED_AT,
                taker.organisation,
                part_path(taker.organisation, problem.question),
                {"problem": str(problem.code), "area": WHOLE, **problem.params},
            )


def _spent(at: ReportSnapshot) -> Iterator[Finding]:
    for line in at.draft.lines:
        path = spent_path(line.application, line.line.number)
        params = {"line": line.line.title, "approved": line.line.approved_sek}
        if line.spent_sek is None:
            yield Finding("spent_missing", Severity.BLOCKING, None, path, params)
        elif is_deviation(line, at.form, at.kind):
            params["spent"] = line.spent_sek
            if line.why:
                yield Finding("line_deviates", Severity.LOOKED_AT, None, path, params)
            else:
                why = why_path(line.application, line.line.number)
                yield Finding("line_unexplained", Severity.BLOCKING, None, why, params)


def _sums(at: ReportSnapshot) -> Iterator[Finding]:
    for grant in at.plan.grants:
        spent = at.draft.spent_of(grant.application)
        path = booked_path(grant.application)
        booked = at.draft.booked_sek.get(grant.application)
        if spent > grant.available_sek:
            params = {"spent": spent, "limit": grant.available_sek, "case": grant.number}
            yield Finding("spent_above_available", Severity.BLOCKING, None, path, params)
        if booked is None:
            params = {"case": grant.number}
            yield Finding("booked_missing", Severity.BLOCKING, None, path, params)
        elif booked != spent:
            params = {"booked": booked, "spent": spent, "case": grant.number}
            yield Finding("sums_differ", Severity.BLOCKING, None, path, params)
    for taker in at.plan.partners:
        own = at.draft.own_sek.get(taker.organisation)
        spent = at.draft.spent_by(taker.organisation)
        if own is not None and own != spent:
            params = {"booked": own, "spent": spent}
            yield Finding(
                "own_sum_differs", Severity.BLOCKING, taker.organisation,
                own_path(taker.organisation), params,
            )  # fmt: skip


def _money_and_work(at: ReportSnapshot) -> Iterator[Finding]:
    """Where what is said of an area and what was used in it do not go together."""
    for area in at.plan.areas:
        lines = [each for each in at.draft.lines if each.line.area == area.code]
        if not lines or any(each.spent_sek is None for each in lines):
            continue
        status = at.draft.answers.areas.get(area.code)
        spent = at.draft.spent_in(area.code)
        params = {"area": area.code, "spent": spent}
        if status == AreaStatus.NOT_CARRIED_OUT and spent:
            yield Finding(
                "spent_not_carried_out", Severity.LOOKED_AT, None, status_path(area.code), params
            )
        elif status in {AreaStatus.ONGOING, AreaStatus.COMPLETED} and not spent:
            yield Finding(
                "carried_out_unspent", Severity.LOOKED_AT, None, status_path(area.code), params
            )
        elif status == AreaStatus.NOT_CARRIED_OUT:
            yield Finding(
                "not_carried_out", Severity.LOOKED_AT, None, status_path(area.code), params
            )


def _remaining(at: ReportSnapshot) -> Iterator[Finding]:
    """A final report with money left: the officer decides what becomes of it."""
    if at.kind != ReportKind.FINAL or any(each.spent_sek is None for each in at.draft.lines):
        return
    for grant in at.plan.grants:
        left = grant.available_sek - at.draft.spent_of(grant.application)
        if left > 0:
            params = {"left": left, "case": grant.number}
            yield Finding(
                "money_left", Severity.LOOKED_AT, None, booked_path(grant.application), params
            )


def _certificate(at: ReportSnapshot) -> Iterator[Finding]:
    if needs_certificate(at) and not at.certificates:
        limit = at.form.certificate_from_sek
        yield Finding("certificate_missing", Severity.BLOCKING, None, CERTIFICATE, {"limit": limit})


def _overdue(at: ReportSnapshot) -> Iterator[Finding]:
    if at.due_on is not None and at.today > at.due_on:
        yield Finding("overdue", Severity.LOOKED_AT, params={"due": at.due_on.isoformat()})


CHECKS: tuple[Callable[[ReportSnapshot], Iterator[Finding]], ...] = (
    _areas,
    _parts,
    _spent,
    _sums,
    _money_and_work,
    _remaining,
    _certificate,
    _overdue,
)


def run(snapshot: ReportSnapshot) -> tuple[Finding, ...]:
    """Everything the checks say. A check that fails to evaluate says so, and blocks."""
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found += check(snapshot)
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
            params: Mapping[str, object] = {"check": check.__name__}
            found.append(Finding("not_evaluated", Severity.UNDETERMINED, params=params))
    return tuple(found)
