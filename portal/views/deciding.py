"""What waits for the decision maker: the list by call, and deciding one or many as proposed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from applicants.models import User
from core.content import Cell, Check, Column, Crumb, Figure, Row, Table, Tag, Tone
from grants.content.deciding import Attendance
from grants.enums import ParticipationRole
from grants.models import Application, Call
from grants.selectors import frame_left
from portal.content import status_tag
from portal.forms.deciding import AttendanceForm, DecideFilter
from portal.selectors.definitions import parse_definitions
from portal.selectors.listing import applications_found
from portal.selectors.paging import Key, moment, text, whole
from portal.views.access import person_of
from portal.views.deciding_texts import texts_of
from portal.views.labels import call_title, money, partners_text
from portal.views.lists import Heading, listing
from portal.views.waivers import waivers_text
from reviews.checks import ReviewRefused
from reviews.enums import AdmissionGround, ProposedOutcome
from reviews.models import Proposal
from reviews.selectors.conflicts import declared_in
from reviews.selectors.deciding import (
    Satisfied,
    applications_to_decide,
    calls_deciding,
    satisfied_in,
    seen_in,
    waiting_for_decision,
)
from reviews.services import Decided, decide_many, declare_conflict

MOST_AT_ONCE = 200
KEYS: Mapping[str, tuple[Key, ...]] = {
    "number": (Key("number_key", text),),
    "organisation": (Key("lead__sort_key", text),),
    "received": (Key("received_at", moment),),
    "requested": (Key("requested_sek", whole),),
}
HEADINGS = (
    Heading(gettext_lazy("Case"), "number", nowrap=True),
    Heading(gettext_lazy("Lead applicant"), "organisation"),
    Heading(gettext_lazy("Proposal")),
    Heading(pgettext_lazy("amount", "Requested"), "requested", numeric=True),
    Heading(pgettext_lazy("amount", "Proposed"), numeric=True),
    Heading(gettext_lazy("Requirements")),
    Heading(gettext_lazy("Rapporteur")),
    Heading(gettext_lazy("Age"), "received", numeric=True),
)
OUTCOME_TONES: Mapping[str, Tone] = {
    ProposedOutcome.GRANT: Tone.SUCCESS,
    ProposedOutcome.PART: Tone.WARNING,
    ProposedOutcome.REJECT: Tone.DANGER,
}


@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    """The cases of one call that wait for a decision, with what is left of its frame."""
    person = person_of(request)
    calls = list(calls_deciding(person))
    parse_definitions(calls)
    call = _chosen(calls, request.GET.get("call", ""))
    context: dict[str, object] = {"call": call, "waivers": waivers_text(person)}
    if call is not None:
        asked = request.GET.copy()
        asked["call"] = str(call.pk)
        form = DecideFilter(asked, calls=[(str(each.pk), call_title(each)) for each in calls])
        words = {name: value for name, value in form.chosen.items() if name == "q"}
        found = applications_found(waiting_for_decision(person).filter(call=call), words)
        page = listing(request, found, form=form, headings=HEADINGS, keys=KEYS, default="number")
        for each in page.rows:
            each.call = call
        declared = declared_in(page.rows, person)
        context |= {
            "form": form,
            "page": page,
            "call_title": call_title(call),
            "figures": frame_figures(call, ()),
            "table": _table(page.rows, page.columns, declared),
            "undeclared": _undeclared_text(page.rows, declared),
        }
    return render(request, "portal/decide/list.html", context)


def _chosen(calls: Sequence[Call], wanted: str) -> Call | None:
    return next((call for call in calls if str(call.pk) == wanted), next(iter(calls), None))


@require_safe
def decision_frame(request: HttpRequest) -> HttpResponse:
    """The frame's figures as they are now, with what would be left if what is ticked is granted."""
    person = person_of(request)
    call = _chosen(list(calls_deciding(person)), request.GET.get("call", ""))
    figures: tuple[Figure, ...] = ()
    if call is not None:
        ticked = waiting_for_decision(person).filter(call=call, pk__in=_ticked(request))
        figures = frame_figures(call, ticked)
    return render(request, "portal/decide/frame.html", {"figures": figures, "call": call})


