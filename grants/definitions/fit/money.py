"""Costs, payments and what is reported of them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from core.definitions.questionnaire import WHOLE
from grants.definitions.application import Budget, CostRule, CostRuleKind
from grants.definitions.call import CallDefinition, CarryOver
from grants.definitions.payments import PaymentPart

from .misfit import Misfit, advice, blocking
from .questions import questionnaires

DAYS_A_MONTH = 31
"""A part is due so many calendar months after the decision: no more days than this each."""


def of_costs(definition: CallDefinition) -> Iterator[Misfit]:
    """Rules that pay for nothing, or limit nothing."""
    form = definition.application
    if form is None:
        return
    budget, areas = form.budget, definition.area_codes
    closed = unpayable_areas(budget, areas)
    if len(closed) == len(areas):
        yield blocking("nothing_payable", "application", "budget", "rules")
    else:
        yield from _unpayable(definition, closed)
    for r, rule in enumerate(budget.rules):
        here = ("application", "budget", "rules", r)
        if rule.kind is not CostRuleKind.LIMITED:
            continue
        if rule.max_amount_sek is not None and rule.max_amount_sek > definition.frame_sek:
            yield advice("limit_above_frame", *here, "max_amount_sek", frame=definition.frame_sek)
        if rule.max_percent == 100:
            yield advice("limit_of_all", *here, "max_percent")
        above = _covering(budget, rule, areas)
        if above:
            yield advice("rule_overshadowed", *here, rules=tuple(each.title for each in above))
    if form.max_areas is not None and form.max_areas > len(areas):
        yield advice(
            "max_areas_above", "application", "max_areas", number=form.max_areas, areas=len(areas)
        )


def unpayable_areas(budget: Budget, areas: Sequence[str]) -> tuple[str, ...]:
    """The areas in which no category of cost is paid for."""
    return tuple(
        area
        for area in areas
        if all(
            any(
                rule.kind is CostRuleKind.NOT_PAYABLE
                for rule in budget.rules_for(category.code, area)
            )
            for category in budget.categories
        )
    )


def _unpayable(definition: CallDefinition, closed: Sequence[str]) -> Iterator[Misfit]:
    titles = {each.area.code: each.area.title for each in definition.placed_areas}
    for f, each in enumerate(definition.development_fields):
        for a, area in enumerate(each.areas):
            if area.code in closed:
                yield blocking("area_unpayable", "development_fields", f, "areas", a)
    for a, area in enumerate(definition.other_areas):
        if area.code in closed:
            yield blocking("area_unpayable", "other_areas", a)
    for place, form in questionnaires(definition):
        for s, section in enumerate(form.sections):
            if section.areas and set(section.areas) <= set(closed):
                yield blocking(
                    "asked_only_in_unpayable",
                    *place,
                    "sections",
                    s,
                    areas=tuple(titles[code] for code in section.areas),
                )


def _covering(budget: Budget, rule: CostRule, areas: Sequence[str]) -> tuple[CostRule, ...]:
    """The rules by which nothing is paid of all that `rule` limits; none where some is."""
    found: list[CostRule] = []
    for category in budget.categories:
        for area in areas:
            if not rule.applies_to(category.code, area):
                continue
            above = next(
                (
                    each
                    for each in budget.rules_for(category.code, area)
                    if each.kind is CostRuleKind.NOT_PAYABLE
                ),
                None,
            )
            if above is None:
                return ()
            if above not in found:
                found.append(above)
    return tuple(found)


def of_payments(definition: CallDefinition) -> Iterator[Misfit]:
    """Parts that are never paid, or too late to be used."""
    terms = definition.payments
    if terms is None:
        if definition.application is not None:
            yield advice("nothing_paid", "payments")
        return
    for p, part in enumerate(terms.parts):
        here = ("payments", "parts", p)
        if part.after_interim and not definition.reports.interim:
            yield blocking("part_after_no_interim", *here, "after_interim")
        late = _paid_after_spend_by(definition, part)
        if late is not None:
            found = blocking if definition.carry_over is CarryOver.NOT_AT_ALL else advice
            yield found(
                "part_after_spend_by",
                *here,
                "months",
                later=late,
                earlier=definition.dates.spend_by,
            )
    if all(part.after_interim for part in terms.parts) and definition.reports.interim:
        yield advice("nothing_before_interim", "payments", "parts")


def _paid_after_spend_by(definition: CallDefinition, part: PaymentPart) -> date | None:
    """The day on which the part is due, where it is after the last day to use the money."""
    decided = definition.dates.decision_expected
    if decided is None or not part.months:
        return None
    whole = decided.year * 12 + decided.month - 1 + part.months
    year, month = divmod(whole, 12)
    first = decided.replace(year=year, month=month + 1, day=1)
    length = (first + timedelta(days=DAYS_A_MONTH)).replace(day=1) - first
    due = first.replace(day=min(decided.day, length.days))
    return due if due > definition.dates.spend_by else None


def of_reporting(definition: CallDefinition) -> Iterator[Misfit]:
    """What stands beside the report's questions."""
    form = definition.reporting
    if form is None:
        return
    if (form.certificate_from_sek or 0) > definition.frame_sek:
        yield advice("certificate_above_frame", "reporting", "certificate_from_sek")
    if form.certificate_help is not None and form.certificate_from_sek is None:
        yield advice("help_without_certificate", "reporting", "certificate_help")
    asked = definition.application.questionnaire if definition.application else None
    for p, key in enumerate(form.plan):
        question = asked.question(WHOLE, key) if asked else None
        if (
            question is not None
            and asked is not None
            and not any(asked.question(area, key) for area in definition.area_codes)
        ):
            yield blocking("plan_of_no_area", "reporting", "plan", p, question=question.text)
