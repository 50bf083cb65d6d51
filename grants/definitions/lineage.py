"""Questions across years: which one of each year is the same question.

A question keeps its key from year to year. Where another was put in its place, the newer
definition says so (`Question.replaces`), and which options have other codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.definitions.questionnaire import WHOLE, Question, Questionnaire
from grants.definitions.call import CallDefinition


@dataclass(frozen=True, slots=True)
class Lineage:
    """One question through the years.

    `key` is its key in the newest of the years that it was asked; `keys` its key in each of
    them. `options` are, for each of those years, the codes of that year's options with what they
    are called in the newest: an option whose code nobody changed is its own.
    """

    key: str
    keys: Mapping[int, str]
    options: Mapping[int, Mapping[str, str]] = field(hash=False)

    @property
    def years(self) -> tuple[int, ...]:
        """The years that it was asked, in order."""
        return tuple(self.keys)

    def codes_in(self, year: int, option: str) -> frozenset[str]:
        """The codes that an option, by its newest code, had that year: none where it was not
        there, several where options have been put together since."""
        known = self.options.get(year, {})
        return frozenset(code for code, newest in known.items() if newest == option)

    def newest(self, year: int, option: str) -> str:
        """What an option of that year is called in the newest; itself where it is not known."""
        return self.options.get(year, {}).get(option, option)


def lineage(definitions: Mapping[int, CallDefinition], area: str = WHOLE) -> Mapping[str, Lineage]:
    """The questions of the report questionnaires that `area` is asked ("": those asked once, for
    the whole report), by their newest key, in the order of the newest questionnaire.

    `definitions` are those of one stream, by year. Questions that are no longer asked come last.
    A year that is missing breaks nothing: a question goes on from the latest year before it that
    had it. Where a key was given to another question later, the mapping has that other one.
    """
    return lineage_of({year: each.report_questionnaire for year, each in definitions.items()}, area)


def lineage_of(
    questionnaires: Mapping[int, Questionnaire], area: str = WHOLE
) -> Mapping[str, Lineage]:
    """As `lineage`, for any questionnaires by year."""
    lines: list[dict[int, Question]] = []
    current: dict[str, dict[int, Question]] = {}
    for year in sorted(questionnaires):
        asked = [each.question for each in questionnaires[year].questions_for(area)]
        taken: dict[str, dict[int, Question]] = {}
        # A question that says what it stands for comes before one that has the key by itself.
        for question in sorted(asked, key=lambda each: each.replaces is None):
            source = question.replaces.question if question.replaces else question.key
            line = current.pop(source, None)
            if line is None:
                line = {}
                lines.append(line)
            line[year] = question
            taken[question.key] = line
        current = {**current, **taken}
    last = max(questionnaires, default=0)
    order = {key: index for index, key in enumerate(_keys(questionnaires.get(last), area))}
    found = sorted(
        (_lineage(line) for line in lines),
        key=lambda each: (-each.years[-1], order.get(each.key, 0)),
    )
    # The newest comes first, so that it is the one that keeps a key used twice.
    by_key: dict[str, Lineage] = {}
    for each in found:
        by_key.setdefault(each.key, each)
    return MappingProxyType(by_key)


def _keys(questionnaire: Questionnaire | None, area: str) -> list[str]:
    if questionnaire is None:
        return []
    return [each.question.key for each in questionnaire.questions_for(area)]


def _lineage(line: Mapping[int, Question]) -> Lineage:
    """The line of one question, by year; options are followed backwards from the newest year."""
    options: dict[int, Mapping[str, str]] = {}
    since: Mapping[str, str] = {}
    renamed: Mapping[str, str] = {}
    for year in sorted(line, reverse=True):
        question = line[year]
        options[year] = {
            code: since.get(renamed.get(code, code), renamed.get(code, code))
            for code in question.option_codes
        }
        since = options[year]
        renamed = question.replaces.codes if question.replaces else {}
    years = sorted(line)
    return Lineage(
        key=line[years[-1]].key,
        keys=MappingProxyType({year: line[year].key for year in years}),
        options=MappingProxyType({year: options[year] for year in years}),
    )