def frame_figures(
    call: Call, ticked: Iterable[Application], *, left: int | None = None
) -> tuple[Figure, ...]:
    """The frame, what is decided of it, what is `left` now (read unless it is given), and what is
    left if `ticked` are decided as proposed."""
    left = frame_left(call) if left is None else left
    wanted = sum(_amount(each) or 0 for each in ticked)
    after = left - wanted
    return (
        Figure(_("Frame"), money(call.frame_sek)),
        Figure(_("Decided so far"), money(call.frame_sek - left)),
        Figure(_("Left of the frame now"), money(left)),
        Figure(
            _("Left if all ticked are granted"),
            money(after),
            _("The frame does not suffice for all that is ticked.") if after < 0 else "",
        ),
    )


def proposal_in(application: Application) -> Proposal | None:
    """The proposal of a case that was fetched with it."""
    found: Proposal | None = getattr(application, "proposal", None)
    return found


def _amount(application: Application) -> int | None:
    proposal = proposal_in(application)
    if getattr(application, "dismissal", None) or proposal is None:
        return None
    return proposal.amount_sek


def proposed_tag(application: Application) -> Tag:
    """What is proposed, in words."""
    if getattr(application, "dismissal", None):
        return Tag(_("Dismiss"), Tone.DANGER)
    proposal = proposal_in(application)
    if proposal is None:
        return Tag(_("Nothing is proposed"), Tone.NEUTRAL)
    outcome = ProposedOutcome(proposal.outcome)
    # A grant of less than was asked is one in part, whichever word the proposal was made with.
    if outcome.grants and (proposal.amount_sek or 0) < (application.requested_sek or 0):
        outcome = ProposedOutcome.PART
    return Tag(outcome.label, OUTCOME_TONES[outcome])


def requirements_cell(found: Satisfied | None) -> Cell:
    """How the requirements stand, in short."""
    if found is None:
        return Cell(_("None judged"))
    waived = (
        ngettext("%(number)d waived", "%(number)d waived", found.waived) % {"number": found.waived}
        if found.waived
        else ""
    )
    if not found.failing:
        return Cell(tag=Tag(_("All met"), Tone.SUCCESS), note=waived)
    text = ngettext(
        "%(number)d requirement is not met", "%(number)d requirements are not met", found.failing
    )
    return Cell(tag=Tag(text % {"number": found.failing}, Tone.DANGER), note=waived)


def days_old(received_at: datetime | None) -> int | None:
    """Whole days since the case was received, by Swedish dates."""
    if received_at is None:
        return None
    return (timezone.localdate() - timezone.localdate(received_at)).days


def _age(application: Application) -> Cell:
    age = days_old(application.received_at)
    if age is None:
        return Cell("–")
    form = application.definition.assessment
    late = form is not None and age > form.target_days
    note = ""
    if late and form is not None:
        note = _("the target is %(days)d days") % {"days": form.target_days}
    return Cell(ngettext("%(days)d day", "%(days)d days", age) % {"days": age}, note=note)


type Declared = Mapping[int, bool | None]


def _table(rows: Sequence[Application], columns: tuple[Column, ...], declared: Declared) -> Table:
    satisfied = satisfied_in(each.pk for each in rows)
    return Table(
        id="decide",
        caption=_("Cases that wait for a decision"),
        columns=columns,
        rows=tuple(
            _row(each, satisfied.get(each.pk), declared=declared.get(each.pk) is False)
            for each in rows
        ),
        stack=True,
        caption_hidden=True,
    )


