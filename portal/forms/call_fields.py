"""How the fields of a call's definition are shown to those who make calls: parts, help, choices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applicants.enums import OrganisationKind
from core.content import Text
from core.definitions.faults import Place
from core.definitions.questionnaire import OptionList, Question, Questionnaire, Section
from grants.definitions import (
    AssessmentForm,
    AttachmentKind,
    CostReason,
    CostRule,
    DevelopmentField,
    EligibilityQuestion,
    Letter,
    LibraryText,
    OpinionForm,
    Requirement,
    TableDefinition,
)
from grants.definitions.assessment import Appeal
from grants.enums import Stream
from reviews.enums import FindingValue, TextUse


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a call, with a page of its own: the document at `place`, or some of its fields."""

    slug: str
    group: Text
    title: Text
    intro: Text
    place: Place = ()
    names: tuple[str, ...] = ()


CALL, FORM = _("The call"), _("What applicants are asked")
JUDGING, AFTERWARDS = _("How it is judged and decided"), _("After the decision")

PARTS: tuple[Part, ...] = (
    Part(
        "grunder",
        CALL,
        _("Title, purpose and legal basis"),
        _("What is shown first on the call’s page. Every text is in Swedish and in English."),
        (),
        ("code", "year", "stream", "agency", "title", "purpose", "legal_basis"),
    ),
    Part(
        "tider-och-ram",
        CALL,
        _("Dates and frame"),
        _("When one applies, when the money is to be used, and how much there is in all."),
        (),
        ("frame_sek", "dates"),
    ),
    Part(
        "vem-far-soka",
        CALL,
        _("Who may apply"),
        _("Which kinds of organisation may apply, and whether county boards give their opinion."),
        (),
        ("who_may_apply", "asks_opinion"),
    ),
    Part(
        "omraden",
        CALL,
        _("Areas and development fields"),
        _("What money can be sought for. A call needs at least one area."),
        (),
        ("development_fields", "other_areas"),
    ),
    Part(
        "prestationskrav",
        CALL,
        _("Performance requirements"),
        _("What each organisation is to meet, and which findings are enough."),
        (),
        ("requirements",),
    ),
    Part(
        "sidans-texter",
        CALL,
        _("More on the call’s page"),
        _("What the money may be used for, how applications are judged, and whom to ask."),
        ("application",),
        ("who_note", "payable", "not_payable", "judging", "contacts"),
    ),
    Part(
        "far-vi-soka",
        CALL,
        _("The check “May we apply?”"),
        _("A few questions on the call’s page. Nothing of what is answered is kept."),
        ("application",),
        ("eligibility",),
    ),
    Part(
        "fragor",
        FORM,
        _("Questions of the application"),
        _("Sections of questions, in the order in which they are asked."),
        ("application", "questionnaire"),
    ),
    Part(
        "insatser-och-krav",
        FORM,
        _("Activities, requirements and declaration"),
        _("Help at activities and funding, how requirements are answered, and what is signed."),
        ("application",),
        ("max_areas", "activity_help", "funding_help", "requirements", "declaration"),
    ),
    Part(
        "kostnadsslag",
        FORM,
        _("Cost categories"),
        _("The kinds of cost that a budget line can be."),
        ("application", "budget"),
        ("help", "categories"),
    ),
    Part(
        "kostnadsregler",
        FORM,
        _("Cost rules"),
        _("What the money may not be used for, or only within limits."),
        ("application", "budget"),
        ("rules",),
    ),
    Part(
        "organisationernas-delar",
        FORM,
        _("What each organisation answers"),
        _("Questions that every organisation of a joint application answers for itself."),
        ("application",),
        ("part", "own_work"),
    ),
    Part(
        "bilagor",
        FORM,
        _("Attachments"),
        _("Documents to attach to the application."),
        ("application",),
        ("attachments",),
    ),
    Part(
        "bedomning",
        JUDGING,
        _("Assessment form"),
        _("What case officers answer, with guidance, points and how long it should take."),
        ("assessment",),
        (
            "questionnaire",
            "officers",
            "guidance",
            "scores",
            "waiver",
            "answer_days",
            "target_days",
        ),
    ),
    Part(
        "skal-vid-poster",
        JUDGING,
        _("Reasons at budget lines"),
        _("Why a cost is approved in part or not at all. The text stands in the decision."),
        ("assessment",),
        ("cost_reasons",),
    ),
    Part(
        "textbibliotek",
        JUDGING,
        _("Library of texts"),
        _("Texts that case officers begin from when they write proposals."),
        ("assessment",),
        ("texts",),
    ),
    Part(
        "yttranden",
        JUDGING,
        _("Opinions of county boards"),
        _("What county boards answer beside their recommendation, and how long they have."),
        ("assessment", "opinion"),
    ),
    Part(
        "beslutsbrev",
        JUDGING,
        _("Decision letter"),
        _("Letterhead, conditions in every grant, and how decisions are appealed."),
        ("assessment", "letter"),
    ),
    Part(
        "brev-och-mejl",
        JUDGING,
        _("Own words in letters and mails"),
        _("Paragraphs of your own in letters and mails. All of them may be left empty."),
        ("letters",),
    ),
    Part(
        "villkor",
        AFTERWARDS,
        _("Money left over, reports and revocation"),
        _("What holds after the decision."),
        (),
        ("carry_over", "reports", "revocation_grounds"),
    ),
    Part(
        "utbetalning",
        AFTERWARDS,
        _("Payments"),
        _("How grants are paid, and what holds for money that is to come back."),
        ("payments",),
    ),
    Part(
        "redovisning",
        AFTERWARDS,
        _("Money and plan in the report"),
        _("What stands beside the questionnaire when grantees report."),
        ("reporting",),
        ("plan", "part", "explain_percent", "certificate_from_sek", "certificate_help"),
    ),
    Part(
        "paminnelser",
        AFTERWARDS,
        _("Reminders of reports"),
        _("How many days before and after the last day those who report are reminded."),
        ("reporting", "reminders"),
    ),
    Part(
        "aterrapportering",
        AFTERWARDS,
        _("Questions of the report"),
        _("What grantees answer in interim and final reports. The outcome tables count it."),
        ("report_questionnaire",),
    ),
    Part(
        "tabeller",
        AFTERWARDS,
        _("Outcome tables"),
        _("The tables that the national report is made of."),
        (),
        ("tables",),
    ),
)
BY_SLUG: Mapping[str, Part] = {part.slug: part for part in PARTS}

