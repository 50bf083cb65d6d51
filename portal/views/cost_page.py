"""What the page of a case's cost check shows."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core import formats
from core.content import Crumb, Tag, Text, Tone
from grants.content.draft import SavedValue
from grants.content.fields import FieldSpec
from grants.definitions import ApplicationForm, CostRuleKind
from grants.models import Application, Participation
from grants.selectors import participants_of
from grants.services.moving import UnknownField
from portal.selectors.proposing import case_to_propose, handles_at, looks_around_at
from portal.views.access import person_of
from portal.views.applying_fields import FormField, Note, Typed, form_field
from portal.views.applying_saving import denied_text, gone_text
from portal.views.case_papers import officers_crumbs
from portal.views.cost_to_do import to_do
from portal.views.findings import autosave_context
from portal.views.labels import language, money
from portal.views.saving import (
    Refusal,
    Refusals,
)
from reviews.checks import ReviewRefused
from reviews.checks.costs import Ceiling, CheckedLine, Sum, sums_by
from reviews.content.costs import (
    CEILING,
    LINE,
    LINE_FIELDS,
    ceiling_spec,
    line_of,
    line_spec,
    rule_of,
)
from reviews.enums import LineVerdict
from reviews.selectors.costs import CostCheck, cost_check
from reviews.selectors.writing import work_values
from reviews.services.in_hand import IN_HAND

NONE = "-"
VERDICT_TONES: Mapping[str, Tone] = {
    LineVerdict.FULL: Tone.SUCCESS,
    LineVerdict.PART: Tone.WARNING,
    LineVerdict.NONE: Tone.DANGER,
}


def not_in_hand_text() -> str:
    """That nothing can be written in the case now."""
    return _(
        "This cannot be changed now: the case is not being handled. What you have written is "
        "still here, so that you can copy it."
    )


REFUSALS: Refusals = {
    PermissionDenied: Refusal(403, "denied", denied_text),
    ReviewRefused: Refusal(423, "locked", not_in_hand_text),
    UnknownField: Refusal(410, "gone", gone_text),
}


@dataclass(frozen=True, slots=True)
class LineCard:
    """A budget line as the page shows it. `keys` are the sums that it is part of, `reason_texts`
    what each reason says, for the page's script."""

    number: int
    heading: str
    facts: tuple[tuple[Text, Text], ...]
    asked_sek: int
    tag: Tag
    notes: tuple[Note, ...]
    fields: tuple[FormField, ...]
    keys: str


@dataclass(frozen=True, slots=True)
class SumRow:
    """A sum as shown: `key` is what the page's script knows it by."""

    key: str
    label: Text
    asked: str
    approved: str
    left: str


@dataclass(frozen=True, slots=True)
class SumTable:
    """Sums under a heading."""

    id: str
    caption: Text
    heading: Text
    rows: tuple[SumRow, ...]


@dataclass(frozen=True, slots=True)
class CeilingLine:
    """A rule with a ceiling, and the field for why it is passed."""

    id: str
    title: str
    reason: str
    ceiling: str
    approved: str
    tag: Tag
    field: FormField | None


@dataclass(frozen=True, slots=True)
class FailingPart:
    """An organisation that fails a requirement, with its lines that are not refused."""

    organisation: int
    name: str
    text: str


