"""What a decision letter says: one content for the page, the PDF and the frozen record.

Always in Swedish, whatever the reader's language. Texts are written out; nothing here reads a
clock or a database.
"""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.formats import DASH, amount, iso_date
from grants.definitions import CallDefinition, DecisionKind
from grants.definitions.assessment import Letter

from .letter_parts import (
    LANGUAGE,
    LetterColumn,
    LetterContent,
    LetterFacts,
    LetterSection,
    LetterTable,
    area_title,
    paragraphs_of,
)
from .letter_reasons import reasons_of


def letter_content(facts: LetterFacts, definition: CallDefinition, letter: Letter) -> LetterContent:
    """The letter of a decision, or of what is proposed, in Swedish."""
    with translation.override(LANGUAGE):
        return _Writer(facts, definition, letter).content()


class _Writer:
    """Writes one letter."""

    def __init__(self, facts: LetterFacts, definition: CallDefinition, letter: Letter) -> None:
        self.facts, self.definition, self.letter = facts, definition, letter
        self.basis = facts.basis
        self.shares = facts.shares
        self.is_grant = facts.is_grant
        self.joint = facts.is_joint

    def content(self) -> LetterContent:
        facts = self.facts
        sections = (
            self._decision(),
            *(self._of_grant() if self.is_grant else ()),
            self._background(),
            *reasons_of(facts, self.definition),
            *self._dissent(),
            self._handled_by(),
            *self._closing(),
            self._appeal(),
        )
        return LetterContent(
            kind=str(facts.kind),
            agency=facts.agency,
            agency_org_no=facts.agency_org_no,
            address=self.letter.address,
            contact=self.letter.contact,
            register_number=facts.register_number,
            dated="" if facts.decided_on is None else iso_date(facts.decided_on),
            recipient=self._recipient(),
            title=kind_title(facts.kind),
            matter=self._title(),
            sections=tuple(sections),
        )

    def _recipient(self) -> tuple[str, ...]:
        number = self.facts.lead_org_no
        if not number:
            return (self.facts.lead,)
        return (self.facts.lead, _("Org. no. %(number)s") % {"number": number})

    def _title(self) -> str:
        title = self.definition.title.in_(LANGUAGE)
        year = str(self.definition.year)
        return title if year in title else f"{title} {year}"

    # What is decided ---------------------------------------------------------------------------

    def _decision(self) -> LetterSection:
        facts = self.facts
        named = {
            "agency": facts.agency,
            "lead": facts.lead,
            "granted": amount(facts.granted_sek or 0),
            "asked": amount(facts.asked_sek),
            "earlier": amount(facts.earlier_sek or 0),
            "day": DASH if facts.replaces is None else iso_date(facts.replaces),
        }
        match facts.kind:
            case DecisionKind.GRANTED:
                said = _("%(agency)s grants the application. %(lead)s is granted %(granted)s.")
            case DecisionKind.PART:
                said = _(
                    "%(agency)s grants the application in part. %(lead)s is granted %(granted)s of "
                    "the %(asked)s applied for. The rest of the application is rejected."
                )
            case DecisionKind.REJECTED:
                said = _("%(agency)s rejects the application for %(asked)s from %(lead)s.")
            case DecisionKind.DISMISSED:
                said = _(
                    "%(agency)s dismisses the application from %(lead)s. That means that the "
                    "agency does not try whether money should be granted."
                )
            case DecisionKind.REVOKED:
                said = _(
                    "%(agency)s revokes the decision of %(day)s by which %(lead)s was granted "
                    "%(earlier)s."
                )
        paragraphs = [*self._own_words("decision_intro"), said % named]
        if self.is_grant and self.joint:
            paragraphs.append(
                ngettext(
                    "The application is made jointly with %(number)d other organisation. How the "
                    "amount is divided is said below.",
                    "The application is made jointly with %(number)d other organisations. How the "
                    "amount is divided is said below.",
                    len(self.shares) - 1,
                )
                % {"number": len(self.shares) - 1}
            )
        if facts.claimed_sek:
            paragraphs.append(
                _("%(lead)s shall repay %(claimed)s.")
                % {**named, "claimed": amount(facts.claimed_sek)}
            )
        if facts.replaces is not None and facts.kind is not DecisionKind.REVOKED:
            paragraphs.append(_("This decision replaces the decision of %(day)s.") % named)
        paragraphs += self._made_with()
        return LetterSection("decision", _("Decision"), tuple(paragraphs))

    def _own_words(self, name: str) -> tuple[str, ...]:
        """What the call itself says there, by paragraph."""
        texts = self.definition.letters
        own = None if texts is None else getattr(texts, name)
        return () if own is None else tuple(paragraphs_of(own.in_(LANGUAGE)))

    def _closing(self) -> tuple[LetterSection, ...]:
        own = self._own_words("decision_closing")
        return (LetterSection("closing", _("More to know"), own),) if own else ()

    def _made_with(self) -> list[str]:
        basis = self.definition.legal_basis
        if basis is None:
            return []
        rule = basis.in_(LANGUAGE).rstrip(".")
        return [_("The decision is made under: %(rule)s.") % {"rule": rule}]

    def _of_grant(self) -> list[LetterSection]:
        return [
            self._amounts(),
            *self._purpose(),
            self._conditions(),
            LetterSection(
                "repayment",
                _("Reservation for repayment"),
                (self.letter.repayment.in_(LANGUAGE),),
            ),
            *self._reports(),
        ]

    def _amounts(self) -> LetterSection:
        period = self._period()
        rows = tuple(
            (each.name, each.org_no or DASH, amount(each.asked_sek), amount(each.granted_sek))
            for each in self.shares
        )
        total: tuple[str, ...] = ()
        if self.joint:
            asked, granted = self.facts.asked_sek, self.facts.granted_sek or 0
            total = (_("Sum"), "", amount(asked), amount(granted))
        table = LetterTable(
            caption=_("Amount for each organisation"),
            columns=(
                LetterColumn(_("Organisation"), 40),
                LetterColumn(_("Organisation number"), 22),
                LetterColumn(_("Applied for"), 19, numeric=True),
                LetterColumn(pgettext("amount", "Granted"), 19, numeric=True),
            ),
            rows=rows,
            total=total,
        )
        return LetterSection(
            "amounts", _("Amount and period"), table=table, after=(period,) if period else ()
        )

    def _period(self) -> str:
        start, end = self.basis.use_from, self.basis.use_until
        if start is not None and end is not None:
            named = {"start": iso_date(start), "end": iso_date(end)}
            if self.joint:
                return (
                    _(
                        "Each organisation may use its amount from %(start)s up to and including "
                        "%(end)s."
                    )
                    % named
                )
            return _("The money may be used from %(start)s up to and including %(end)s.") % named
        if end is not None:
            return _("The money may be used up to and including %(end)s.") % {"end": iso_date(end)}
        return ""

    def _purpose(self) -> list[LetterSection]:
        items = tuple(area_title(self.definition, each) for each in self.basis.purpose)
        if not items:
            return []
        said = _("The money is granted for activities in these areas:")
        return [
            LetterSection("purpose", pgettext("decision", "What the money is for"), (said,), items)
        ]

    def _conditions(self) -> LetterSection:
        own = [each.in_(LANGUAGE) for each in self.letter.conditions]
        added = [each for each in self.basis.conditions if each not in own]
        return LetterSection("conditions", _("Conditions"), items=(*own, *added))

    def _reports(self) -> list[LetterSection]:
        items = []
        if self.basis.interim_due is not None:
            day = iso_date(self.basis.interim_due)
            items.append(_("Interim report no later than %(day)s") % {"day": day})
        if self.basis.final_due is not None:
            day = iso_date(self.basis.final_due)
            items.append(_("Final report no later than %(day)s") % {"day": day})
        if not items:
            return []
        said = _("You shall report to the agency how the money has been used:")
        return [LetterSection("reports", _("Reports"), (said,), tuple(items))]

    # Why ---------------------------------------------------------------------------------------

    def _background(self) -> LetterSection:
        facts = self.facts
        named = {"lead": facts.lead, "asked": amount(facts.asked_sek), "matter": self._title()}
        if facts.received_on is None:
            said = _("%(lead)s has applied for %(asked)s. The call: %(matter)s.") % named
        else:
            said = (
                _("%(lead)s applied for %(asked)s on %(day)s. The call: %(matter)s.")
                % {**named, "day": iso_date(facts.received_on)}
            )  # fmt: skip
        paragraphs = [said]
        if facts.late and facts.kind is not DecisionKind.DISMISSED:
            paragraphs.append(_("The application was received after the last day to apply."))
        opinions = tuple(
            f"{self._county(each.county)}: {_recommendation(each.recommendation)}"
            for each in self.basis.opinions
        )
        if opinions:
            paragraphs.append(_("These county administrative boards have given their opinion:"))
        return LetterSection("background", _("The matter"), tuple(paragraphs), opinions)

    def _county(self, code: str) -> str:
        name = self.facts.counties.get(code, code)
        return _("The county administrative board, %(county)s") % {"county": name}

    # Who, and what can be done about it --------------------------------------------------------

    def _dissent(self) -> list[LetterSection]:
        if not self.facts.dissent.strip():
            return []
        said = tuple(paragraphs_of(self.facts.dissent))
        return [LetterSection("dissent", _("Dissenting opinion"), said)]

    def _handled_by(self) -> LetterSection:
        facts = self.facts
        paragraphs = []
        if facts.decider:
            paragraphs.append(
                _("The decision in this case has been made by %(decider)s.")
                % {"decider": facts.decider}
            )
        else:
            paragraphs.append(_("Who decides is not yet settled."))
        if facts.preparer:
            paragraphs.append(_("%(preparer)s has been rapporteur.") % {"preparer": facts.preparer})
        if facts.took_part:
            paragraphs.append(
                _("In the final handling these have also taken part: %(names)s.")
                % {"names": ", ".join(facts.took_part)}
            )
        paragraphs.append(_("The decision is made electronically and therefore has no signature."))
        return LetterSection("handled", _("Who has decided"), tuple(paragraphs))

    def _appeal(self) -> LetterSection:
        appeal = self.letter.appeal_of(self.facts.kind)
        if appeal is None:
            said = (self.letter.not_appealable.in_(LANGUAGE),)
            return LetterSection("appeal", _("The decision cannot be appealed"), said)
        rule = appeal.rule.in_(LANGUAGE).rstrip(".")
        paragraphs = (
            appeal.text.in_(LANGUAGE),
            _("The appeal is tried by: %(court)s.")
            % {"court": appeal.court.in_(LANGUAGE).rstrip(".")},
            _("Write the register number %(number)s in the appeal.")
            % {"number": self.facts.register_number},
            _("The right to appeal rests on: %(rule)s.") % {"rule": rule},
        )
        return LetterSection("appeal", _("How to appeal"), paragraphs)


def kind_title(kind: DecisionKind) -> str:
    """The heading of a letter, in the language that is active."""
    titles = {
        DecisionKind.GRANTED: pgettext("decision", "The application is granted"),
        DecisionKind.PART: pgettext("decision", "The application is granted in part"),
        DecisionKind.REJECTED: pgettext("decision", "The application is rejected"),
        DecisionKind.DISMISSED: pgettext("decision", "The application is dismissed"),
        DecisionKind.REVOKED: pgettext("decision", "The grant is revoked"),
    }
    return titles[kind]


def _recommendation(code: str) -> str:
    texts = {
        "recommended": _("recommends the application"),
        "with_reservations": _("recommends the application with reservations"),
        "not_recommended": _("does not recommend the application"),
        "no_opinion": _("has no opinion"),
        "waiting": _("has not answered"),
    }
    return texts.get(code, code)


__all__ = ["LetterContent", "LetterFacts", "kind_title", "letter_content"]
