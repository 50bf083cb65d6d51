"""Who may apply, what they are to meet, and how that is judged."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from applicants.enums import OrganisationKind
from core.definitions.faults import gettext_noop
from core.definitions.questionnaire import WHOLE
from grants.definitions.application import Verdict
from grants.definitions.assessment import AssessmentForm, DecisionKind
from grants.definitions.call import AppliesTo, CallDefinition, FindingValue, Requirement

from .misfit import Misfit, Words, advice, blocking

KINDS: Mapping[str, tuple[str, ...]] = {
    "municipalities": ("municipality", "city_district", "municipal_association", "region"),
    "associations": ("association", "foundation", "faith_community"),
}
"""The kinds of organisation of each stream."""
REASONS = {
    "requirement_not_met": gettext_noop("an organisation does not meet the requirements"),
    "frame": gettext_noop("the frame does not suffice"),
}
"""The reasons at budget lines that the system itself uses, and when."""
DECISIONS: Mapping[str, str] = {
    DecisionKind.GRANTED: gettext_noop("Granted in full"),
    DecisionKind.PART: gettext_noop("Granted in part"),
    DecisionKind.REJECTED: gettext_noop("Rejected"),
    DecisionKind.DISMISSED: gettext_noop("Dismissed"),
    DecisionKind.REVOKED: gettext_noop("Revoked"),
}


def of_applicants(definition: CallDefinition) -> Iterator[Misfit]:
    """Who may apply, and what they are told of it."""
    for k, kind in enumerate(definition.who_may_apply):
        if kind not in KINDS[definition.stream]:
            yield advice("kind_of_other_stream", "who_may_apply", k, kind=OrganisationKind(kind))
    form = definition.application
    if form is None:
        return
    for e, question in enumerate(form.eligibility):
        verdicts = {each.verdict for each in question.answers}
        here = ("application", "eligibility", e)
        if verdicts == {Verdict.NO}:
            yield blocking("eligibility_never_yes", *here, question=question.text)
        elif Verdict.YES not in verdicts:
            yield advice("eligibility_never_clear", *here, question=question.text)
    if not form.contacts:
        yield advice("no_contact", "application", "contacts")
    for area in definition.placed_areas:
        if not any(True for _ in form.questionnaire.questions_for(area.area.code)):
            yield advice(
                "area_without_questions", "application", "questionnaire", area=area.area.title
            )
    if definition.assessment is None:
        yield blocking("no_assessment", "assessment")
    if not definition.revocation_grounds:
        yield advice("no_grounds", "revocation_grounds")


def of_requirements(definition: CallDefinition, earlier: CallDefinition | None) -> Iterator[Misfit]:
    """Requirements that nobody can meet, or that the system has nothing to propose from."""
    form = definition.application
    for r, requirement in enumerate(definition.requirements):
        here = ("requirements", r)
        enough = set(requirement.satisfied_by)
        if enough == {FindingValue.NOT_APPLICABLE}:
            yield blocking("never_met", *here, "satisfied_by")
        elif FindingValue.MET not in enough and FindingValue.BEGUN in enough:
            yield blocking("begun_but_not_met", *here, "satisfied_by")
        yield from _of_last_year(definition, requirement, earlier, r)
    if definition.requirements and form is not None and not form.requirements.evidence:
        yield advice("no_evidence_asked", "application", "requirements", "evidence")


def _of_last_year(
    definition: CallDefinition, requirement: Requirement, earlier: CallDefinition | None, r: int
) -> Iterator[Misfit]:
    if requirement.applies_to is not AppliesTo.GRANTED_LAST_YEAR:
        return
    here = ("requirements", r, "applies_to")
    if earlier is not None and earlier.year == definition.year - 1:
        if not earlier.reports.interim and not earlier.reports.final:
            yield advice("no_report_to_go_by", *here, earlier=str(earlier.year))
    elif earlier is None and definition.follows is None and definition.application is not None:
        yield advice("no_call_before", *here)


def of_assessment(definition: CallDefinition) -> Iterator[Misfit]:
    """The assessment form, the opinions and the letters."""
    form = definition.assessment
    if form is None:
        return
    yield from _of_scores(form)
    codes = [each.code for each in form.cost_reasons]
    for code, when in REASONS.items():
        if definition.application is not None and code not in codes:
            if code == "requirement_not_met" and not definition.requirements:
                continue
            yield advice(
                "reason_missing", "assessment", "cost_reasons", code=code, when=Words(when)
            )
    if form.opinion.questionnaire is not None and not definition.asks_opinion:
        yield advice("opinion_not_asked", "assessment", "opinion", "questionnaire")
    days = definition.dates
    if definition.asks_opinion and days.closes is not None and days.decision_expected is not None:
        end = days.closes + timedelta(days=form.opinion.days)
        if end > days.decision_expected:
            yield advice(
                "opinion_after_decision",
                "assessment",
                "opinion",
                "days",
                number=form.opinion.days,
                day=end,
            )
    if form.letter is None:
        yield advice("no_letter", "assessment", "letter")
        return
    said: set[str] = set()
    for a, appeal in enumerate(form.letter.appeals):
        for d, kind in enumerate(appeal.decisions):
            if kind in said:
                yield blocking(
                    "appealed_twice",
                    "assessment",
                    "letter",
                    "appeals",
                    a,
                    "decisions",
                    d,
                    kind=kind,
                )
            said.add(kind)


def _of_scores(form: AssessmentForm) -> Iterator[Misfit]:
    places = {
        question.key: (s, q)
        for s, section in enumerate(form.questionnaire.sections)
        for q, question in enumerate(section.questions)
    }
    for key in dict.fromkeys(each.question for each in form.scores):
        question = form.questionnaire.question(WHOLE, key)
        if question is None:
            continue
        first = next(s for s, each in enumerate(form.scores) if each.question == key)
        points = [form.points(key, code) or 0 for code in question.option_codes]
        here, named = ("assessment", "scores", first), {"question": question.text}
        if not any(points):
            yield blocking("scores_without_maximum", *here, **named)
        elif len(set(points)) == 1:
            yield advice("scores_alike", *here, **named)
        given = {each.option for each in form.scores if each.question == key}
        without = tuple(each.label for each in question.options if each.code not in given)
        if without:
            yield advice("option_without_points", *here, options=without, **named)
        s, q = places[key]
        at = ("assessment", "questionnaire", "sections", s, "questions", q)
        if question.when:
            yield advice("scored_under_condition", *at, "when", **named)
        elif not question.required:
            yield advice("scored_not_required", *at, "required", **named)