def _row(application: Application, satisfied: Satisfied | None, *, declared: bool) -> Row:
    lead, partners = application.lead, application.partner_count
    proposal = proposal_in(application)
    dismissal = getattr(application, "dismissal", None)
    note = AdmissionGround(dismissal).label if dismissal else ""
    by = application.assigned_to if proposal is None else proposal.prepared_by
    return Row(
        Cell(
            application.number,
            url=reverse("case-decide", args=[application.pk]),
            note="" if declared else _("conflict of interest not declared"),
            check=Check(
                "case",
                str(application.pk),
                _("Choose %(number)s, %(organisation)s")
                % {"number": application.number, "organisation": lead.name},
            ),
        ),
        (
            Cell(lead.name, note=partners_text(partners) if partners else ""),
            Cell(tag=proposed_tag(application), note=note),
            Cell(money(application.requested_sek)),
            Cell(money(_amount(application))),
            requirements_cell(satisfied),
            Cell(str(by) if by is not None else _("Nobody")),
            _age(application),
        ),
    )


def _undeclared_text(rows: Sequence[Application], declared: Declared) -> str:
    number = sum(declared.get(each.pk) is None for each in rows)
    if not number:
        return ""
    return ngettext(
        "You have not said whether you have a conflict of interest in %(number)d of the cases.",
        "You have not said whether you have a conflict of interest in %(number)d of the cases.",
        number,
    ) % {"number": number}


# Several at once ----------------------------------------------------------------------------------


def _ticked(request: HttpRequest) -> list[int]:
    """The cases named in the address or the form, at most so many."""
    named = [*request.GET.getlist("case"), *request.POST.getlist("case")]
    return sorted({int(pk) for pk in named if pk.isdecimal() and len(pk) < 19})[:MOST_AT_ONCE]


@require_http_methods(["GET", "HEAD", "POST"])
def decision_batch(request: HttpRequest) -> HttpResponse:
    """What was ticked, shown once more before it is decided as proposed; then what came of it."""
    person = person_of(request)
    ids = _ticked(request)
    if ids and not applications_to_decide(person).filter(pk__in=ids).exists():
        raise Http404
    if request.method == "POST" and "confirm" in request.POST:
        return _decided(request, person, ids)
    if request.method == "POST":
        if not ids:
            messages.error(request, _("Tick the cases that you want to decide."))
            return HttpResponseRedirect(reverse("decision-list"))
        if "declare" in request.POST:
            _declare(request, person, ids)
        return HttpResponseRedirect(_batch_url(ids))
    return _confirm_page(request, person, ids, AttendanceForm())


def _batch_url(ids: Sequence[int]) -> str:
    return f"{reverse('decision-batch')}?{urlencode([('case', pk) for pk in ids])}"


def _chosen_cases(person: User, ids: Sequence[int]) -> list[Application]:
    cases = (
        waiting_for_decision(person).filter(pk__in=ids).select_related("call__definition_record")
    )
    found = list(cases.prefetch_related("participations__organisation").order_by("call_id", "pk"))
    parse_definitions([each.call for each in found])
    return found


def _confirm_page(
    request: HttpRequest, person: User, ids: Sequence[int], form: AttendanceForm
) -> HttpResponse:
    # Before the cases: what is written while they are read makes another checksum.
    seen = seen_in(ids)
    cases = _chosen_cases(person, ids)
    if not cases:
        messages.info(request, _("None of the cases waits for a decision any more."))
        return HttpResponseRedirect(reverse("decision-list"))
    declared = declared_in(cases, person)
    ready = [each for each in cases if declared.get(each.pk) is False]
    undeclared = [each for each in cases if declared.get(each.pk) is None]
    calls = {each.call_id: each.call for each in ready}
    context = {
        "crumbs": [
            Crumb(_("Decisions"), reverse("decision-list")),
            Crumb(_("Decide several cases")),
        ],
        "form": form,
        "ready": [(each.pk, seen.get(each.pk, "")) for each in ready],
        "table": _confirm_table(ready),
        "undeclared": [each.pk for each in undeclared],
        "undeclared_table": _parties_table(undeclared),
        "all_ids": [each.pk for each in cases],
        "frames": [
            (
                call_title(call),
                frame_figures(call, [each for each in ready if each.call_id == pk]),
            )
            for pk, call in calls.items()
        ],
    }
    return render(request, "portal/decide/batch.html", context)