CARDS: frozenset[type[Any]] = frozenset(
    (
        Appeal,
        AttachmentKind,
        CostReason,
        CostRule,
        DevelopmentField,
        EligibilityQuestion,
        LibraryText,
        OptionList,
        Question,
        Requirement,
        Section,
        TableDefinition,
    )
)
"""Items of lists that have a page of their own."""
PAGES: frozenset[type[Any]] = frozenset((Questionnaire, AssessmentForm, Letter, OpinionForm))
"""Documents inside others that have a page of their own."""
NOT_SHOWN: frozenset[tuple[str, str]] = frozenset(
    (
        ("CallDefinition", "version"),
        ("CallDefinition", "follows"),
        ("AgencyReference", "code"),
        ("Questionnaire", "key"),
        ("Questionnaire", "version"),
        ("TableDefinition", "stream"),
    )
)
"""What is filled in by itself."""
SHORT: frozenset[str] = frozenset(
    (
        "title",
        "label",
        "name",
        "row_heading",
        "court",
        "rule",
        "interest",
        "blocks",
        "waiver",
        "hours",
    )
)
"""Texts of one line."""

_CODE = _(
    "Lower-case letters a–z, digits and _. Leave it empty, and it is made of the title. What is "
    "stored goes by the code: never change one that has been used."
)
HELP: Mapping[str, Text] = {
    "code": _CODE,
    "key": _CODE,
    "CallDefinition.code": _(
        "What the call is known by in files and addresses, such as kommuner-2027."
    ),
    "CallDefinition.title": _(
        "Write {year} where the call’s year is to stand, and it is filled in. {previous_year} and "
        "{next_year} work the same way."
    ),
    "legal_basis": _("The ordinance or appropriation directions that the grant rests on."),
    "frame_sek": _("The most that can be granted in all, in whole kronor."),
    "CallDates.opens": _("The first day to apply. All days are written as 2026-03-14."),
    "CallDates.closes": _("The whole day counts, until midnight."),
    "CallDates.measured_at": _("At the end of this day is measured what has been spent."),
    "CallDates.report_cutoff": _(
        "Reports received later are not counted in the year’s national report."
    ),
    "CallDates.report_due": _("When the interim report is to be sent in."),
    "asks_opinion": _("The board of each organisation’s county is asked about the application."),
    "AgencyReference.short": _("A short name or an abbreviation."),
    "Requirement.satisfied_by": _("Any of these findings means that the requirement is met."),
    "Requirement.applies_to": _(
        "The system itself proposes a finding where it can tell: an organisation that answers no "
        "is proposed as not met, one that answers yes with evidence as met. For those granted "
        "money last year, a received report of work that goes on or is completed is proposed as "
        "begun. The officer decides."
    ),
    "Requirement.kinds": _("None ticked: it is put to every kind that may apply."),
    "AttachmentKind.kinds": _("None ticked: it is asked of every kind that may apply."),
    "carry_over": _("Whether what is left after the last day to use it may be used later."),
    "ApplicationForm.max_areas": _("Leave it empty where there is no limit."),
    "ApplicationForm.declaration": _("What the signatory signs, sentence by sentence."),
    "ApplicationForm.own_work": _(
        "The question that ties the part to the organisation’s own work. Case officers see its "
        "answer beside the part."
    ),
    "RequirementForm.how_max_length": _("How long the answer to a requirement may be."),
    "RequirementForm.evidence": _("The applicant is asked to attach evidence."),
    "CostRule.kind": _("What is not payable is refused; what is limited is worked out or weighed."),
    "CostRule.reason": _("Shown at the budget line: say why, and what the applicant can do."),
    "CostRule.categories": _("Which kinds of cost it is about. None ticked: every kind."),
    "CostRule.areas": _("Which areas it is about. None ticked: every area."),
    "CostRule.max_amount_sek": _("Whole kronor. With no limit at all, the rule is words alone."),
    "CostRule.max_percent": _("Of all that is sought."),
    "Section.repeat": _("The section comes once for each area that is applied for or reported."),
    "Section.areas": _("None ticked: all areas."),
    "Question.kind": _("What an answer is. Save, and what belongs to the kind is shown."),
    "Question.option_list": _("Options that several questions share, instead of its own."),
    "Question.max_length": _("Give room: 4 000 to 10 000 for what is to be described."),
    "Question.when": _("The question is asked only where all of these hold."),
    "Question.replaces": _(
        "Only where the question stands for one of the year before that had another key, or "
        "whose options had other codes: then the years can be compared."
    ),
    "Condition.options": _("Choose the question and save: its answers are then shown here."),
    "Condition.status": _("Any of these statuses of the area. Only in sections that repeat."),
    "Option.exclusive": _("Such as “None of these”. Only where several can be chosen."),
    "Questionnaire.option_lists": _("Options that several questions share."),
    "Questionnaire.area_statuses": _("How far the work in an area has come. Only in reports."),
    "EligibilityAnswer.verdict": _("One no is a no; otherwise one that depends leaves it open."),
    "EligibilityAnswer.reason": _("Needed for whatever is not a yes."),
    "EligibilityAnswer.advice": _("What the reader can do about it."),
    "AssessmentForm.officers": _("Two assess independently of one another."),
    "AssessmentForm.scores": _(
        "Points for the answers of a question with one choice. Choose the question and save: its "
        "answers are then shown."
    ),
    "AssessmentForm.waiver": _("Without it no waiver of a requirement can be asked for."),
    "AssessmentForm.target_days": _("From receipt to decision."),
    "CostReason.text": _("Stands in the decision."),
    "OpinionForm.days": _("How long the county board has."),
    "Letter.address": _("The lines of the letterhead, one on each line."),
    "Letter.repayment": _("The reservation for repayment that stands in every grant."),
    "Letter.conditions": _("Conditions that stand in every grant."),
    "Letter.appeals": _("A kind of decision that none of these names cannot be appealed."),
    "LetterTexts.receipt": _(
        "A mail says that there is news in the case, never what. Write nothing about the case."
    ),
    "PaymentTerms.appropriation": _("Stands on each payment, such as 4:7 ap.1."),
    "PaymentTerms.parts": _("Together they are 100 per cent."),
    "PaymentPart.months": _("0 means at once."),
    "RepaymentTerms.interest": _("Left empty, no interest is charged."),
    "RepaymentTerms.blocks": _("Left empty, what is owed is only a warning when one applies."),
    "RepaymentTerms.pay_to": _(
        "Such as the agency’s bankgiro. Stands in the letter of each claim, unless something else "
        "is written there. Left empty, what the agency last wrote is suggested."
    ),
    "ReportForm.plan": _("Answers of the application that are shown beside what is reported."),
    "ReportForm.explain_percent": _(
        "A budget line that differs so much from what was approved is to be explained."
    ),
    "ReportForm.certificate_from_sek": _(
        "Grants of so many kronor and more. Left empty, no certificate is asked for."
    ),
    "ReportReminders.before": _("Numbers with commas between, such as 30, 7, 1."),
    "ReportReminders.after": _("Numbers with commas between, such as 1, 7, 14."),
    "ReportReminders.escalate": _(
        "Then the organisation’s administrator and the officer are told."
    ),
    "TableDefinition.kind": _(
        "What the table counts. Save, and its rows and columns can be chosen."
    ),
    "TableDefinition.title": _("{year} is filled with the year when the table is shown."),
    "Entry.label": _("Only where it is to be called something else than the area or the option."),
}
_VALUES: Mapping[str, Mapping[Any, Text]] = {
    "stream": dict(Stream.choices),
    "who_may_apply": dict(OrganisationKind.choices),
    "kinds": dict(OrganisationKind.choices),
    "satisfied_by": dict(FindingValue.choices),
    "applies_to": {
        "all": _("Everyone"),
        "granted_last_year": _("Those granted money the year before"),
    },
    "carry_over": {
        "by_decision": _("It may be used later by decision"),
        "not_at_all": _("It is to be paid back"),
    },
    "repeat": {"area": _("Once for each area")},
    "Question.kind": {
        "text": pgettext_lazy("kind of question", "Text"),
        "number": pgettext_lazy("kind of question", "Whole number"),
        "money": pgettext_lazy("kind of question", "Amount in kronor"),
        "date": pgettext_lazy("kind of question", "Date"),
        "one_choice": pgettext_lazy("kind of question", "One of several options"),
        "several_choices": pgettext_lazy("kind of question", "Several options"),
    },
    "CostRule.kind": {
        "not_payable": _("The money may not be used for it"),
        "limited": _("Only within limits, or after being weighed"),
    },
    "verdict": {
        "yes": pgettext_lazy("verdict", "May apply"),
        "no": pgettext_lazy("verdict", "May not apply"),
        "depends": pgettext_lazy("verdict", "It depends"),
    },
    "officers": {1: _("One officer"), 2: _("Two officers, independently")},
    "use": dict(TextUse.choices),
    "decisions": {
        "granted": pgettext_lazy("kind of decision", "Granted in full"),
        "part": pgettext_lazy("kind of decision", "Granted in part"),
        "rejected": pgettext_lazy("kind of decision", "Rejected"),
        "dismissed": pgettext_lazy("kind of decision", "Dismissed"),
        "revoked": pgettext_lazy("kind of decision", "Revoked"),
    },
    "TableDefinition.kind": {
        "area_status_counts": _("How many areas are ongoing, completed, not carried out"),
        "multi_choice_counts": _("How many chose each option, in one area"),
        "single_choice_percent": _("Percentages of one choice, by area"),
        "multi_choice_percent": _("Percentages of several choices, by area"),
    },
    "group_by": {"development_field": _("By development field")},
}


def help_of(owner: type[Any], name: str) -> Text:
    """What is said under a field's label; empty where the label says enough."""
    return HELP.get(f"{owner.__name__}.{name}") or HELP.get(name) or ""


def value_labels(owner: type[Any], name: str) -> Mapping[Any, Text]:
    """What the values of a choice are called."""
    return _VALUES.get(f"{owner.__name__}.{name}") or _VALUES.get(name) or {}
