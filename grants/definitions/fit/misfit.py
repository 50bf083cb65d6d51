"""What does not fit together in a call definition, as a code with its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from enum import Enum, StrEnum

from django.utils.translation import get_language, gettext

from core import formats
from core.definitions.faults import Place, gettext_noop
from core.definitions.text import LocalText


class Severity(StrEnum):
    """What blocks keeps a call from being published; the rest is advice."""

    BLOCKING = "blocking"
    ADVICE = "advice"


class Words(str):
    """A parameter that is words to translate when it is shown."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing that does not fit, at its place in the document. `params` are codes, numbers,
    days and the definition's own texts; it becomes text when it is shown."""

    code: str
    severity: Severity
    place: Place
    params: Mapping[str, object] = dataclass_field(default_factory=dict, hash=False)

    @property
    def blocks(self) -> bool:
        """Whether the call cannot be published with it."""
        return self.severity is Severity.BLOCKING

    def text(self) -> str:
        """What does not fit and what can be done, in the active language."""
        language = get_language() or "sv"
        words = {name: _word(value, language) for name, value in self.params.items()}
        return gettext(TEXTS[self.code]).format(**words)


def blocking(code: str, /, *place: int | str, **params: object) -> Misfit:
    """One that keeps the call from being published."""
    return Misfit(code, Severity.BLOCKING, place, params)


def advice(code: str, /, *place: int | str, **params: object) -> Misfit:
    """One to look at."""
    return Misfit(code, Severity.ADVICE, place, params)


def _word(value: object, language: str) -> str:
    match value:
        case LocalText():
            return value.in_(language)
        case date():
            return value.isoformat()
        case int():
            return formats.number(value)
        case Enum() if hasattr(value, "label"):
            return str(value.label)
        case Words():
            return gettext(value)
        case tuple():
            return ", ".join(_word(each, language) for each in value)
    return str(value)


