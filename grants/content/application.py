"""What was, or would be, sent in, to read: one content for page, PDF, summary and receipt.

Made from the JSON that is kept (`grants.selectors.submission.document_of`) and the call's
definition, so that what the applicant sees before sending in, what the case officer reads and
what the PDF says are the same. Texts are in the reader's language and written out; amounts are
whole SEK. *Not asked*, *not answered* and *no* are three different things.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from applicants.enums import OrganisationKind
from core import formats
from core.definitions import (
    WHOLE,
    Answers,
    AnswerState,
    QuestionKind,
    Questionnaire,
    SummaryLine,
    SummarySection,
    summary,
)
from grants.definitions import ApplicationForm, CallDefinition
from grants.enums import Approval, FundingState, ParticipationRole, Practice

from .application_parts import (
    ActivityContent,
    ApplicationContent,
    AreaContent,
    AttachmentContent,
    BudgetContent,
    BudgetRow,
    BudgetSum,
    ContentLine,
    ContentSection,
    FundingContent,
    OrganisationContent,
    RequirementContent,
)
from .paths import (
    answer_path,
    area_path,
    part_path,
    requirement_path,
    row_path,
)

type Json = Mapping[str, Any]


def application_content(
    document: Json,
    definition: CallDefinition,
    language: str,
    *,
    organisations: Sequence[int | None] = (),
) -> ApplicationContent:
    """The document to read. `organisations` are the ids of its participants, in its order: with
    them the fields of their parts can be named."""
    with translation.override(language):
        return _Reader(document, definition, language, organisations).content()


def area_answers(document: Json, form: Questionnaire) -> Answers:
    """The document's answers to the call's questionnaire."""
    areas = {each["area"]: None for each in document.get("areas", ())}
    given = [(WHOLE, document.get("answers") or {})]
    given += [(each["area"], each.get("answers") or {}) for each in document.get("areas", ())]
    return _answers(form, given, areas)


def _answers(
    form: Questionnaire, given: Sequence[tuple[str, Json]], areas: Mapping[str, None]
) -> Answers:
    choices = [
        (area, key, str(code))
        for area, said in given
        for key, value in said.items()
        if isinstance(value, list)
        for code in value
    ]
    values = [
        (area, key, str(value))
        for area, said in given
        for key, value in said.items()
        if isinstance(value, str)
    ]
    return Answers.from_rows(areas=list(areas.items()), choices=choices, values=values)


def organisation_name(participant: Json) -> str:
    """`Göteborg, Angered`: with the unit where a part of a legal entity applies by itself."""
    name, unit = str(participant.get("name", "")), str(participant.get("unit", ""))
    return f"{name}, {unit}" if unit and unit not in name else name


def kind_label(kind: str) -> str:
    """What kind of organisation it is, in words."""
    known = kind in OrganisationKind.values
    return str(OrganisationKind(kind).label) if known else kind


def value_text(kind: QuestionKind, value: str) -> str:
    """A canonical value as it is read."""
    if kind is QuestionKind.MONEY:
        return formats.amount(int(value))
    if kind is QuestionKind.NUMBER:
        return formats.number(int(value))
    return value


def attachment_title(place: str, definition: CallDefinition, language: str) -> str:
    """What a file is, by its place."""
    form = definition.application
    match place.split("."):
        case ["attachments", code]:
            kind = form.attachment(code) if form else None
            return kind.title.in_(language) if kind else code
        case ["requirement", _organisation, code]:
            requirement = definition.requirement(code)
            title = requirement.title.in_(language) if requirement else code
            return _("Evidence: %(requirement)s") % {"requirement": title}
    return _("Other document")


class _Reader:
    """Puts the content together. Used within the reader's language."""

    def __init__(
        self,
        document: Json,
        definition: CallDefinition,
        language: str,
        organisations: Sequence[int | None],
    ) -> None:
        self.document, self.definition, self.language = document, definition, language
        self.ids = organisations
        self.participants: Sequence[Json] = document.get("participants", ())
        self.titles = definition.area_titles(language)
        self.activities: dict[int, tuple[str, str]] = {
            activity["number"]: (activity.get("title", ""), area["area"])
            for area in document.get("areas", ())
            for activity in area.get("activities", ())
        }

    def content(self) -> ApplicationContent:
        document, form = self.document, self.definition.application
        known = ApplicationContent(
            language=self.language,
            call=self.definition.title.in_(self.language),
            call_code=str(document.get("call", "")),
            requested_sek=document.get("requested_sek"),
            has_form=False,
            organisations=tuple(
                self._organisation(place, each, form)
                for place, each in enumerate(self.participants)
            ),
        )
        if form is None or "areas" not in document:
            return known
        found = summary(
            form.questionnaire,
            area_answers(document, form.questionnaire),
            self.language,
            area_titles=self.titles,
            with_not_asked=True,
        )
        return replace(
            known,
            has_form=True,
            areas=tuple(self._area(each, found) for each in document["areas"]),
            sections=tuple(
                self._section(each, lambda key: answer_path(WHOLE, key))
                for each in found
                if not each.area
            ),
            budget=self._budget(form),
            funding=tuple(self._funding(each) for each in document.get("funding", ())),
            attachments=tuple(self._attachment(each) for each in document.get("attachments", ())),
        )

    # Organisations ---------------------------------------------------------------------------

    def _id(self, place: int) -> int | None:
        return self.ids[place] if place < len(self.ids) else None

    def _name(self, place: int | None) -> str:
        if place is None or not 0 <= place < len(self.participants):
            return ""
        return organisation_name(self.participants[place])

    def _organisation(
        self, place: int, participant: Json, form: ApplicationForm | None
    ) -> OrganisationContent:
        at = self._id(place)
        facts = [
            (_("Part"), _role(participant)),
            (_("Organisation number"), str(participant.get("org_no", ""))),
            (_("Kind"), kind_label(str(participant.get("kind", "")))),
        ]
        if participant.get("role") != ParticipationRole.LEAD:
            facts.append((_("Approval"), _approval(participant)))
        return OrganisationContent(
            place=place,
            organisation=at,
            name=organisation_name(participant),
            is_lead=participant.get("role") == ParticipationRole.LEAD,
            facts=tuple(facts),
            sections=self._part(place, at, form),
            requirements=self._requirements(place, at) if form else (),
            amount_sek=sum(
                line.get("amount_sek") or 0
                for line in self.document.get("lines", ())
                if line.get("organisation") == place
            ),
        )

    def _part(
        self, place: int, at: int | None, form: ApplicationForm | None
    ) -> tuple[ContentSection, ...]:
        if form is None or form.part is None or "areas" not in self.document:
            return ()
        said = next(
            (
                each.get("answers") or {}
                for each in self.document.get("parts", ())
                if each.get("organisation") == place
            ),
            {},
        )
        found = summary(
            form.part,
            _answers(form.part, [(WHOLE, said)], {}),
            self.language,
            with_not_asked=True,
        )
        return tuple(
            self._section(each, lambda key: "" if at is None else part_path(at, key))
            for each in found
        )

    def _requirements(self, place: int, at: int | None) -> tuple[RequirementContent, ...]:
        said = {
            each["requirement"]: each
            for each in self.document.get("requirements", ())
            if each.get("organisation") == place
        }
        order = [each.code for each in self.definition.requirements if each.code in said]
        order += sorted(code for code in said if code not in order)
        return tuple(self._requirement(said[code], code, at) for code in order)

    def _requirement(self, said: Json, code: str, at: int | None) -> RequirementContent:
        requirement = self.definition.requirement(code)
        state = str(said.get("state") or "")
        answered = AnswerState.ANSWERED if state else AnswerState.NOT_ANSWERED
        answer = str(Practice(state).label) if state in Practice.values else state
        questions = [
            ("state", _("Is the requirement met?"), answer),
            ("how", _("How is it met, or what has been begun?"), str(said.get("how") or "")),
            ("link", _("Link to evidence"), str(said.get("link") or "")),
        ]
        return RequirementContent(
            code=code,
            path="" if at is None else f"requirement.{at}.{code}",
            title=requirement.title.in_(self.language) if requirement else code,
            text=requirement.text.in_(self.language) if requirement else "",
            state=answered,
            answer=answer or not_answered(),
            lines=tuple(
                _line("" if at is None else requirement_path(at, code, name), question, text)
                for name, question, text in questions
            ),
        )

    # Areas and questions ---------------------------------------------------------------------

    def _area(self, area: Json, found: Sequence[SummarySection]) -> AreaContent:
        code: str = area["area"]
        return AreaContent(
            code=code,
            path=area_path(code),
            title=str(self.titles.get(code, code)),
            sections=tuple(
                self._section(each, lambda key: answer_path(code, key))
                for each in found
                if each.area == code
            ),
            activities=tuple(self._activity(each) for each in area.get("activities", ())),
        )

    def _activity(self, activity: Json) -> ActivityContent:
        number = activity["number"]
        questions = [
            ("title", _("What is to be done")),
            ("description", _("How it is to be done, and by whom")),
            ("time", _("When")),
        ]
        return ActivityContent(
            number=number,
            path=f"row.{number}",
            title=activity.get("title") or _("Activity without a name"),
            lines=tuple(
                _line(row_path(number, name), question, str(activity.get(name) or ""))
                for name, question in questions
            ),
            amount_sek=sum(
                line.get("amount_sek") or 0
                for line in self.document.get("lines", ())
                if line.get("activity") == number
            ),
        )

    @staticmethod
    def _section(found: SummarySection, path: Callable[[str], str]) -> ContentSection:
        return ContentSection(
            key=found.key,
            title=found.title,
            lines=tuple(_summary_line(path(each.key), each) for each in found.lines),
        )

    # Money and files -------------------------------------------------------------------------

    def _budget(self, form: ApplicationForm) -> BudgetContent:
        lines: Sequence[Json] = self.document.get("lines", ())
        rows = tuple(self._budget_row(each, form) for each in lines)
        by_area = [
            _sum(title, [line for line in lines if self._area_of(line) == code])
            for code, title in self._areas_with_none()
        ]
        by_organisation = [
            _sum(self._name(place), [line for line in lines if line.get("organisation") == place])
            for place in range(len(self.participants))
        ]
        whole = _sum("", lines)
        return BudgetContent(
            rows,
            tuple(each for each in by_area if each is not None),
            tuple(each for each in by_organisation if each is not None),
            whole.amount_sek if whole else 0,
            whole.other_sek if whole else 0,
        )

    def _areas_with_none(self) -> list[tuple[str, str]]:
        codes = [each["area"] for each in self.document.get("areas", ())]
        return [(code, self.titles.get(code, code)) for code in codes] + [
            ("", _("Without an activity"))
        ]

    def _area_of(self, line: Json) -> str:
        return self.activities.get(line.get("activity") or 0, ("", ""))[1]

    def _budget_row(self, line: Json, form: ApplicationForm) -> BudgetRow:
        number, area = line["number"], self._area_of(line)
        category = form.budget.category(line.get("category") or "")
        return BudgetRow(
            number=number,
            path=f"row.{number}",
            text=line.get("text") or "",
            activity=self.activities.get(line.get("activity") or 0, ("", ""))[0],
            area=self.titles.get(area, area),
            organisation=self._name(line.get("organisation")),
            category=category.title.in_(self.language) if category else line.get("category") or "",
            amount_sek=line.get("amount_sek"),
            other_sek=line.get("other_sek"),
        )

    def _funding(self, row: Json) -> FundingContent:
        state = str(row.get("state") or "")
        return FundingContent(
            number=row["number"],
            path=f"row.{row['number']}",
            source=row.get("source") or "",
            state=str(FundingState(state).label) if state in FundingState.values else state,
            amount_sek=row.get("amount_sek"),
            purpose=row.get("purpose") or "",
        )

    def _attachment(self, file: Json) -> AttachmentContent:
        return AttachmentContent(
            place=file["place"],
            title=attachment_title(file["place"], self.definition, self.language),
            organisation=self._name(file.get("organisation")),
            name=file["name"],
            size=file["size"],
            sha256=file["sha256"],
        )