class CostPage:
    """The page: the case, what was sent in, and what is said of it. The case comes with call,
    agency and definition."""

    def __init__(
        self,
        request: HttpRequest,
        application: Application,
        typed: Mapping[str, Typed] | None = None,
    ) -> None:
        self.request, self.application = request, application
        self.typed = typed or {}
        self.me = str(person_of(request))
        self.parts: Sequence[Participation] = participants_of(application)
        self.values = work_values(application, LINE, CEILING)
        self.check: CostCheck = cost_check(application, parts=self.parts, written=self.values)
        self.names = {part.organisation_id: part.organisation.name for part in self.parts}
        self.definition = application.definition
        self.form: ApplicationForm | None = self.definition.application
        self.areas = self.definition.area_titles(language())
        self.editable = application.status in IN_HAND and handles_at(
            person_of(request), application
        )

    def spec(self, path: str) -> FieldSpec | None:
        """What the field with that path takes; None where there is none."""
        if (rule := rule_of(path)) is not None:
            return ceiling_spec(rule) if rule in {e.code for e in self.check.rules} else None
        named = line_of(path)
        line = self.check.line(named[0]) if named else None
        if named is None or line is None:
            return None
        return line_spec(
            *named, asked_sek=line.asked_sek, reasons=self.check.reasons, language=language()
        )

    def value(self, path: str) -> SavedValue:
        """What is saved in the field. The verdict on a line that has changed is to be said
        again."""
        saved = self.values.get(path, SavedValue(path))
        named = line_of(path)
        line = self.check.line(named[0]) if named else None
        if named and named[1] == "verdict" and line is not None and line.changed:
            return replace(saved, text="")
        return saved

    def field(self, spec: FieldSpec) -> FormField:
        """The field as drawn."""
        return form_field(
            spec,
            self.value(spec.path),
            me=self.me,
            typed=self.typed.get(spec.path),
            editable=self.editable,
        )

    def category(self, code: str) -> str:
        """What the kind of cost is called."""
        found = self.form.budget.category(code) if self.form else None
        return found.title.in_(language()) if found else code

    def organisation(self, pk: int | None) -> str:
        """The organisation's name; what is common to all has none."""
        return self.names.get(pk, "") if pk is not None else _("Common to all")

    def context(self) -> dict[str, Any]:
        """All that the template is given."""
        check = self.check
        total = check.total
        distributed = any(line.allotted_sek is not None for line in check.lines)
        return {
            "application": self.application,
            "crumbs": crumbs_to(self.request, self.application, Crumb(_("Costs"))),
            "check": check,
            "cards": [self._card(line) for line in check.lines],
            "editable": self.editable,
            "asked": formats.amount(total.asked_sek),
            "approved": formats.amount(total.approved_sek),
            "left": formats.amount(total.left_sek),
            "distributed": distributed,
            "state": costs_tag(check),
            "to_do": [] if not self.editable else self._to_do(),
            "rest": sum(not line.verdict and line.asked_sek > 0 for line in check.lines),
            "failing": self._failing(),
            "ceilings": [self._ceiling(each) for each in check.ceilings],
            "sums": self._sums(),
            "reason_texts": [
                (each.code, each.title.in_(language()), each.text.in_("sv"))
                for each in check.reasons
            ],
            "problems": [
                (field.id, field.label, field.error)
                for path in self.typed
                if (spec := self.spec(path)) is not None
                for field in [self.field(spec)]
                if field.error or field.conflict
            ],
            "proposal_url": reverse("case-proposal", args=[self.application.pk]),
            **autosave_context(self.request, self.application, "costs"),
            "save_url": reverse("case-costs-save", args=[self.application.pk]),
        }

    def _card(self, line: CheckedLine) -> LineCard:
        number = line.number
        fields = []
        for name in LINE_FIELDS:
            if name == "reason" and not self.check.reasons:
                continue
            spec = line_spec(
                number,
                name,
                asked_sek=line.asked_sek,
                reasons=self.check.reasons,
                language=language(),
            )
            drawn = self.field(spec)
            fields.append(replace(drawn, kind="select") if name == "reason" else drawn)
        keys = [
            "total",
            f"area:{line.area or NONE}",
            f"activity:{line.activity or NONE}",
            f"organisation:{line.organisation or NONE}",
        ]
        facts: list[tuple[Text, Text]] = [
            (_("Asked for"), money(line.asked_sek)),
            (_("Activity"), line.activity_title or _("None")),
            (_("Area"), self.areas.get(line.area, line.area) or _("None")),
            (_("Kind of cost"), self.category(line.category) or _("Not given")),
            (_("Organisation"), self.organisation(line.organisation)),
        ]
        if not number:
            facts = [facts[0], facts[4]]
        return LineCard(
            number=number,
            heading=line.title or (_("The whole application") if not number else _("Budget line")),
            facts=tuple(facts),
            asked_sek=line.asked_sek,
            tag=line_tag(line, self.check),
            notes=tuple(self._notes(line)),
            fields=tuple(fields),
            keys=" ".join(keys),
        )

    def _notes(self, line: CheckedLine) -> list[Note]:
        here = language()
        found = []
        if line.changed:
            found.append(
                Note(
                    Tone.WARNING,
                    _("Changed"),
                    _("The applicant has changed the line since it was checked. Check it again."),
                )
            )
        if line.organisation in self.check.failed:
            found.append(
                Note(
                    Tone.DANGER,
                    _("Requirement not met"),
                    _("%(organisation)s does not meet all requirements.")
                    % {"organisation": self.organisation(line.organisation)},
                )
            )
        found += [
            Note(
                Tone.DANGER if rule.kind is CostRuleKind.NOT_PAYABLE else Tone.WARNING,
                rule.title.in_(here),
                rule.reason.in_(here),
            )
            for rule in self.check.rules
            if rule.applies_to(line.category, line.area)
        ]
        if line.left_sek < line.approved_sek:
            left = _("%(amount)s is left after the frame was distributed.")
            found.append(Note(Tone.INFO, "", left % {"amount": money(line.left_sek)}))
        return found

    def _to_do(self) -> list[str]:
        return to_do(self.check, self.names)

    def _failing(self) -> list[FailingPart]:
        if not self.editable:
            return []
        found = []
        for organisation, of_it in sums_by(
            self.check.of_failing, lambda line: line.organisation
        ).items():
            if organisation is None:
                continue
            text = ngettext(
                "It has %(number)d line, for %(amount)s.",
                "It has %(number)d lines, for %(amount)s.",
                of_it.lines,
            ) % {"number": of_it.lines, "amount": money(of_it.asked_sek)}
            found.append(FailingPart(organisation, self.organisation(organisation), text))
        return found

    def _ceiling(self, each: Ceiling) -> CeilingLine:
        here = language()
        spec = ceiling_spec(each.rule.code)
        reasoned = each not in self.check.unmet
        if not each.is_broken:
            tag = Tag(_("Kept"), Tone.SUCCESS)
        elif reasoned:
            tag = Tag(_("Passed, with a reason"), Tone.INFO)
        else:
            tag = Tag(_("Passed: lower, or give a reason"), Tone.DANGER)
        return CeilingLine(
            id=f"ceiling-{each.rule.code}",
            title=each.rule.title.in_(here),
            reason=each.rule.reason.in_(here),
            ceiling=formats.amount(each.ceiling_sek),
            approved=formats.amount(each.approved_sek),
            tag=tag,
            field=self.field(spec) if each.is_broken else None,
        )

    def _sums(self) -> list[SumTable]:
        areas = {**self.areas, "": _("Without an activity")}
        titles = {line.activity: line.activity_title for line in self.check.lines}
        found = [
            self._table("area", _("Sums by area"), _("Area"), lambda line: line.area, areas.get),
            self._table(
                "activity",
                _("Sums by activity"),
                _("Activity"),
                lambda line: line.activity,
                lambda key: titles.get(key) or _("Without an activity"),
            ),
        ]
        if len(self.parts) > 1:
            found.append(
                self._table(
                    "organisation",
                    _("Sums by organisation"),
                    _("Organisation"),
                    lambda line: line.organisation,
                    self.organisation,
                )
            )
        if not any(line.number for line in self.check.lines):
            return found[2:]
        return found

    def _table(
        self,
        name: str,
        caption: Text,
        heading: Text,
        key: Callable[[CheckedLine], Hashable],
        label: Callable[[Any], Text | None],
    ) -> SumTable:
        rows = [
            _sum_row(f"{name}:{group or NONE}", label(group) or str(group), total)
            for group, total in sums_by(self.check.lines, key).items()
        ]
        return SumTable(f"sums-{name}", caption, heading, tuple(rows))


