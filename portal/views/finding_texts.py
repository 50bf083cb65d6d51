"""What the checks say of an application, and why something is refused, in plain words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.content import Text, Tone
from core.definitions import WHOLE, ProblemCode
from grants.checks import Finding, Severity
from grants.content.draft import SavedRow
from grants.content.paths import organisation_of, row_of
from grants.definitions import CallDefinition
from grants.enums import RowKind
from grants.models import Application, Participation
from grants.selectors import participants_of
from grants.selectors.draft import rows_of
from grants.workflow import Condition
from portal.views.applying_sections import Kind, area_slug, field_id, section_slug, section_url
from portal.views.labels import language

SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The names that the codes of findings stand for, in the reader's language."""

    application: int
    lead: int
    definition: CallDefinition
    organisations: Mapping[int, str]
    rows: Mapping[int, tuple[RowKind, str]] = field(default_factory=dict)

    def organisation(self, pk: int | None) -> str:
        """The organisation's name."""
        return self.organisations.get(pk or 0, _("The organisation"))

    def area(self, code: object) -> str:
        """The area's title."""
        found = self.definition.area(str(code))
        return found.title.in_(language()) if found else str(code)

    def line(self, number: object, text: object = "") -> str:
        """What a budget line is called: what it is for, or its place among the lines."""
        if text:
            return f"”{short(str(text))}”"
        lines = [each for each, (kind, _area) in self.rows.items() if kind is RowKind.LINE]
        place = lines.index(int(str(number))) + 1 if number in lines else number
        return _("number %(number)s") % {"number": place}

    def question(self, path: str) -> str:
        """The question that a path stands for."""
        form = self.definition.application
        steps = path.split(".")
        found = None
        if form is not None and steps[0] == "answer":
            area = WHOLE if steps[1] == "-" else steps[1]
            found = form.questionnaire.question(area, steps[-1])
        elif form is not None and steps[0] == "part" and form.part is not None:
            found = form.part.question(WHOLE, steps[-1])
        return found.text.in_(language()) if found else steps[-1]

    def requirement(self, code: object) -> str:
        """The requirement's title."""
        found = self.definition.requirement(str(code))
        return found.title.in_(language()) if found else str(code)


def words_of(
    application: Application,
    *,
    parts: Iterable[Participation] | None = None,
    rows: Iterable[SavedRow] | None = None,
) -> Words:
    """The names in an application; what is given is not asked of the database."""
    parts = participants_of(application) if parts is None else parts
    rows = rows_of(application) if rows is None else rows
    return Words(
        application=application.pk,
        lead=application.lead_id,
        definition=application.definition,
        organisations={part.organisation_id: part.organisation.name for part in parts},
        rows={row.number: (row.kind, row.area) for row in rows},
    )