def _confirm_table(cases: Sequence[Application]) -> Table:
    total = sum(_amount(each) or 0 for each in cases)
    return Table(
        id="chosen",
        caption=_("What is decided"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Lead applicant")),
            Column(_("Decision")),
            Column(pgettext("amount", "Requested"), numeric=True),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(each.number, url=reverse("case-decide", args=[each.pk])),
                (
                    Cell(each.lead.name),
                    Cell(tag=proposed_tag(each)),
                    Cell(money(each.requested_sek)),
                    Cell(money(_amount(each))),
                ),
            )
            for each in cases
        ),
        foot=Row(
            Cell(_("Sum")),
            (
                Cell(),
                Cell(),
                Cell(money(sum(each.requested_sek or 0 for each in cases))),
                Cell(money(total)),
            ),
        ),
        stack=True,
    )


def _parties_table(cases: Sequence[Application]) -> Table:
    """Whom each case is about, which is what a conflict of interest is declared of."""
    return Table(
        id="parties",
        caption=_("The parties of the cases"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Lead applicant")),
            Column(_("Partners")),
        ),
        rows=tuple(
            Row(
                Cell(
                    each.number,
                    url=reverse("case-conflict", args=[each.pk]),
                    note=_("open to declare a conflict of interest"),
                ),
                (Cell(each.lead.name), Cell(", ".join(_partners(each)) or "–")),
            )
            for each in cases
        ),
        stack=True,
    )


def _partners(application: Application) -> list[str]:
    return [
        part.organisation.name
        for part in application.participations.all()
        if part.role == ParticipationRole.PARTNER
    ]


def _declare(request: HttpRequest, person: User, ids: Sequence[int]) -> None:
    """Say that there is no conflict of interest in those of the cases where nothing is said."""
    cases = _chosen_cases(person, ids)
    declared = declared_in(cases, person)
    for each in cases:
        if declared.get(each.pk) is None:
            try:
                declare_conflict(application=each, actor=person, has_conflict=False)
            except (PermissionDenied, ReviewRefused) as refused:
                messages.error(request, f"{each.number}: {' '.join(texts_of(refused))}")


def _decided(request: HttpRequest, person: User, ids: Sequence[int]) -> HttpResponse:
    form = AttendanceForm(request.POST)
    if not form.is_valid():
        return _confirm_page(request, person, ids, form)
    visible = {each.pk: each for each in _chosen_cases(person, ids)}
    attendance = Attendance(form.names, form.ids, form.cleaned_data["dissent"].strip())
    shown = {pk: request.POST.get(f"seen-{pk}", "-") for pk in visible}
    results = decide_many(cases=shown, actor=person, attendance=attendance)
    gone = [pk for pk in ids if pk not in visible]
    context = {
        "crumbs": [
            Crumb(_("Decisions"), reverse("decision-list")),
            Crumb(_("Decide several cases")),
        ],
        "done": sum(each.decision is not None for each in results),
        "left": len(results) - sum(each.decision is not None for each in results),
        "gone": len(gone),
        "table": _results_table(results, visible),
        "again": [each.application_id for each in results if each.decision is None],
    }
    return render(request, "portal/decide/results.html", context)


def _results_table(results: Iterable[Decided], cases: Mapping[int, Application]) -> Table:
    return Table(
        id="results",
        caption=_("What came of each case"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Lead applicant")),
            Column(_("Result")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(_result(each, cases[each.application_id]) for each in results),
        stack=True,
    )


def _result(found: Decided, application: Application) -> Row:
    if found.decision is not None:
        tag = status_tag(found.decision.outcome)
        why = ""
    else:
        tag = Tag(_("Not decided"), Tone.WARNING)
        why = " ".join(texts_of(found.refused)) if found.refused is not None else ""
    amount = None if found.decision is None else found.decision.amount_sek
    return Row(
        Cell(application.number, url=reverse("case-decide", args=[application.pk])),
        (Cell(application.lead.name), Cell(tag=tag, note=why), Cell(money(amount))),
    )