def not_answered() -> str:
    """What stands where a question was put and nothing was answered."""
    return _("Not answered")


def _role(participant: Json) -> str:
    role = str(participant.get("role", ""))
    return str(ParticipationRole(role).label) if role in ParticipationRole.values else role


def _approval(participant: Json) -> str:
    code = str(participant.get("approval", ""))
    return str(Approval(code).label) if code in Approval.values else code


def _line(path: str, question: str, text: str) -> ContentLine:
    if text:
        return ContentLine(path, question, AnswerState.ANSWERED, (text,))
    return ContentLine(path, question, AnswerState.NOT_ANSWERED, (), not_answered())


def _summary_line(path: str, line: SummaryLine) -> ContentLine:
    if line.state is AnswerState.ANSWERED:
        values = tuple(value_text(line.kind, each) for each in line.values)
        return ContentLine(path, line.question, line.state, values)
    missing = _("Not asked") if line.state is AnswerState.NOT_ASKED else not_answered()
    return ContentLine(path, line.question, line.state, (), missing)


def _sum(label: str, lines: Sequence[Json]) -> BudgetSum | None:
    if not lines:
        return None
    return BudgetSum(
        label,
        sum(line.get("amount_sek") or 0 for line in lines),
        sum(line.get("other_sek") or 0 for line in lines),
    )