def short(text: str) -> str:
    """The text's beginning, for naming what it stands in."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS].rstrip()} …"


SEVERITY_LABELS: Mapping[Severity, Text] = {
    Severity.UNDETERMINED: gettext_lazy("Must be corrected"),
    Severity.BLOCKING: gettext_lazy("Must be corrected"),
    Severity.LOOKED_AT: gettext_lazy("Will be looked at"),
    Severity.ADVICE: gettext_lazy("Advice"),
}
SEVERITY_TONES: Mapping[Severity, Tone] = {
    Severity.UNDETERMINED: Tone.DANGER,
    Severity.BLOCKING: Tone.DANGER,
    Severity.LOOKED_AT: Tone.WARNING,
    Severity.ADVICE: Tone.INFO,
}


def _money(finding: Finding, name: str) -> str:
    value = finding.params.get(name)
    return formats.amount(value) if isinstance(value, int) else formats.DASH


def _rule(finding: Finding, words: Words) -> dict[str, str]:
    form = words.definition.application
    rule = form.budget.rule(str(finding.params.get("rule"))) if form else None
    here = language()
    return {
        "rule": rule.title.in_(here) if rule else "",
        "reason": rule.reason.in_(here) if rule else "",
        "limit": _money(finding, "limit"),
        "total": _money(finding, "total"),
        "line": words.line(finding.params.get("line"), finding.params.get("text")),
    }


def _named(finding: Finding, words: Words) -> dict[str, str]:
    params = finding.params
    form = words.definition.application
    attachment = form.attachment(str(params.get("attachment"))) if form else None
    return {
        "organisation": words.organisation(finding.organisation),
        "area": words.area(params.get("area", "")),
        "activity": short(str(params.get("activity", ""))),
        "line": words.line(params.get("line"), params.get("text")),
        "question": words.question(finding.field),
        "requirement": words.requirement(params.get("requirement", "")),
        "attachment": attachment.title.in_(language()) if attachment else "",
        "name": str(params.get("name", "")),
        "limit": str(params.get("limit", "")),
        "opens": str(params.get("opens", "")),
    }


TEXTS: Mapping[str, Text] = {
    "amount_missing": gettext_lazy(
        "No money is asked for. Write at least one budget line with an amount."
    ),
    "call_not_open": gettext_lazy(
        "The call is not open yet. The application can be sent in from %(opens)s."
    ),
    "kind_not_entitled": gettext_lazy("%(organisation)s may not apply in this call."),
    "lead_missing": gettext_lazy(
        "It could not be found out which organisation is the lead applicant. Contact the agency."
    ),
    "partner_declined": gettext_lazy(
        "%(organisation)s has declined to take part. Remove the partner, or ask it to answer anew."
    ),
    "partner_not_answered": gettext_lazy(
        "%(organisation)s has not approved its part of the application."
    ),
    "owes_money": gettext_lazy(
        "%(organisation)s has not paid back in time money that the agency has claimed. The agency "
        "considers it when it assesses the application."
    ),
    "owes_money_blocks": gettext_lazy(
        "%(organisation)s has not paid back in time money that the agency has claimed. In this "
        "call nobody who owes money may apply: pay it first, or take the partner away."
    ),
    "leads_another": gettext_lazy(
        "Your organisation has already sent in an application in this call. The agency will look "
        "at why there are two."
    ),
    "nobody_signs": gettext_lazy(
        "Nobody can sign for %(organisation)s. Two are needed where they sign together, one where "
        "they sign alone."
    ),
    "no_area": gettext_lazy("Choose at least one area that you apply for."),
    "too_many_areas": gettext_lazy(
        "You apply for more areas than an application may be for: at most %(limit)s."
    ),
    "answer_missing": gettext_lazy("Answer the question “%(question)s”"),
    "area_without_activity": gettext_lazy("Write at least one activity in the area %(area)s."),
    "activity_unnamed": gettext_lazy("An activity in the area %(area)s has no name."),
    "activity_without_money": gettext_lazy(
        "No budget line belongs to the activity “%(activity)s”. Is it to be done without money?"
    ),
    "line_empty": gettext_lazy("Budget line %(line)s is empty. Fill it in, or remove it."),
    "line_without_activity": gettext_lazy(
        "Budget line %(line)s belongs to no activity. Choose one."
    ),
    "not_payable": gettext_lazy("Budget line %(line)s: %(rule)s. %(reason)s"),
    "limited": gettext_lazy("Budget line %(line)s: %(rule)s. %(reason)s"),
    "above_ceiling": gettext_lazy(
        "%(rule)s: %(total)s is asked for, and the limit is %(limit)s. %(reason)s"
    ),
    "requirement_missing": gettext_lazy(
        "%(organisation)s has not said whether it meets the requirement “%(requirement)s”."
    ),
    "requirement_not_met": gettext_lazy(
        "By its own answer, %(organisation)s does not meet the requirement “%(requirement)s”. "
        "Without it, the organisation can as a rule get no grant."
    ),
    "requirement_not_described": gettext_lazy(
        "%(organisation)s has not described how the requirement “%(requirement)s” is met."
    ),
    "requirement_without_evidence": gettext_lazy(
        "%(organisation)s has attached or linked nothing that shows how the requirement "
        "“%(requirement)s” is met."
    ),
    "part_missing": gettext_lazy("%(organisation)s has not answered “%(question)s”"),
    "no_own_work": gettext_lazy(
        "%(organisation)s has not described how its part ties in with its own work."
    ),
    "partner_without_money": gettext_lazy(
        "%(organisation)s takes part, and no budget line is its own."
    ),
    "attachment_missing": gettext_lazy("Attach the document “%(attachment)s”."),
    "attachment_recommended": gettext_lazy(
        "The document “%(attachment)s” is not attached. It is not required."
    ),
    "file_infected": gettext_lazy(
        "The file %(name)s had a virus and has been removed. Attach a clean copy."
    ),
    "file_not_checked": gettext_lazy(
        "The file %(name)s is being checked for viruses. You need do nothing."
    ),
    "file_twice": gettext_lazy("The file %(name)s is attached more than once."),
    "not_evaluated": gettext_lazy(
        "A check could not be made, so the application cannot be sent in now. Try again in a "
        "while; if it does not help, contact the agency."
    ),
}
"""What findings say, by their codes; those with more than one wording are in `_WORDED`."""

_MISSING_IN_LINE: Mapping[str, Text] = {
    "organisation": gettext_lazy("Budget line %(line)s: choose which organisation it belongs to."),
    "category": gettext_lazy("Budget line %(line)s: choose what kind of cost it is."),
    "text": gettext_lazy("Budget line %(line)s: write what the money is for."),
    "amount_sek": gettext_lazy("Budget line %(line)s: write the amount that you apply for."),
}


def _line_incomplete(finding: Finding, words: Words) -> str:
    text = _MISSING_IN_LINE.get(str(finding.params.get("missing")))
    return str(text or _("Budget line %(line)s is not complete.")) % _named(finding, words)


def _part_missing(finding: Finding, words: Words) -> str:
    own = finding.organisation == words.lead
    code = "answer_missing" if own else "part_missing"
    return str(TEXTS[code]) % _named(finding, words)


def _answer_unfit(finding: Finding, words: Words) -> str:
    problem = problem_text(ProblemCode(str(finding.params["problem"])), finding.params)
    return _("The answer to “%(question)s” has to be corrected: %(problem)s") % {
        "question": words.question(finding.field),
        "problem": problem,
    }


def _amount_above_frame(finding: Finding, words: Words) -> str:
    return _("You ask for more than there is to share out in the whole call, %(limit)s.") % {
        "limit": _money(finding, "limit")
    }


_WORDED: Mapping[str, Callable[[Finding, Words], str]] = {
    "line_incomplete": _line_incomplete,
    "part_missing": _part_missing,
    "answer_unfit": _answer_unfit,
    "amount_above_frame": _amount_above_frame,
    **dict.fromkeys(
        ("not_payable", "limited", "above_ceiling"),
        lambda finding, words: str(TEXTS[finding.code]) % _rule(finding, words),
    ),
}
CODES = frozenset({*TEXTS, *_WORDED})
"""Every finding that there are words for."""


def finding_text(finding: Finding, words: Words) -> str:
    """What the finding says to those who write the application."""
    worded = _WORDED.get(finding.code)
    if worded is not None:
        return worded(finding, words)
    return str(TEXTS[finding.code]) % _named(finding, words)


def finding_slug(finding: Finding, words: Words) -> str:
    """The part of the application that the finding is about; "" for none."""
    if finding.code == "area_without_activity":
        return area_slug(str(finding.params.get("area")))
    if finding.field:
        return section_slug(words.definition, finding.field, words.rows, words.lead)
    if finding.organisation is not None:
        return Kind.ORGANISATION if finding.organisation == words.lead else Kind.PARTNERS
    return ""


def finding_url(finding: Finding, words: Words) -> str:
    """The address of the field that the finding is about; "" where there is none."""
    slug = finding_slug(finding, words)
    if not slug:
        return ""
    anchor = f"#{field_id(finding.field)}" if "." in finding.field else ""
    if finding.code == "area_without_activity":
        anchor = "#activities"
    of = organisation_of(finding.field)
    if slug == Kind.PARTNERS and of is not None:
        return f"{reverse('application-part', args=[words.application, of])}{anchor}"
    if slug == Kind.PARTNERS:
        anchor = ""
    if row_of(finding.field) is not None and row_of(finding.field) not in words.rows:
        anchor = ""
    return f"{section_url(words.application, slug)}{anchor}"


def problem_text(code: ProblemCode, params: Mapping[str, object]) -> str:
    """Why a value is not taken, and what to write instead."""
    limit = params.get("limit")
    shown = formats.number(limit) if isinstance(limit, int) else ""
    length = params.get("length")
    match code:
        case ProblemCode.TOO_LONG if isinstance(length, int) and isinstance(limit, int):
            return _(
                "The text is %(over)s characters too long: at most %(limit)s. What you have "
                "written is still here, and is not saved until it is shorter."
            ) % {"over": formats.number(length - limit), "limit": shown}
        case ProblemCode.TOO_LONG:
            return _("Write at most %(limit)s characters.") % {"limit": shown}
        case ProblemCode.NOT_A_NUMBER:
            return _("Write a whole number with digits, such as 12.")
        case ProblemCode.NOT_AN_AMOUNT:
            return _("Write an amount in whole kronor, such as 125 000.")
        case ProblemCode.NOT_A_DATE:
            return _("Write a date as year, month and day, such as 2026-03-14.")
        case ProblemCode.BELOW_MINIMUM:
            return _("Write a number that is at least %(limit)s.") % {"limit": shown}
        case ProblemCode.ABOVE_MAXIMUM:
            return _("Write a number that is at most %(limit)s.") % {"limit": shown}
        case ProblemCode.EXCLUSIVE_WITH_OTHERS:
            return _("One of the options cannot be chosen together with others.")
        case ProblemCode.SEVERAL_IN_ONE_CHOICE:
            return _("Choose one option only.")
        case ProblemCode.REQUIRED | ProblemCode.STATUS_REQUIRED:
            return _("The question is to be answered.")
        case ProblemCode.NOT_ASKED:
            return _("The question is not asked with the answers that you have given.")
    return _("Choose among the options shown.")


CONDITIONS: Mapping[Condition, Text] = {
    Condition.AMOUNT_ASKED: gettext_lazy("No money is asked for."),
    Condition.ALL_ANSWERED: gettext_lazy("Not all that is required has been answered."),
    Condition.PARTNERS_APPROVED: gettext_lazy("Not all partners have approved their parts."),
    Condition.NO_BLOCKING_CHECK: gettext_lazy("There is something that must be corrected first."),
    Condition.NEVER_RECEIVED: gettext_lazy(
        "The application has been received once, so it cannot be thrown away. Send it in again; "
        "then it can be withdrawn."
    ),
    Condition.CALL_OPEN: gettext_lazy("The call is not open."),
    Condition.NOBODY_ASSIGNED: gettext_lazy("The agency has begun to handle the case."),
    Condition.FIELDS_AND_DATE_NAMED: gettext_lazy(
        "Name what is to be completed, and a date that has not passed."
    ),
    Condition.OFFICER_OR_DATE_PASSED: gettext_lazy("The date has not passed."),
    Condition.DISMISSAL_GROUND: gettext_lazy("No ground for dismissing is given."),
    Condition.REASONS_GIVEN: gettext_lazy("No reasons are given."),
    Condition.ASSIGNED: gettext_lazy("The case is not assigned to you."),
    Condition.NO_CONFLICT: gettext_lazy(
        "There is a conflict of interest, or it has not been declared whether there is one."
    ),
    Condition.FINDINGS_COMPLETE: gettext_lazy("Not all requirements have been judged."),
    Condition.ASSESSMENT_DONE: gettext_lazy("The assessment form is not done."),
    Condition.OPINIONS_IN: gettext_lazy("Opinions are awaited."),
    Condition.PROPOSAL_WITH_REASONS: gettext_lazy("There is no proposal with reasons."),
    Condition.COMMUNICATED: gettext_lazy("The applicant has not been sent the adverse material."),
    Condition.REQUIREMENTS_MET: gettext_lazy("The requirements are not met for that amount."),
    Condition.AMOUNT_WITHIN_ASKED: gettext_lazy("The amount is not within what was asked for."),
    Condition.FRAME_HOLDS: gettext_lazy("The call's frame does not have that much left."),
    Condition.FOUR_EYES: gettext_lazy("One who has assessed a case does not decide it."),
    Condition.DECIDED_AFTER_RECEIPT: gettext_lazy("The decision is dated before the receipt."),
    Condition.RECONSIDERATION_GROUND: gettext_lazy("No ground for trying it again is given."),
    Condition.REPORT_ACCEPTED: gettext_lazy("The report has not been accepted."),
    Condition.REPORTED_AFTER_DECISION: gettext_lazy("The report is dated before the decision."),
    Condition.INTERIM_DONE_OR_NOT_ASKED: gettext_lazy("The interim report has not been accepted."),
    Condition.LISTED_GROUND: gettext_lazy("The ground is not one of the call's."),
    Condition.LEDGER_BALANCED: gettext_lazy("The money of the case does not balance to zero."),
}
"""Why a transition is refused, by the condition that does not hold."""


def refusal_text(condition: Condition) -> str:
    """Why a transition is refused."""
    return str(CONDITIONS[condition])
