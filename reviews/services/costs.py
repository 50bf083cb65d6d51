"""Checking the costs: what is approved of each budget line. Amounts are whole SEK."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from grants.content.draft import SavedValue, whole_number
from grants.content.fields import FieldSpec
from grants.models import Application
from grants.services.moving import UnknownField, locked_application, record, require
from grants.services.versions import canonical_over, put_version
from reviews.checks import ReviewRefused
from reviews.checks.costs import (
    REQUIREMENT_NOT_MET,
    CheckedLine,
    approved_of,
    not_payable,
)
from reviews.content.costs import ceiling_spec, line_of, line_path, line_spec, rule_of
from reviews.enums import LineVerdict
from reviews.models import LineAssessment, WorkValue
from reviews.selectors.costs import CostCheck, cost_check, line_assessments
from reviews.selectors.writing import work_value

from .in_hand import in_hand


@transaction.atomic
def save_cost_field(
    *,
    application: Application,
    path: str,
    text: str,
    base: int,
    actor: User,
    page: str = "",
    language: str = "sv",
) -> SavedValue:
    """Save a field of the cost check (see `reviews.content.costs`) over its version `base`.

    Raises PermissionDenied without a declaration of no conflict, ReviewRefused `status` for a
    case not in hand, UnknownField, ValueChanged, and UnfitValueError for what the field does
    not take.
    """
    application, check = _begin(application, actor)
    if (rule := rule_of(path)) is not None:
        return _save_ceiling(application, check, rule, text, base, actor, page)
    named = line_of(path)
    line = check.line(named[0]) if named else None
    if named is None or line is None:
        raise UnknownField(path)
    number, name = named
    spec = line_spec(
        number, name, asked_sek=line.asked_sek, reasons=check.reasons, language=language
    )
    said = line_assessments(application).get(number)
    anew = name == "verdict" and not line.verdict
    there = work_value(application, path)
    # A line that has changed since, or that somebody shut out has judged, is judged anew, also
    # when it is judged the same.
    stood = replace(there, text="") if anew else there
    saved = _put(application, spec, text, base, stood, actor, page)
    if saved is None:
        return there
    value: Any = whole_number(saved.text) if name == "part_sek" else saved.text
    _say(application, check, line, said, actor, {name: value})
    return saved


def _put(
    application: Application,
    spec: FieldSpec,
    text: str,
    base: int,
    there: SavedValue,
    actor: User,
    page: str,
) -> SavedValue | None:
    """The field's new version; None where it said so already."""
    canonical = canonical_over(
        WorkValue.objects.filter(application=application),
        spec=spec,
        text=text,
        base=base,
        there=there,
        actor=actor,
        page=page,
    )
    if canonical is None:
        return None
    return put_version(
        WorkValue,
        application=application,
        path=spec.path,
        text=canonical,
        number=there.number + 1,
        by=actor,
        page=page,
    )


def _save_ceiling(
    application: Application,
    check: CostCheck,
    rule: str,
    text: str,
    base: int,
    actor: User,
    page: str,
) -> SavedValue:
    if rule not in {each.code for each in check.rules}:
        raise UnknownField(rule)
    spec = ceiling_spec(rule)
    there = work_value(application, spec.path)
    saved = _put(application, spec, text, base, there, actor, page)
    if saved is None:
        return there
    record(
        application,
        "ceiling.reasoned",
        actor=actor,
        payload={"rule": rule},
        texts={"reason": saved.text},
    )
    return saved


@transaction.atomic
def approve_rest(*, application: Application, actor: User) -> tuple[int, int]:
    """Approve in full every line that nothing is said of yet; how many were, and how many were
    left: those of organisations that fail a requirement, and those that are not payable.

    Raises PermissionDenied, and ReviewRefused `status` for a case not in hand.
    """
    application, check = _begin(application, actor)
    rest = [line for line in check.lines if not line.verdict and line.asked_sek]
    wanted = [
        line
        for line in rest
        if line.organisation not in check.failed and not not_payable(line, check.rules)
    ]
    said = line_assessments(application)
    for line in wanted:
        _set(application, check, line, said, actor, {"verdict": str(LineVerdict.FULL)})
    return len(wanted), len(rest) - len(wanted)


