"""Questionnaires: what nobody is asked, and what cannot be told apart or kept."""

from collections.abc import Iterator, Sequence

from core.definitions.faults import Place
from core.definitions.questionnaire import (
    WHOLE,
    Option,
    QuestionKind,
    Questionnaire,
    repeated,
)
from grants.definitions.call import CallDefinition

from .misfit import Misfit, advice, blocking
from .reach import areas_of, can_be_asked, useless_options

STATUSES = ("ongoing", "completed", "not_carried_out")
"""The statuses of an area that a report can be kept with."""
TRAINING = ("attended_regional_training", "yes")
"""The question, and its option, that a key figure of the national report counts."""


def questionnaires(definition: CallDefinition) -> Iterator[tuple[Place, Questionnaire]]:
    """Every questionnaire of the definition with its place, in the order of the document."""
    form, judged, reported = definition.application, definition.assessment, definition.reporting
    if form is not None:
        yield ("application", "questionnaire"), form.questionnaire
        if form.part is not None:
            yield ("application", "part"), form.part
    if judged is not None:
        yield ("assessment", "questionnaire"), judged.questionnaire
        if judged.opinion.questionnaire is not None:
            yield ("assessment", "opinion", "questionnaire"), judged.opinion.questionnaire
    if reported is not None and reported.part is not None:
        yield ("reporting", "part"), reported.part
    yield ("report_questionnaire",), definition.report_questionnaire


def of_questionnaires(definition: CallDefinition) -> Iterator[Misfit]:
    """What does not fit in any of them, whichever it is."""
    for place, form in questionnaires(definition):
        yield from _unreachable(definition, place, form)
        yield from _labels(place, form)
    yield from _replaced(definition)


def _unreachable(definition: CallDefinition, place: Place, form: Questionnaire) -> Iterator[Misfit]:
    titles = {each.area.code: each.area.title for each in definition.placed_areas}
    for s, section in enumerate(form.sections):
        areas = areas_of(section, definition.area_codes)
        for q, question in enumerate(section.questions):
            here = (*place, "sections", s, "questions", q)
            if question.kind is QuestionKind.SEVERAL_CHOICES and all(
                each.exclusive for each in question.options
            ):
                yield advice("only_exclusive", *here, "options", question=question.text)
            if not question.when:
                continue
            closed = [area for area in areas if not can_be_asked(form, area, question)]
            if len(closed) == len(areas):
                found = blocking if question.required else advice
                code = "required_never_asked" if question.required else "never_asked"
                yield found(code, *here, "when", question=question.text)
                continue
            if closed:
                yield advice(
                    "never_asked_in",
                    *here,
                    "when",
                    question=question.text,
                    areas=tuple(titles[area] for area in closed),
                )
            for c, condition in enumerate(question.when):
                open_to = [area for area in areas if area not in closed]
                useless = [
                    set(useless_options(form, area, question, condition)) for area in open_to
                ]
                target = form.question(open_to[0], condition.question or "") or form.question(
                    WHOLE, condition.question or ""
                )
                for o, code in enumerate(condition.options):
                    if all(code in each for each in useless):
                        option = target.option(code) if target else None
                        yield advice(
                            "option_without_effect",
                            *here,
                            "when",
                            c,
                            "options",
                            o,
                            option=option.label if option else code,
                        )


def _labels(place: Place, form: Questionnaire) -> Iterator[Misfit]:
    """Options that nobody can tell apart. Shared lists are told of once, where they stand."""
    lists: list[tuple[Place, Sequence[Option]]] = [
        ((*place, "option_lists", index, "options"), each.options)
        for index, each in enumerate(form.option_lists)
    ]
    lists += [
        ((*place, "sections", s, "questions", q, "options"), question.options)
        for s, section in enumerate(form.sections)
        for q, question in enumerate(section.questions)
        if question.option_list is None
    ]
    for at, options in lists:
        for index, _label in repeated([each.label.sv.casefold() for each in options]):
            yield advice("options_alike", *at, index, "label", label=options[index].label)


def _replaced(definition: CallDefinition) -> Iterator[Misfit]:
    """Questions that cannot both go on from one of the year before."""
    for place, form in questionnaires(definition):
        for s, section in enumerate(form.sections):
            for q, question in enumerate(section.questions):
                old = question.replaces.question if question.replaces else None
                if old is None:
                    continue
                here = (*place, "sections", s, "questions", q, "replaces")
                areas = areas_of(section, definition.area_codes)
                before = [each for area in areas for each in form.questions_for(area)]
                others = [
                    each.question
                    for each in before
                    if each.question is not question and each.question.key != question.key
                ]
                if old != question.key and any(
                    each.key == old and each.replaces is None for each in others
                ):
                    yield blocking("replaced_still_asked", *here, key=old)
                if any(each.replaces and each.replaces.question == old for each in others):
                    yield blocking("replaced_twice", *here, key=old)


def of_report(definition: CallDefinition) -> Iterator[Misfit]:
    """What a report cannot be kept or counted with."""
    form = definition.report_questionnaire
    codes = [each.code for each in form.area_statuses]
    place = ("report_questionnaire", "area_statuses")
    if not codes:
        yield blocking("no_statuses", *place)
    else:
        for index, code in enumerate(codes):
            if code not in STATUSES:
                yield blocking("status_not_kept", *place, index, status=code, expected=STATUSES)
        for code in STATUSES:
            if code not in codes:
                yield advice("status_missing", *place, status=code)
    key, option = TRAINING
    asked = form.question(WHOLE, key)
    if asked is None or asked.option(option) is None:
        yield advice("training_not_asked", "report_questionnaire", key=key, option=option)
    for area in definition.placed_areas:
        if not any(True for _ in form.questions_for(area.area.code)):
            yield advice("area_not_reported", "report_questionnaire", area=area.area.title)


def of_years(definition: CallDefinition, earlier: CallDefinition) -> Iterator[Misfit]:
    """What a question says that it replaces, against the definition of the year before."""
    before = dict(questionnaires(earlier))
    for place, form in questionnaires(definition):
        old_form = before.get(place)
        if old_form is None:
            continue
        for s, section in enumerate(form.sections):
            for q, question in enumerate(section.questions):
                here = (*place, "sections", s, "questions", q)
                replaced = question.replaces
                key = replaced.question if replaced else question.key
                areas = areas_of(section, definition.area_codes)
                olds = [
                    found for area in areas if (found := old_form.question(area, key)) is not None
                ]
                named = {"key": key, "earlier": str(earlier.year)}
                if not olds:
                    if replaced:
                        yield blocking("replaces_unknown", *here, "replaces", **named)
                    continue
                if any(each.kind.is_choice != question.kind.is_choice for each in olds):
                    if replaced:
                        yield advice("replaces_other_kind", *here, "replaces", **named)
                    else:
                        yield blocking("key_of_other_kind", *here, "kind", **named)
                    continue
                old_codes = {code for each in olds for code in each.option_codes}
                for o, renamed in enumerate(replaced.options if replaced else ()):
                    if renamed.was not in old_codes:
                        yield blocking(
                            "replaces_unknown_option",
                            *here,
                            "replaces",
                            "options",
                            o,
                            "was",
                            option=renamed.was,
                            **named,
                        )
                said = replaced.codes if replaced else {}
                gone = {
                    option.code: option
                    for each in olds
                    for option in each.options
                    if said.get(option.code, option.code) not in question.option_codes
                }
                for option in gone.values():
                    yield advice("option_gone", *here, option=option.label, **named)
