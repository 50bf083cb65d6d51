"""A document as parts that can each be read, marked secret, or left out when it is given out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from core.content import Text
from core.definitions import AnswerState
from core.formats import amount

from .application_parts import ApplicationContent, ContentLine
from .paths import ATTACHMENTS, BUDGET, FUNDING


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a document: `key` tells it from the others, `label` says what it is, under the
    `heading`. `provision` is that of its secrecy marking, "" for none."""

    key: str
    heading: str
    label: str
    text: str
    provision: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Why a part, or words in it, should be looked at before it is given out."""

    provision: str
    why: Text


PROVISIONS: Sequence[tuple[str, Text]] = (
    ("21 kap. 3 § OSL", _("address and telephone of someone who may be threatened")),
    ("21 kap. 1 § OSL", _("health and sexual life")),
    ("21 kap. 7 § OSL", _("personal data")),
    ("26 kap. 1 § OSL", _("personal circumstances in the social services")),
    ("18 kap. 8 § OSL", _("security measures, such as those of a shelter")),
    ("30 kap. 23 § OSL", _("business circumstances, among them accounts")),
)
"""Provisions of offentlighets- och sekretesslagen (2009:400) that come up most in these cases."""

ADDRESS, SECURITY, ACCOUNT = "21 kap. 3 § OSL", "18 kap. 8 § OSL", "30 kap. 23 § OSL"

_PATTERNS: Sequence[tuple[re.Pattern[str], str, Text]] = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), ADDRESS, _("an e-mail address")),
    (
        re.compile(r"\b(?:19|20)?\d{2}(?:0[1-9]|1[0-2])[0-9]{2}[-+]\d{4}\b"),
        "21 kap. 7 § OSL",
        _("a personal number"),
    ),
    (
        re.compile(r"(?<![\d-])(?!(?:19|20)\d\d-(?:19|20)\d\d)\d{3,4}-\d{4}(?![\d-])"),
        ACCOUNT,
        _("an account"),
    ),
    (
        re.compile(r"(?<![\w-])(?:\+46|0)[ -]?\d{1,3}(?:[ -]?\d{2,3}){2,3}(?![\w-])"),
        ADDRESS,
        _("a telephone number"),
    ),
    (
        re.compile(
            r"\b[A-ZÅÄÖ][\wåäöÅÄÖé]*(?: [A-ZÅÄÖa-zåäö][\wåäöé]*)?"
            r"(?:gatan?|vägen|väg|gränden?|stigen|torget?|allén?|backen|plan|esplanaden)"
            r" \d{1,4}(?: ?[A-Za-z])?\b"
        ),
        ADDRESS,
        _("a street address"),
    ),
    (re.compile(r"\b\d{3} ?\d{2} [A-ZÅÄÖ][a-zåäö]+\b"), ADDRESS, _("a postal address")),
)
_WORDS: Sequence[tuple[re.Pattern[str], str, Text]] = (
    (
        re.compile(r"kontakt|contact|telefon|telephone|phone|e-post|e-?mail|adress", re.IGNORECASE),
        ADDRESS,
        _("contact details"),
    ),
    (re.compile(r"konto\b|bankgiro|plusgiro|\bgiro", re.IGNORECASE), ACCOUNT, _("an account")),
)
_SECURITY = re.compile(
    r"\b(?:larm\w*|inpasser\w*|bevakning\w*|skalskydd\w*|överfallslarm\w*|portkod\w*|"
    r"säkerhetsåtgärd\w*|säkerhetsrutin\w*|övervakningskamer\w*)",
    re.IGNORECASE,
)
LEFT_OUT = "■■■■■"
"""What stands for words that are left out."""


def suggestion_for(part: Part) -> Suggestion | None:
    """Why the whole part is left out unless somebody decides otherwise; None for no reason."""
    if part.provision:
        return Suggestion(part.provision, _("marked secret"))
    if not part.text:
        return None
    for pattern, provision, why in _WORDS:
        if pattern.search(part.label):
            return Suggestion(provision, why)
    if _SECURITY.search(part.text):
        return Suggestion(SECURITY, _("security measures"))
    return None


def words_to_leave_out(parts: Iterable[Part]) -> tuple[str, ...]:
    """Addresses, contacts and accounts that stand in the text, each once, in order."""
    found: dict[str, None] = {}
    for part in parts:
        for pattern, _provision, _why in _PATTERNS:
            for match in pattern.finditer(part.text):
                found.setdefault(match.group().strip())
    # A number that stands within another match is not left out by itself.
    return tuple(
        each for each in found if not any(each != other and each in other for other in found)
    )


def without(parts: Iterable[Part], phrases: Iterable[str]) -> tuple[Part, ...]:
    """The parts with the phrases left out wherever they stand, in capitals or not."""
    words = sorted({each.strip() for each in phrases} - {""}, key=len, reverse=True)
    if not words:
        return tuple(parts)
    pattern = re.compile("|".join(re.escape(each) for each in words), re.IGNORECASE)
    return tuple(
        replace(
            part,
            heading=pattern.sub(LEFT_OUT, part.heading),
            label=pattern.sub(LEFT_OUT, part.label),
            text=pattern.sub(LEFT_OUT, part.text),
        )
        for part in parts
    )


def parts_of_content(content: ApplicationContent, marks: Mapping[str, str]) -> tuple[Part, ...]:
    """What was sent in as parts; `marks` are provisions by the path of the field marked."""
    found = _Parts(marks)
    for organisation in content.organisations:
        for label, text in organisation.facts:
            found.add(organisation.name, label, text)
        for section in organisation.sections:
            found.lines(f"{organisation.name}: {section.title}", section.lines)
        for requirement in organisation.requirements:
            found.lines(f"{organisation.name}: {requirement.title}", requirement.lines)
    for area in content.areas:
        for section in area.sections:
            found.lines(f"{area.title}: {section.title}", section.lines)
        for number, activity in enumerate(area.activities, start=1):
            # What it is called is an answer, and can be left out: it heads nothing.
            name = _("Activity %(number)d") % {"number": number}
            found.lines(f"{area.title}: {name}", activity.lines)
    for section in content.sections:
        found.lines(section.title, section.lines)
    found.budget(content)
    return tuple(found.parts)


class _Parts:
    """Collects parts, each with a key of its own that is the same each time."""

    def __init__(self, marks: Mapping[str, str]) -> None:
        self.marks = marks
        self.parts: list[Part] = []

    def add(self, heading: str, label: str, text: str, path: str = "", above: str = "") -> None:
        key = path or f"part.{len(self.parts) + 1}"
        provision = self._mark(path) or self.marks.get(above, "")
        self.parts.append(Part(key, heading, label, text, provision))

    def _mark(self, path: str) -> str:
        """The provision of the field's marking, or of what stands above it."""
        steps = path.split(".") if path else []
        names = (".".join(steps[:count]) for count in range(len(steps), 0, -1))
        return next((self.marks[name] for name in names if name in self.marks), "")

    def lines(self, heading: str, lines: Iterable[ContentLine]) -> None:
        for line in lines:
            answered = line.state is AnswerState.ANSWERED
            text = "\n".join(line.values) if answered else str(line.missing)
            self.add(heading, line.question, text, line.path)

    def budget(self, content: ApplicationContent) -> None:
        for row in content.budget.rows:
            said = (
                row.category,
                row.organisation,
                "" if row.amount_sek is None else amount(row.amount_sek),
            )
            text = ", ".join(each for each in (row.text, *said) if each)
            self.add(str(_("Budget")), row.area or str(_("Budget line")), text, row.path, BUDGET)
        for each in content.funding:
            said = (
                each.state,
                "" if each.amount_sek is None else amount(each.amount_sek),
                each.purpose,
            )
            text = ", ".join(word for word in (each.source, *said) if word)
            self.add(
                str(_("Other grants and co-funding")), str(_("Who pays")), text, each.path, FUNDING
            )
        for file in content.attachments:
            self.add(str(_("Attachments")), file.title, file.name, above=ATTACHMENTS)