@transaction.atomic
def refuse_failing(*, application: Application, organisation: int, actor: User) -> int:
    """Approve nothing of the lines of an organisation that fails a requirement, with that as the
    reason; how many lines it was.

    Raises PermissionDenied, and ReviewRefused `status` for a case not in hand, `meets` for an
    organisation that is not found to fail.
    """
    application, check = _begin(application, actor)
    if organisation not in check.failed:
        raise ReviewRefused("meets")
    reason = check.reason(REQUIREMENT_NOT_MET)
    said = line_assessments(application)
    lines = [line for line in check.of_failing if line.organisation == organisation]
    for line in lines:
        values = {"verdict": str(LineVerdict.NONE)}
        if reason is not None:
            # The agency's decisions are in Swedish.
            values |= {"reason": reason.code, "text": reason.text.in_("sv")}
        _set(application, check, line, said, actor, values)
    return len(lines)


def begin_texts(*, application: Application, actor: User, numbers: Iterable[int]) -> None:
    """Give lines that have a reason and no text the reason's own text, to edit."""
    with transaction.atomic():
        application, check = _begin(application, actor)
        said = line_assessments(application)
        for number in numbers:
            line = check.line(number)
            reason = check.reason(line.reason) if line else None
            if line is not None and reason is not None and not line.text.strip():
                _set(application, check, line, said, actor, {"text": reason.text.in_("sv")})


def _begin(application: Application, actor: User) -> tuple[Application, CostCheck]:
    application = locked_application(application.pk)
    require("reviews.check_costs", actor, application)
    in_hand(application)
    check = cost_check(application)
    forget_dropped(application, check)
    return application, check


def forget_dropped(application: Application, check: CostCheck) -> None:
    """Nothing is said any more of lines that the version sent in last does not have. The
    application is locked."""
    LineAssessment.objects.filter(application=application).exclude(
        number__in=[line.number for line in check.lines if line.asked_sek]
    ).delete()


def _set(
    application: Application,
    check: CostCheck,
    line: CheckedLine,
    said: Mapping[int, LineAssessment],
    actor: User,
    values: Mapping[str, str],
) -> None:
    """Write several fields of a line at once, over whatever was there."""
    for name, text in values.items():
        path = line_path(line.number, name)
        put_version(
            WorkValue,
            application=application,
            path=path,
            text=text,
            number=work_value(application, path).number + 1,
            by=actor,
        )
    _say(application, check, line, said.get(line.number), actor, values)


def _say(
    application: Application,
    check: CostCheck,
    line: CheckedLine,
    row: LineAssessment | None,
    actor: User,
    values: Mapping[str, Any],
) -> None:
    """The line's row, after its fields. A verdict is on the version sent in last; other fields
    leave a line that has changed to be checked again."""
    if row is None:
        row = LineAssessment(application=application, number=line.number)
        row.version, row.asked_sek = check.version, line.asked_sek
    for name, value in values.items():
        setattr(row, name, value)
    if "verdict" in values:
        row.version, row.asked_sek = check.version, line.asked_sek
    row.approved_sek = approved_of(row.verdict, row.asked_sek, row.part_sek)
    if row.allotted_sek is not None:
        approved = row.approved_sek
        row.allotted_sek = None if approved is None else min(row.allotted_sek, approved)
    row.assessed_by, row.assessed_at = actor, timezone.now()
    row.save()
    record(
        application,
        "line.assessed",
        actor=actor,
        payload={
            "line": line.number,
            "version": row.version,
            "fields": sorted(values),
            "verdict": row.verdict,
            "asked_sek": row.asked_sek,
            "approved_sek": row.approved_sek,
            "reason": row.reason,
        },
        texts={"text": str(values.get("text", ""))},
    )
