"""What is done with several cases at once: each by itself, and what became of each is told."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from applicants.models import User
from core.checks.working_days import working_day_from
from core.content import Cell, Column, Crumb, Row, Table, Tag, Text, Tone
from grants.models import Application
from grants.services.handling import NotAssignable
from portal.forms.worklist import BulkForm
from portal.selectors.definitions import definition_of
from portal.selectors.worklist import NOBODY, Desk, cases_handled_by
from portal.views.saving import is_number
from portal.views.worklist_columns import case_address
from reviews.checks import ReviewRefused
from reviews.services import ask_opinions
from reviews.services.assignment import CaseMoved, hand_out
from reviews.services.worklist import mark_case, unmark_case

LOG = logging.getLogger(__name__)
RESULT = "worklist_result"
"""Where the session keeps what became of the latest action."""
DEFAULT_DAYS = 21
ACTIONS: dict[str, Text] = {
    "assign": gettext_lazy("Assign the cases"),
    "ask": gettext_lazy("Ask for opinions"),
    "mark": gettext_lazy("Mark the cases"),
    "unmark": gettext_lazy("Take away a mark"),
}
REASONS: dict[str, Text] = {
    "gone": gettext_lazy("The case is not there for you."),
    "denied": gettext_lazy("You may not do this in the case."),
    "not_assignable": gettext_lazy(
        "The case is decided, or the officer has a conflict of interest in it or does not work "
        "with the agency’s cases."
    ),
    "moved": gettext_lazy("Somebody else has been given the case meanwhile."),
    "status": gettext_lazy("The case is not in hand: it is assessed or decided."),
    "not_asked": gettext_lazy("The call does not ask for opinions."),
    "none_left": gettext_lazy(
        "There is no county board left to ask: all have been asked, or it is the agency itself."
    ),
    "marks": gettext_lazy("The case has as many marks as it can have."),
    "failed": gettext_lazy("Something went wrong on our side. Try this case again."),
}


class Refused(Exception):
    """The case does not take it; `code` is among REASONS."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Doing:
    """What is about to be done with the ticked cases, as the page shows it."""

    action: str
    ticked: frozenset[str]
    form: BulkForm
    all_ticked: bool
    nothing_ticked: bool = False

    @classmethod
    def of(cls, request: HttpRequest, desk: Desk) -> "Doing":
        """As the request has it."""
        posted = request.method == "POST"
        action = request.POST.get("action", "")
        days = max(
            (
                judged.opinion.days
                for call in desk.calls
                if (judged := definition_of(call).assessment) is not None
            ),
            default=DEFAULT_DAYS,
        )
        form = BulkForm(
            request.POST if posted else None,
            action=action,
            officers=desk.officers,
            today=desk.today,
            due=working_day_from(desk.today + timedelta(days=days)),
        )
        ticked = frozenset(request.POST.getlist("case"))
        return cls(
            action,
            ticked,
            form,
            all_ticked=not posted and request.GET.get("tick") == "all",
            nothing_ticked=posted and not ticked,
        )

    def ticked_of(self, rows: Iterable[Application]) -> frozenset[str]:
        """Which of the rows are ticked."""
        return frozenset(str(each.pk) for each in rows) if self.all_ticked else self.ticked


def bulk_done(request: HttpRequest, person: User, doing: Doing) -> HttpResponse | None:
    """Do it, and lead on to what became of it; None where something is missing."""
    if doing.action == "spread" and doing.ticked:
        chosen = ".".join(sorted(each for each in doing.ticked if is_number(each)))
        return redirect(f"{reverse('worklist-spread')}?cases={chosen}")
    if doing.action not in ACTIONS or not doing.form.is_valid() or doing.nothing_ticked:
        return None
    act = _act(doing, person)
    cases = tried(_cases(person, doing.ticked), doing.ticked, act)
    keep_result(
        request,
        heading=str(ACTIONS[doing.action]),
        rows=cases,
        back=f"{reverse('worklist')}?{request.GET.urlencode()}",
    )
    return redirect("worklist-result")


