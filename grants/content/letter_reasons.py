"""Why a decision says what it says, for each requirement, budget line and organisation.

Part of `grants.content.letter`; the language is that which is active.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.formats import amount
from grants.definitions import CallDefinition, DecisionKind

from .basis import FindingOutcome, LineOutcome
from .letter_parts import (
    LANGUAGE,
    LetterColumn,
    LetterFacts,
    LetterSection,
    LetterTable,
    area_title,
    paragraphs_of,
)


def reasons_of(facts: LetterFacts, definition: CallDefinition) -> list[LetterSection]:
    """The sections that give the reasons."""
    return _Reasons(facts, definition).sections()


class _Reasons:
    """The reasons of one letter."""

    def __init__(self, facts: LetterFacts, definition: CallDefinition) -> None:
        self.facts, self.definition = facts, definition
        self.basis = facts.basis
        self.shares = facts.shares
        self.names = {each.organisation: each.name for each in self.shares}
        self.joint = facts.is_joint
        self.is_grant = facts.is_grant

    def sections(self) -> list[LetterSection]:
        facts = self.facts
        written = paragraphs_of(facts.reasons)
        ground = [each for each in self._ground() if each not in facts.reasons]
        paragraphs = [*ground, *written]
        found = [LetterSection("reasons", _("Reasons for the decision"), tuple(paragraphs))]
        if facts.kind in (DecisionKind.DISMISSED, DecisionKind.REVOKED):
            return found
        found += self._requirements()
        found += self._lines()
        found += self._organisations()
        return found

    def _ground(self) -> list[str]:
        if self.facts.kind is DecisionKind.REVOKED:
            for ground in self.definition.revocation_grounds:
                if ground.code == self.facts.ground:
                    return [ground.text.in_(LANGUAGE)]
        if self.facts.kind is DecisionKind.DISMISSED:
            return _dismissal(self.facts.ground)
        return []

    def _requirements(self) -> list[LetterSection]:
        """What is not simply met, for each requirement and organisation; the rest in a sentence."""
        findings = [each for each in self.basis.findings if each.finding != "not_applicable"]
        if not findings:
            return []
        told = [each for each in findings if not each.satisfied or each.waived]
        title = _("The performance requirements")
        if not told:
            said = (
                _("The organisations meet the performance requirements of the call.")
                if self.joint
                else _("%(lead)s meets the performance requirements of the call.")
                % {"lead": self.facts.lead}
            )
            return [LetterSection("requirements", title, (said,))]
        said = _("Money may only be granted to those who meet the call’s performance requirements.")
        table = LetterTable(
            caption=_("Performance requirements that are not met, or are waived"),
            columns=(
                LetterColumn(_("Organisation"), 24),
                LetterColumn(_("Requirement"), 36),
                LetterColumn(_("Finding and reasons"), 40),
            ),
            rows=tuple(
                (
                    self.names.get(each.organisation, self.facts.lead),
                    self._requirement(each.requirement),
                    self._finding(each),
                )
                for each in told
            ),
        )
        after: tuple[str, ...] = ()
        if len(told) < len(findings):
            after = (_("The other performance requirements are met."),)
        return [LetterSection("requirements", title, (said,), table=table, after=after)]

    def _requirement(self, code: str) -> str:
        requirement = self.definition.requirement(code)
        if requirement is None:
            return code
        return f"{requirement.title.in_(LANGUAGE)}\n{requirement.text.in_(LANGUAGE)}"

    def _finding(self, found: FindingOutcome) -> str:
        lines = [_finding_text(found.finding)]
        if found.waived:
            assessment = self.definition.assessment
            waiver = assessment.waiver if assessment else None
            said = _("The requirement is waived.")
            if waiver is not None:
                said = _("The requirement is waived (%(rule)s).") % {"rule": waiver.in_(LANGUAGE)}
            lines = [said]
        return "\n".join([*lines, *([found.reason] if found.reason else [])])

    def _lines(self) -> list[LetterSection]:
        """Every budget line that is granted less than was asked for, with its reason."""
        cut = [each for each in self.basis.lines if each.allotted_sek < each.asked_sek]
        told = any(each.reason or each.text for each in cut)
        if not cut or not (told or self.is_grant):
            return []
        asked = sum(each.asked_sek for each in self.basis.lines)
        granted = sum(each.allotted_sek for each in self.basis.lines)
        rest = [each for each in self.basis.lines if each.allotted_sek >= each.asked_sek]
        rows = [
            (
                self._line_title(each),
                amount(each.asked_sek),
                amount(each.allotted_sek),
                self._line_reason(each),
            )
            for each in cut
        ]
        if rest:
            whole = sum(each.asked_sek for each in rest)
            rows.append(
                (
                    ngettext(
                        "%(number)d other budget line", "%(number)d other budget lines", len(rest)
                    )
                    % {"number": len(rest)},
                    amount(whole),
                    amount(whole),
                    _("Granted as applied for."),
                )
            )
        table = LetterTable(
            caption=_("Budget lines that are reduced or rejected"),
            columns=(
                LetterColumn(_("Budget line"), 32),
                LetterColumn(_("Applied for"), 16, numeric=True),
                LetterColumn(pgettext("amount", "Granted"), 16, numeric=True),
                LetterColumn(_("Reasons"), 36),
            ),
            rows=tuple(rows),
            total=(_("Sum"), amount(asked), amount(granted), ""),
        )
        said = _("These budget lines are reduced or rejected:")
        return [LetterSection("lines", _("The costs"), (said,), table=table)]

    def _line_title(self, line: LineOutcome) -> str:
        where = [area_title(self.definition, line.area) if line.area else "", line.activity]
        if self.joint and line.organisation is not None:
            where.append(self.names.get(line.organisation, ""))
        placed = ". ".join(each for each in where if each)
        return f"{line.title}\n{placed}" if placed else line.title

    def _line_reason(self, line: LineOutcome) -> str:
        assessment = self.definition.assessment
        reason = assessment.cost_reason(line.reason) if assessment and line.reason else None
        lines = []
        if reason is not None:
            lines.append(reason.text.in_(LANGUAGE))
            lines += self._cost_rule(reason.rule)
        elif line.reason:
            lines.append(line.reason)
        if line.text:
            lines.append(line.text)
        # A rejection allots nothing, whatever was accepted: the frame is not why.
        if self.is_grant and line.allotted_sek < line.approved_sek and line.reason != "frame":
            lines.append(
                _("The frame does not suffice for all that was accepted: %(approved)s was.")
                % {"approved": amount(line.approved_sek)}
            )
        return "\n".join(lines) or _("See the reasons above.")

    def _cost_rule(self, code: str | None) -> list[str]:
        form = self.definition.application
        if code is None or form is None:
            return []
        rules = [each for each in form.budget.rules if each.code == code]
        return [
            _("Cost rule: %(rule)s.") % {"rule": each.title.in_(LANGUAGE).rstrip(".")}
            for each in rules
        ]

    def _organisations(self) -> list[LetterSection]:
        """For each organisation that gets less than it asked for, why; where several take part."""
        if not self.joint or self.facts.kind is DecisionKind.GRANTED:
            return []
        items = []
        for share in self.shares:
            granted = share.granted_sek if self.is_grant else 0
            if granted >= share.asked_sek > 0 or (share.asked_sek == 0 and granted == 0):
                continue
            items.append(
                _("%(name)s: %(granted)s of %(asked)s. %(why)s")
                % {
                    "name": share.name,
                    "granted": amount(granted),
                    "asked": amount(share.asked_sek),
                    "why": self._why(share.organisation),
                }
            )
        if not items:
            return []
        return [LetterSection("organisations", _("The organisations’ shares"), items=tuple(items))]

    def _why(self, organisation: int) -> str:
        failed = [
            each
            for each in self.basis.findings
            if each.organisation == organisation and not each.satisfied and not each.waived
        ]
        if failed:
            titles = []
            for each in failed:
                requirement = self.definition.requirement(each.requirement)
                titles.append(requirement.title.in_(LANGUAGE) if requirement else each.requirement)
            return _("Does not meet: %(requirements)s.") % {"requirements": ", ".join(titles)}
        numbers = [
            each.title
            for each in self.basis.lines
            if each.organisation == organisation and each.allotted_sek < each.asked_sek
        ]
        if numbers:
            return _("Reduced lines: %(lines)s.") % {"lines": ", ".join(numbers)}
        return _("See the reasons above.")


def _finding_text(code: str) -> str:
    texts = {
        "met": _("Met."),
        "begun": _("Begun, but not met."),
        "not_met": _("Not met."),
    }
    return texts.get(code, code)


def _dismissal(ground: str) -> list[str]:
    texts = {
        "late": _("The application was received after the last day to apply."),
        "not_entitled": _("The organisation is not one of those who may apply in the call."),
        "defect_not_remedied": _(
            "The application has defects that the agency has asked for to be remedied, and they "
            "have not been (section 20 of the Administrative Procedure Act, 2017:900)."
        ),
    }
    return [texts[ground]] if ground in texts else []
