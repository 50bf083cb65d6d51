"""Which questions somebody can be asked at all, and which options then can be chosen.

A question's conditions, those of the questions that they are on included, are one conjunction of
demands on single answers. So it can hold where each of those answers can.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.definitions.questionnaire import (
    WHOLE,
    Condition,
    Question,
    QuestionKind,
    Questionnaire,
    Section,
)


@dataclass
class _Demands:
    """What the answers have to be: statuses of the area, and options of questions by place."""

    statuses: set[str] | None = None
    options: dict[tuple[str, str], list[frozenset[str]]] = field(default_factory=dict)
    impossible: bool = False


def can_be_asked(form: Questionnaire, area: str, question: Question) -> bool:
    """Whether any answers lead to the question in that area (WHOLE: for the whole form)."""
    demands = _demands(form, area, question)
    return not demands.impossible and all(
        _can_be_chosen(form, at, key, sets) for (at, key), sets in demands.options.items()
    )


def useless_options(
    form: Questionnaire, area: str, question: Question, condition: Condition
) -> Iterator[str]:
    """The options that a condition names in vain: the question is not asked of anybody who has
    chosen them."""
    if condition.question is None:
        return
    others = tuple(each for each in question.when if each is not condition)
    for option in condition.options:
        narrowed = Condition(
            question=condition.question, options=(option,), status=condition.status
        )
        alone = question.model_copy(update={"when": (*others, narrowed)})
        if not can_be_asked(form, area, alone):
            yield option


def areas_of(section: Section, areas: Sequence[str]) -> tuple[str, ...]:
    """The areas that the section comes for; WHOLE alone for one that comes once."""
    if section.repeat is None:
        return (WHOLE,)
    return tuple(area for area in areas if section.covers(area))


def _demands(form: Questionnaire, area: str, question: Question) -> _Demands:
    found = _Demands(statuses={each.code for each in form.area_statuses})
    _add(form, area, question, found)
    return found


def _add(form: Questionnaire, area: str, question: Question, found: _Demands) -> None:
    for condition in question.when:
        if condition.status:
            found.statuses = (found.statuses or set()) & set(condition.status)
            found.impossible = found.impossible or not found.statuses
        if condition.question is None:
            continue
        for at in (area, WHOLE) if area else (WHOLE,):
            target = form.question(at, condition.question)
            if target is not None:
                wanted = found.options.setdefault((at, target.key), [])
                wanted.append(frozenset(condition.options))
                _add(form, at, target, found)
                break
        else:
            found.impossible = True


def _can_be_chosen(
    form: Questionnaire, area: str, key: str, wanted: Sequence[frozenset[str]]
) -> bool:
    """Whether one answer to the question has an option out of each of the sets."""
    question = form.question(area, key)
    if question is None:
        return False
    known = [each & frozenset(question.option_codes) for each in wanted]
    together = frozenset.intersection(*known)
    if question.kind is QuestionKind.ONE_CHOICE:
        return bool(together)
    exclusive = frozenset(each.code for each in question.options if each.exclusive)
    return bool(together) or all(each - exclusive for each in known)