TEXTS: Mapping[str, str] = {
    # Questions
    "required_never_asked": gettext_noop(
        "“{question}” must be answered, but nobody is ever asked it: its conditions cannot hold at "
        "the same time. Take away a condition."
    ),
    "never_asked": gettext_noop(
        "Nobody is ever asked “{question}”: its conditions cannot hold at the same time. Take away "
        "a condition, or the question."
    ),
    "never_asked_in": gettext_noop(
        "“{question}” is never asked in {areas}: its conditions cannot hold there. List the areas "
        "of the section without them, or change the condition."
    ),
    "option_without_effect": gettext_noop(
        "The condition names the option “{option}”, which cannot be chosen where the question is "
        "asked. Take it away from the condition."
    ),
    "only_exclusive": gettext_noop(
        "No option of “{question}” can be chosen together with another, so only one can be chosen. "
        "Make it a question with one choice."
    ),
    "options_alike": gettext_noop(
        "“{label}” stands for two options of the question. Give them different labels."
    ),
    "asked_only_in_unpayable": gettext_noop(
        "The section comes only for {areas}, and nothing can be paid there: nobody can be asked "
        "its questions."
    ),
    "area_unpayable": gettext_noop(
        "Money can be sought for the area, but the cost rules pay for nothing in it. Change the "
        "rules, or take the area away."
    ),
    "area_without_questions": gettext_noop(
        "No question is asked about the area “{area}” in the application."
    ),
    "area_not_reported": gettext_noop(
        "No question is asked about the area “{area}” in the report."
    ),
    "no_statuses": gettext_noop(
        "A report says of each area whether the work is ongoing, completed or not carried out, and "
        "the questionnaire has no such statuses. Add them."
    ),
    "status_not_kept": gettext_noop(
        "The status “{status}” cannot be kept. The statuses are {expected}."
    ),
    "status_missing": gettext_noop("The status “{status}” is missing, and cannot be reported."),
    "training_not_asked": gettext_noop(
        "The key figure on regional training counts the reports that answer “{option}” to the "
        "question with the key “{key}”, which is not asked. The figure will be 0."
    ),
    "max_areas_above": gettext_noop(
        "One application may be for {number} areas, and the call has {areas}. The limit says "
        "nothing."
    ),
    # Questions of the year before
    "replaced_still_asked": gettext_noop(
        "The question is said to replace “{key}”, which is still asked. Only one of them can go on "
        "from the year before."
    ),
    "replaced_twice": gettext_noop(
        "Two questions are said to replace “{key}”. Only one of them can go on from the year "
        "before."
    ),
    "replaces_unknown": gettext_noop(
        "The question is said to replace “{key}”, which was not asked there in {earlier}."
    ),
    "replaces_unknown_option": gettext_noop(
        "“{option}” was not an option of “{key}” in {earlier}."
    ),
    "replaces_other_kind": gettext_noop(
        "The question is of another kind than “{key}” in {earlier}, so their answers cannot stand "
        "side by side."
    ),
    "key_of_other_kind": gettext_noop(
        "The key “{key}” was another kind of question in {earlier}. A key is one question for all "
        "years: give the new question a key of its own."
    ),
    "option_gone": gettext_noop(
        "The option “{option}” of {earlier} is no longer there. If it has another code now, say so "
        "in “Replaces”; otherwise it ends here."
    ),
    # Tables
    "tables_without_reports": gettext_noop(
        "The call asks for no reports, so nothing can be counted in its tables."
    ),
    "table_never_asked": gettext_noop(
        "The table counts “{question}”, which nobody is asked in {areas}: its conditions cannot "
        "hold there."
    ),
    "table_lacks_row": gettext_noop(
        "“{question}” is also asked in {areas}, which have no row in the table."
    ),
    "table_lacks_column": gettext_noop(
        "In table {table} there is no place for: {options}. They are counted in n alone, so a row "
        "need not add up to 100."
    ),
    "table_lacks_option": gettext_noop("In table {table} there is no row for: {options}."),
    "placeholders_differ": gettext_noop(
        "The placeholders in Swedish and in English are not the same."
    ),
    # Texts
    "placeholder_left": gettext_noop(
        "{placeholder} is not filled in here, and would be shown as it stands."
    ),
    "text_alike": gettext_noop("The text is the same in Swedish and in English. Translate it."),
    # Dates
    "no_days_to_apply": gettext_noop(
        "The call takes applications, and does not say from when until when."
    ),
    "decision_after_spend_by": gettext_noop(
        "Decisions are expected {later}, after the last day to use the money, {earlier}."
    ),
    "decision_after_measuring": gettext_noop(
        "Decisions are expected {later}, after the measuring date, {earlier}: nothing can have "
        "been spent by then."
    ),
    "closes_after_spend_by": gettext_noop(
        "The last day to apply, {later}, is after the last day to use the money, {earlier}."
    ),
    "due_after_cutoff": gettext_noop(
        "Reports are due {later}, after the last day for reports to be counted, {earlier}: a "
        "report in time would not be counted."
    ),
    "final_before_interim": gettext_noop(
        "The final report is due {earlier}, before the interim report, {later}."
    ),
    "measured_other_year": gettext_noop(
        "The measuring date is {day}, and the call is of the year {year}."
    ),
    "interim_without_day": gettext_noop(
        "The call asks for an interim report, and does not say when it is due. It must then "
        "stand in each decision."
    ),
    "final_without_day": gettext_noop(
        "The call asks for a final report, and does not say when it is due. It must then "
        "stand in each decision."
    ),
    "day_of_no_interim": gettext_noop(
        "There is a day for the interim report, which the call does not ask for."
    ),
    "day_of_no_final": gettext_noop(
        "There is a day for the final report, which the call does not ask for."
    ),
    "no_reports": gettext_noop(
        "The call asks for no report: what came of the money will not be known."
    ),
    "reminder_before_decision": gettext_noop(
        "{number} days before the report is due is {day}, before decisions are expected."
    ),
    "reminder_after_next": gettext_noop(
        "{number} days after the interim report is due is {day}, after the final report is due."
    ),
    "escalated_unreminded": gettext_noop(
        "Others are told {number} days after the last day, before those who are to report have "
        "been reminded that it has passed."
    ),
    "carried_without_final": gettext_noop(
        "Money may be carried over, and no final report is asked for: what becomes of it would not "
        "be reported."
    ),
    "reports_alike": gettext_noop(
        "Nothing can be used after the measuring date, {day}, so the interim and the final report "
        "would say the same. Ask for one of them."
    ),
    # Costs and payments
    "limit_above_frame": gettext_noop(
        "The highest amount is above the call's frame, {frame} kr, and limits nothing."
    ),
    "limit_of_all": gettext_noop("100 per cent of what is sought limits nothing."),
    "rule_overshadowed": gettext_noop(
        "Everything that the rule limits is not paid for at all by another rule: {rules}."
    ),
    "nothing_payable": gettext_noop("The cost rules pay for nothing at all."),
    "reason_missing": gettext_noop(
        "There is no reason with the code “{code}”, which is used when {when}."
    ),
    "nothing_paid": gettext_noop(
        "The call does not say how grants are paid. Nothing is paid from here."
    ),
    "part_after_no_interim": gettext_noop(
        "The part waits for the interim report, which the call does not ask for: it would never "
        "be paid."
    ),
    "part_after_spend_by": gettext_noop(
        "The part is due {later}, after the last day to use the money, {earlier}."
    ),
    "nothing_before_interim": gettext_noop(
        "Nothing is paid before the interim report is accepted. Grantees have to do the work "
        "with their own money until then."
    ),
    "certificate_above_frame": gettext_noop(
        "An auditor's certificate is asked for from an amount above the call's frame: nobody is "
        "asked for one."
    ),
    "help_without_certificate": gettext_noop(
        "There is a help text for the auditor's certificate, and no amount from which one is asked "
        "for."
    ),
    "plan_of_no_area": gettext_noop(
        "“{question}” is not asked for each area, and cannot be shown beside an area in the report."
    ),
    # Requirements
    "never_met": gettext_noop(
        "Only “not applicable” is enough, so nobody that the requirement is put to can meet it."
    ),
    "begun_but_not_met": gettext_noop(
        "It is enough that the work has begun, and not that the requirement is met."
    ),
    "no_evidence_asked": gettext_noop(
        "No evidence is asked for, and an answer without evidence proves nothing: the system will "
        "propose no finding. The officers judge."
    ),
    "no_report_to_go_by": gettext_noop(
        "The requirement is put to those granted money the year before, and the call of {earlier} "
        "asks for no report: there is nothing that the system can propose a finding from."
    ),
    "no_call_before": gettext_noop(
        "The requirement is put to those granted money the year before, and the call follows no "
        "other: it is put to nobody unless there was a call that year."
    ),
    # Who may apply
    "eligibility_never_yes": gettext_noop(
        "Every answer to “{question}” means no: the check says to everybody that they may not "
        "apply."
    ),
    "eligibility_never_clear": gettext_noop(
        "No answer to “{question}” means yes: the check leaves it open for everybody."
    ),
    "kind_of_other_stream": gettext_noop("{kind} may apply, which belongs to the other stream."),
    "no_contact": gettext_noop("The call's page names nobody to ask."),
    # Assessment
    "no_assessment": gettext_noop(
        "The call takes applications, and does not say how they are judged: none could be decided."
    ),
    "scores_without_maximum": gettext_noop(
        "Every option of “{question}” gives 0 points, so the sum has no maximum."
    ),
    "scores_alike": gettext_noop("Every option of “{question}” gives the same points."),
    "option_without_points": gettext_noop(
        "The options {options} of “{question}” have no points, and give 0."
    ),
    "scored_not_required": gettext_noop(
        "“{question}” gives points and need not be answered. The form can be done without them."
    ),
    "scored_under_condition": gettext_noop(
        "“{question}” gives points and is asked only under a condition. Its points are in the "
        "maximum also where it is not asked."
    ),
    "no_letter": gettext_noop("There is nothing on decision letters, so no letters can be made."),
    "appealed_twice": gettext_noop(
        "How the kind of decision “{kind}” is appealed is said twice. The first is used."
    ),
    "opinion_not_asked": gettext_noop(
        "There are questions for county boards, and the call does not ask for their opinion."
    ),
    "opinion_after_decision": gettext_noop(
        "County boards have {number} days, which ends {day}, after decisions are expected."
    ),
    "no_grounds": gettext_noop(
        "There is no ground for revocation, so no grant of the call can be revoked."
    ),
}
"""What is said of each code. The names in braces are filled from the misfit's parameters."""
