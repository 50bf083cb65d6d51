"""The page on which a decision is proposed: outcome, amount, reasons, conditions, dates, and how
it compares with similar cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core import formats
from core.content import Cell, Column, Crumb, Row, Table, Tag, Text, Tone
from grants.content.draft import SavedValue
from grants.content.fields import FieldSpec
from grants.models import Application, Participation
from grants.selectors import applications_received, participants_of
from grants.services.moving import UnknownField
from portal.rules import READS_CASES
from portal.selectors.proposing import handles_at
from portal.views.access import person_of
from portal.views.applying_fields import FormField, Typed, form_field
from portal.views.cost_page import REFUSALS, costs_tag, crumbs_to, found_case
from portal.views.cost_to_do import to_do
from portal.views.declaring import declared_or_redirect, read_case
from portal.views.findings import autosave_context
from portal.views.labels import language, moment, money
from portal.views.saving import Save, field_answer, page_of, save_page, saved_message
from reviews.checks import ReviewRefused, ShareLine, parts_of
from reviews.checks.comparisons import percent_of, tenths_per_inhabitant
from reviews.checks.costs import outcome_for
from reviews.content.costs import CEILING
from reviews.content.proposals import (
    DATES,
    PROPOSAL,
    LibraryItem,
    chosen_conditions,
    proposal_path,
    proposal_specs,
)
from reviews.enums import ProposedOutcome, TextUse
from reviews.models import Proposal
from reviews.selectors.comparisons import Similar, comparable_of, similar_cases
from reviews.selectors.costs import CostCheck, cost_check
from reviews.selectors.proposals import (
    ProposalDates,
    proposal_of,
    proposal_stands,
    with_usual_dates,
)
from reviews.selectors.texts import library_of
from reviews.selectors.writing import earlier_work, work_values
from reviews.services import insert_reasons, propose, save_proposal_field
from reviews.services.in_hand import IN_HAND

REASONS = (TextUse.GRANT, TextUse.PART, TextUse.REJECT)
OUTCOME_TONES: Mapping[str, Tone] = {
    ProposedOutcome.GRANT: Tone.SUCCESS,
    ProposedOutcome.PART: Tone.WARNING,
    ProposedOutcome.REJECT: Tone.DANGER,
}


@dataclass(frozen=True, slots=True)
class LibraryGroup:
    """Texts of the library for one use."""

    heading: Text
    items: tuple[LibraryItem, ...]


class ProposalPage:
    """The page: the case with its check of costs, and what is written of the proposal."""

    def __init__(
        self,
        request: HttpRequest,
        application: Application,
        typed: Mapping[str, Typed] | None = None,
        error: str = "",
    ) -> None:
        self.request, self.application = request, application
        self.typed, self.error = typed or {}, error
        self.me = str(person_of(request))
        self.definition = application.definition
        self.parts: Sequence[Participation] = participants_of(application)
        written = work_values(application, PROPOSAL, CEILING)
        self.values = with_usual_dates(application.call, written)
        self.check: CostCheck = cost_check(application, parts=self.parts, written=written)
        self.library = library_of(
            application.call, *map(str, (*REASONS, TextUse.CONDITION)), language=language()
        )
        self.conditions = [each for each in self.library if each.use == TextUse.CONDITION]
        self.specs = proposal_specs(self.conditions)
        self.proposal: Proposal | None = getattr(application, "proposal", None)
        self.editable = application.status in IN_HAND and handles_at(
            person_of(request), application
        )

    def spec(self, path: str) -> FieldSpec | None:
        """What the field with that path takes; None where there is none."""
        kind, _dot, name = path.partition(".")
        return self.specs.get(name) if kind == PROPOSAL else None

    def value(self, path: str) -> SavedValue:
        """What is written in the field."""
        return self.values.get(path, SavedValue(path))

    def said(self, name: str) -> str:
        """The text of a field by its name."""
        return self.value(proposal_path(name)).text

    def field(self, name: str) -> FormField:
        """The field as drawn."""
        spec = self.specs[name]
        drawn = form_field(
            spec,
            self.value(spec.path),
            me=self.me,
            typed=self.typed.get(spec.path),
            editable=self.editable,
            optional=name not in ("outcome", "reasons"),
        )
        # A period or a report that a grant does not have is left empty.
        return replace(drawn, optional=False) if name == "outcome" else drawn

    def context(self) -> dict[str, Any]:
        """All that the template is given."""
        application, check = self.application, self.check
        names = {part.organisation_id: part.organisation.name for part in self.parts}
        letter = self.definition.assessment.letter if self.definition.assessment else None
        found = outcome_for(check.total.left_sek, application.requested_sek or 0)
        here = language()
        return {
            "application": application,
            "crumbs": crumbs_to(self.request, application, Crumb(_("Proposal"))),
            "editable": self.editable,
            "error": self.error,
            "state": proposal_tag(application, self.proposal, check),
            "made": self._made(),
            "amount": formats.amount(check.total.left_sek),
            "asked": formats.amount(application.requested_sek or 0),
            "comes_to": found.label if found else _("Nothing to grant"),
            "costs_tag": costs_tag(check),
            "costs_url": reverse("case-costs", args=[application.pk]),
            "to_do": to_do(check, names),
            "shares": shares_table(check, self.parts),
            "outcome": self.field("outcome"),
            "reasons": self.field("reasons"),
            "condition_choices": self.field("conditions") if self.conditions else None,
            "own_conditions": self.field("own_conditions"),
            "always": [each.in_(here) for each in letter.conditions] if letter else [],
            "dates": [self.field(name) for name in DATES],
            "library": [
                LibraryGroup(use.label, items)
                for use in REASONS
                if (items := tuple(each for each in self.library if each.use == use))
            ],
            "library_url": reverse("library"),
            "dismissal": getattr(application, "dismissal_proposed", False),
            "admission_url": reverse("case-admission", args=[application.pk]),
            "similar": self._similar(),
            "problems": [
                (field.id, field.label, field.error)
                for path in self.typed
                if self.spec(path) is not None
                for field in [self.field(path.partition(".")[2])]
                if field.error or field.conflict
            ],
            **autosave_context(self.request, application, "proposal"),
            "save_url": reverse("case-proposal-save", args=[application.pk]),
        }

    def _made(self) -> str:
        proposal = self.proposal
        if proposal is None:
            return ""
        what = proposal.get_outcome_display()
        if proposal.amount_sek is not None:
            what = f"{what}, {money(proposal.amount_sek)}"
        return _("Proposed %(when)s by %(who)s: %(what)s.") % {
            "when": moment(proposal.prepared_at),
            "who": proposal.prepared_by,
            "what": what,
        }

    def _similar(self) -> Table | None:
        areas = dict.fromkeys(line.area for line in self.check.lines if line.area)
        within = applications_received(person_of(self.request), READS_CASES)
        found = similar_cases(self.application, tuple(areas), within=within)
        if not found:
            return None
        own = comparable_of(
            self.application, frozenset(areas), self.check.total.approved_sek or None
        )
        known = any(each.case.population for each in found) or own.population is not None
        titles = self.definition.area_titles(language())
        return similar_table(self.application, own, found, titles, per_inhabitant=known)


def shares_table(check: CostCheck, parts: Sequence[Participation]) -> Table | None:
    """What belongs to whom of a joint case, to the last krona; None where one applies alone."""
    if len(parts) < 2:
        return None
    divided = parts_of(
        [ShareLine(line.organisation, line.asked_sek, line.left_sek) for line in check.lines],
        [part.organisation_id for part in parts],
        check.failed,
    )
    names = {part.organisation_id: part.organisation.name for part in parts}
    return Table(
        id="shares",
        caption=_("What belongs to whom"),
        columns=(
            Column(_("Organisation")),
            Column(_("The requirements")),
            Column(pgettext("sum", "Asked for"), numeric=True),
            Column(pgettext("sum", "Proposed"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(names[each.organisation]),
                (
                    Cell(
                        tag=Tag(_("Not met"), Tone.DANGER)
                        if not each.qualifies
                        else Tag(_("No failing found"), Tone.SUCCESS)
                    ),
                    Cell(money(each.asked_sek)),
                    Cell(money(each.approved_sek or 0)),
                ),
            )
            for each in divided.parts
        ),
        stack=True,
    )


def similar_table(
    application: Application,
    own: Any,
    found: Sequence[Similar],
    titles: Mapping[str, str],
    *,
    per_inhabitant: bool,
) -> Table:
    """The case and those most like it, side by side."""
    columns = [
        Column(_("Case"), nowrap=True),
        Column(_("Lead applicant")),
        Column(_("Alike in")),
        Column(pgettext("sum", "Asked for"), numeric=True),
        Column(pgettext("sum", "Approved"), numeric=True),
        Column(pgettext("amount", "Granted"), numeric=True),
    ]
    if per_inhabitant:
        columns.append(Column(_("Asked for per inhabitant"), numeric=True))

    def row(case: Any, there: Application, alike: str, *, link: bool) -> Row:
        share = percent_of(case.approved_sek, case.requested_sek)
        cells = [
            Cell(there.lead.name, note=str(case.year)),
            Cell(alike),
            Cell(money(case.requested_sek)),
            Cell(money(case.approved_sek), note="" if share is None else formats.percent(share)),
            Cell(money(case.granted_sek)),
        ]
        if per_inhabitant:
            cells.append(Cell(per_inhabitant_text(case.requested_sek, case.population)))
        url = reverse("application-detail", args=[there.pk]) if link else ""
        return Row(Cell(there.number, url=url), tuple(cells))

    return Table(
        id="similar",
        caption=_("Similar cases this year and last"),
        columns=tuple(columns),
        rows=(
            row(own, application, _("This case"), link=False),
            *(row(each.case, each.application, alike_text(each), link=True) for each in found),
        ),
        stack=True,
        caption_hidden=True,
    )


def alike_text(each: Similar) -> str:
    """In what a case is like the one at hand."""
    like = each.like
    said = [
        (like.same_kind, _("kind")),
        (like.shared_areas > 0, _("area")),
        (like.similar_size, _("size")),
        (like.similar_amount, _("amount")),
        (like.same_county, _("county")),
    ]
    return ", ".join(str(word) for is_so, word in said if is_so) or formats.DASH


def per_inhabitant_text(amount_sek: int | None, population: int | None) -> str:
    """Kronor for each inhabitant, with one decimal; a dash where the population is not known."""
    tenths = tenths_per_inhabitant(amount_sek, population)
    if tenths is None:
        return formats.DASH
    return f"{formats.number(tenths // 10)},{tenths % 10}\N{NO-BREAK SPACE}kr"


def proposal_tag(
    application: Application, proposal: Proposal | None, check: CostCheck | None = None
) -> Tag:
    """What is proposed: for the list of what is to be done in a case."""
    if proposal is None:
        return Tag(_("Not begun"))
    if application.status in IN_HAND and not proposal_stands(application, proposal, check):
        return Tag(_("To be proposed again"), Tone.WARNING)
    label = str(proposal.get_outcome_display())
    if proposal.amount_sek is not None:
        label = f"{label}: {money(proposal.amount_sek)}"
    return Tag(label, OUTCOME_TONES[proposal.outcome])


def proposal_task(application: Application) -> tuple[Tag, str]:
    """The same of a case, with the address."""
    tag = proposal_tag(application, proposal_of(application))
    return tag, reverse("case-proposal", args=[application.pk])


def _saver(request: HttpRequest, application: Application) -> Save:
    def save(path: str, text: str, base: int) -> SavedValue:
        return save_proposal_field(
            application=application,
            path=path,
            text=text,
            base=base,
            actor=person_of(request),
            page=page_of(request),
            language=language(),
        )

    return save


@never_cache
@require_POST
def proposal_save(request: HttpRequest, *, pk: int) -> JsonResponse:
    """Save one field; the answer says what is there now, or why it was not saved."""
    application = read_case(request, pk)
    return field_answer(request, _saver(request, application), REFUSALS, str(person_of(request)))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_proposal(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Write a proposal and, when it is done, propose it."""
    application = found_case(request, pk)
    if away := declared_or_redirect(request, application):
        return away
    page = ProposalPage(request, application)
    if request.method != "POST":
        return _shown(page)
    posted = save_page(
        request,
        spec_of=page.spec,
        value_of=page.value,
        earlier=lambda moved: earlier_work(application, moved.items()),
        save=_saver(request, application),
        refusals=REFUSALS,
    )
    if posted.typed:
        return _shown(ProposalPage(request, found_case(request, pk), posted.typed), status=422)
    what, _colon, about = request.POST.get("do", "").partition(":")
    try:
        if what == "insert":
            insert_reasons(application=application, actor=person_of(request), code=about)
            messages.success(request, _("The text stands after the reasons. Edit it."))
            return redirect(f"{request.path}#{page.field('reasons').id}")
        if what == "propose":
            _propose(request, ProposalPage(request, found_case(request, pk)))
            messages.success(request, _("The decision is proposed."))
            return redirect("case-proposal", pk=pk)
    except UnknownField:
        messages.error(request, _("The text is no longer in the library."))
    except PermissionDenied:
        messages.error(request, _("You may not propose a decision in this case."))
    except ReviewRefused as refused:
        again = ProposalPage(request, found_case(request, pk), error=refused_text(refused.code))
        return _shown(again, status=422)
    else:
        saved_message(request, posted)
    return redirect("case-proposal", pk=pk)