def _sum_row(key: str, label: Text, total: Sum) -> SumRow:
    return SumRow(
        key,
        label,
        formats.amount(total.asked_sek),
        formats.amount(total.approved_sek),
        formats.amount(total.left_sek),
    )


def crumbs_to(request: HttpRequest, application: Application, here: Crumb) -> list[Crumb]:
    """The way to a page of the case; only the page itself for one who does not look around."""
    if looks_around_at(person_of(request), application):
        return officers_crumbs(application, here)
    return [here]


def line_tag(line: CheckedLine, check: CostCheck) -> Tag:
    """How far a line has come, or what it lacks."""
    match check.lacking.get(line.number):
        case "changed":
            return Tag(_("To be checked again"), Tone.WARNING)
        case "verdict":
            return Tag(_("Not checked"))
        case "amount":
            return Tag(_("Amount missing"), Tone.WARNING)
        case "reason":
            return Tag(_("Reason missing"), Tone.WARNING)
    if not line.verdict:
        return Tag(_("Nothing asked for"))
    label = f"{LineVerdict(line.verdict).label}: {formats.amount(line.approved_sek)}"
    return Tag(label, VERDICT_TONES[line.verdict])


def costs_tag(check: CostCheck) -> Tag:
    """How far the cost check has come: for the list of what is to be done in a case."""
    if check.refusal == "lines":
        begun = any(line.verdict for line in check.lines)
        return Tag(pgettext("part", "Begun"), Tone.INFO) if begun else Tag(_("Not begun"))
    if check.refusal:
        return Tag(_("Something to correct"), Tone.WARNING)
    return Tag(_("Complete"), Tone.SUCCESS)


def costs_task(application: Application) -> tuple[Tag, str]:
    """The same of a case, with the address."""
    return costs_tag(cost_check(application)), reverse("case-costs", args=[application.pk])


def found_case(request: HttpRequest, pk: int) -> Application:
    """The case with all that its costs and its proposal are drawn from. Raises Http404."""
    found = case_to_propose(person_of(request), pk)
    if found is None:
        raise Http404
    return found
