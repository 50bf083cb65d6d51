"""What the reconciliations of the money found, night by night."""

from collections.abc import Iterable, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from applicants.models import User
from core.content import Cell, Column, Crumb, Row, Table, Tag, Text, Tone
from core.formats import number
from grants.models import Application, Reconciliation
from grants.selectors.reconciling import reconciliations_visible_to
from grants.selectors.shut_out import without_shut_out
from grants.services.reconciling import reconcile
from portal.views.access import person_of
from portal.views.labels import agency_name, day, moment, money
from portal.views.money_agencies import chosen_agency

SHOWN = 60
MOST_FAULTS = 200
CODES: Mapping[str, Text] = {
    "granted": gettext_lazy("The ledger and the decision do not say the same amount"),
    "below_zero": gettext_lazy("A year says more than there was"),
    "carried": gettext_lazy("What was carried over does not agree with what was carried in"),
    "overpaid": gettext_lazy("More has been paid than was granted"),
    "payments": gettext_lazy("Payment orders and the ledger do not agree"),
    "claims": gettext_lazy("Claims and the ledger do not agree"),
    "shares": gettext_lazy("What partners gave back and the ledger do not agree"),
    "closed": gettext_lazy("The case is closed with money not accounted for"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def reconciliations(request: HttpRequest) -> HttpResponse:
    """What was found, the latest first; a post reconciles now."""
    person = person_of(request)
    if request.method == "POST":
        made = reconcile(agency=chosen_agency(request)[0], actor=person)
        if made.faults:
            messages.error(request, found_text(made))
        else:
            messages.success(request, _("Everything agrees."))
        return redirect("reconciliations")
    found = list(reconciliations_visible_to(person)[:SHOWN])
    context = {
        "crumbs": [Crumb(_("Money"), reverse("money")), Crumb(_("Reconciliation"))],
        "latest": found[0] if found else None,
        "notice": _notice(found[0]) if found else "",
        "table": _table(found),
        "faults": _faults(found[0], person) if found else None,
        "more": found and len(found[0].faults) > MOST_FAULTS,
    }
    return render(request, "portal/money/reconciliations.html", context)


def found_text(made: Reconciliation) -> str:
    """How many differences there are, and what they come to."""
    return ngettext(
        "%(number)s difference, %(amount)s in all",
        "%(number)s differences, %(amount)s in all",
        len(made.faults),
    ) % {"number": number(len(made.faults)), "amount": money(_sek(made))}


def _sek(made: Reconciliation) -> int:
    return sum(int(sek) for _code, _case, sek in made.faults)


def _notice(made: Reconciliation) -> str:
    return found_text(made) if made.faults else ""


def latest_notice(person: User) -> str:
    """What the latest reconciliation alarms of; empty where everything agrees."""
    made = reconciliations_visible_to(person).first()
    return "" if made is None else _notice(made)


def _table(rows: Iterable[Reconciliation]) -> Table:
    return Table(
        id="reconciliations",
        caption=_("Reconciliations"),
        columns=(
            Column(_("Date"), nowrap=True),
            Column(_("Made"), nowrap=True),
            Column(_("Agency")),
            Column(_("Cases"), numeric=True),
            Column(_("Transactions"), numeric=True),
            Column(_("Difference"), numeric=True),
            Column(_("Result")),
        ),
        rows=tuple(
            Row(
                Cell(day(each.on)),
                (
                    Cell(moment(each.made_at), note="" if each.nightly else _("by a controller")),
                    Cell(agency_name(each.agency)),
                    Cell(number(each.cases)),
                    Cell(number(each.entries)),
                    Cell(money(_sek(each))),
                    Cell(
                        tag=Tag(_("Differs"), Tone.DANGER)
                        if each.faults
                        else Tag(_("Agrees"), Tone.SUCCESS)
                    ),
                ),
            )
            for each in rows
        ),
        stack=True,
        caption_hidden=True,
    )


def _faults(made: Reconciliation, person: User) -> Table | None:
    if not made.faults:
        return None
    shown = made.faults[:MOST_FAULTS]
    cases = {
        each.pk: each
        for each in without_shut_out(
            Application.objects.filter(pk__in={case for _code, case, _sek in shown}), person
        ).select_related("lead")
    }
    return Table(
        id="faults",
        caption=_("Differences"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Organisation")),
            Column(_("What does not agree")),
            Column(_("Difference"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(cases[case].number, reverse("case-payments", args=[case])),
                (Cell(cases[case].lead.name), Cell(CODES.get(code, code)), Cell(money(sek))),
            )
            for code, case, sek in shown
            if case in cases
        ),
        stack=True,
        caption_hidden=True,
    )