def _shown(page: ProposalPage, *, status: int = 200) -> HttpResponse:
    return render(page.request, "portal/costs/proposal.html", page.context(), status=status)


def _propose(request: HttpRequest, page: ProposalPage) -> Proposal:
    said = page.said("outcome")
    if not said:
        raise ReviewRefused("outcome")
    chosen = page.said("conditions").split(",")
    return propose(
        application=page.application,
        actor=person_of(request),
        outcome=ProposedOutcome(said),
        reasons=page.said("reasons"),
        # The agency's decisions are in Swedish.
        conditions=chosen_conditions(
            chosen,
            library_of(page.application.call, str(TextUse.CONDITION)),
            page.said("own_conditions"),
        ),
        dates=ProposalDates(
            **{
                name: date.fromisoformat(text) if (text := page.said(name)) else None
                for name in DATES
            }
        ),
    )


def refused_text(code: str) -> str:
    """Why a decision cannot be proposed, and what to do about it."""
    return {
        "status": _("The case is not being handled, so nothing can be proposed in it now."),
        "outcome": _("Choose what you propose."),
        "reasons": _("Write the reasons. You can begin from a text of the library."),
        "lines": _("Check all the budget lines before you propose a grant."),
        "failing": _(
            "Approve nothing for organisations that do not meet all requirements before you "
            "propose a grant."
        ),
        "ceilings": _("Keep the ceilings of the cost rules, or write why they are passed."),
        "amount": _("Nothing is approved. Approve something, or propose that it be rejected."),
        "dates": _(
            "Put the dates in order: the period begins before it ends, and before the reports "
            "are due; the interim report is due before the final one, and that not before the "
            "period ends."
        ),
    }.get(code, _("This cannot be proposed now."))