def _cases(person: User, ids: Iterable[str]) -> dict[int, Application]:
    wanted = {int(each) for each in ids if is_number(each)}
    found = cases_handled_by(person).filter(pk__in=wanted).select_related("lead")
    return {each.pk: each for each in found.order_by("received_at", "pk")}


def _act(doing: Doing, person: User) -> Callable[[Application], object]:
    form = doing.form
    if doing.action == "assign":
        officer = _officer(form.cleaned_data["officer"])
        return lambda case: hand_out(
            application=case, officer=officer, actor=person, expected=case.assigned_to_id
        )
    if doing.action == "ask":
        due: date = form.cleaned_data["due"]

        def ask(case: Application) -> None:
            if not ask_opinions(application=case, actor=person, due_on=due):
                raise Refused("none_left")

        return ask
    label = form.cleaned_data["mark"]
    if doing.action == "mark":
        return lambda case: mark_case(application=case, actor=person, label=label)
    return lambda case: unmark_case(application=case, actor=person, label=label)


def _officer(value: str) -> User | None:
    return None if value == NOBODY else User.objects.get(pk=int(value))


type Outcome = tuple[int, str, str, str]
"""A case's id, number and lead, and why it was refused; "" where it was done."""


def tried(
    cases: dict[int, Application],
    asked: Iterable[str],
    act: Callable[[Application], object],
) -> list[Outcome]:
    """What became of each case, each in a transaction of its own."""
    outcomes: list[Outcome] = []
    for case in cases.values():
        try:
            act(case)
        except Refused as refused:
            code = refused.code
        except PermissionDenied:
            code = "denied"
        except NotAssignable:
            code = "not_assignable"
        except CaseMoved:
            code = "moved"
        except ReviewRefused as refused:
            code = refused.code if refused.code in REASONS else "denied"
        except DatabaseError:
            LOG.exception("a bulk action failed for case %s", case.pk)
            code = "failed"
        else:
            code = ""
        outcomes.append((case.pk, case.number, case.lead.name, code))
    there = {str(pk) for pk in cases}
    missing = sorted(set(asked) - there)
    return [*outcomes, *((0, "–", "", "gone") for _each in missing)]


def keep_result(request: HttpRequest, *, heading: str, rows: Sequence[Outcome], back: str) -> None:
    """Let the next page tell what became of the cases."""
    request.session[RESULT] = {
        "heading": heading,
        "rows": [list(row) for row in rows],
        "back": back,
    }


@require_safe
def worklist_result(request: HttpRequest) -> HttpResponse:
    """What became of each case in the latest action."""
    kept: dict[str, Any] | None = request.session.get(RESULT)
    if kept is None:
        return redirect("worklist")
    rows = [(pk, number, lead, code) for pk, number, lead, code in kept["rows"]]
    refused = sum(1 for row in rows if row[3])
    table = Table(
        id="result",
        caption=_("Result for each case"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Lead applicant")),
            Column(_("Result")),
        ),
        rows=tuple(_result_row(*row) for row in sorted(rows, key=lambda row: not row[3])),
        stack=True,
        caption_hidden=True,
    )
    context = {
        "crumbs": [Crumb(_("Worklist"), reverse("worklist")), Crumb(_("Result"))],
        "heading": kept["heading"],
        "done": len(rows) - refused,
        "refused": refused,
        "table": table,
        "back": kept["back"],
    }
    return render(request, "portal/worklist/result.html", context)


def _result_row(pk: int, number: str, lead: str, code: str) -> Row:
    result = (
        Cell(tag=Tag(_("Not done"), Tone.WARNING), note=str(REASONS.get(code, code)))
        if code
        else Cell(tag=Tag(_("Done"), Tone.SUCCESS))
    )
    return Row(Cell(number, url=case_address(pk, "") if pk else ""), (Cell(lead), result))
