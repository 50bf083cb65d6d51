"""The reference rates that interest on claims is counted by, and entering the newest."""

from collections.abc import Mapping, Sequence
from datetime import date

import rules
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from applicants.enums import Role
from applicants.selectors import agencies_of
from core.content import Cell, Column, Crumb, Row, Table, Text
from core.models import Agency
from grants.content.interest import ADDITION
from grants.selectors.rates import (
    KnownRate,
    first_missing,
    rates_entered,
    rates_known,
    rates_listed,
)
from grants.services.rates import RateRefused, add_rate, withdraw_rate
from portal.forms.rates import RateForm, WithdrawRateForm
from portal.views.access import person_of
from portal.views.labels import day, language, moment

KEEPS = (Role.CONTROLLER, Role.ADMINISTRATOR)
REFUSALS: Mapping[str, tuple[str, Text]] = {
    "day": ("from_on", gettext_lazy("A half-year begins on 1 January or 1 July.")),
    "early": ("from_on", gettext_lazy("The rate of that half-year cannot be known yet.")),
    "step": ("percent", gettext_lazy("The reference rate is fixed in half percentage points.")),
    "range": ("percent", gettext_lazy("The rate cannot be that.")),
    "known": ("from_on", gettext_lazy("That half-year has a rate already.")),
    "withdrawn": ("from_on", gettext_lazy("The rate has been withdrawn already.")),
}


@require_http_methods(["GET", "HEAD", "POST"])
def reference_rates(request: HttpRequest) -> HttpResponse:
    """The rates, the newest first; a post enters one, or withdraws one."""
    person = person_of(request)
    agency = agencies_of(person, KEEPS).order_by("code").first()
    if agency is None or not rules.has_perm("grants.keep_rates", person, agency):
        raise Http404
    what = request.POST.get("what", "") if request.method == "POST" else ""
    form = RateForm(request.POST if what == "enter" else None)
    if what == "enter" and form.is_valid() and _entered(request, agency, form):
        return redirect("reference-rates")
    if what == "withdraw":
        _withdrawn(request, agency)
        return redirect("reference-rates")
    rates = rates_listed()
    context = {
        "crumbs": _crumbs(request),
        "form": form,
        "rates": _table([each for each in rates if each.entered is None]),
        "entered": [
            (each, percent_text(each.hundredths), _who(each))
            for each in rates
            if each.entered is not None
        ],
        "missing": missing_rate(),
        "addition": percent_text(ADDITION),
    }
    return render(request, "portal/money/rates.html", context)


def _crumbs(request: HttpRequest) -> list[Crumb]:
    handles = rules.has_perm("portal.handle_money", request.user)
    first = [Crumb(_("Money"), reverse("money")), Crumb(_("Claims"), reverse("claims"))]
    return [*(first if handles else []), Crumb(_("Reference rates"))]


def _entered(request: HttpRequest, agency: Agency, form: RateForm) -> bool:
    try:
        rate = add_rate(
            agency=agency,
            from_on=form.cleaned_data["from_on"],
            hundredths=form.cleaned_data["percent"],
            actor=person_of(request),
        )
    except RateRefused as refused:
        field, text = REFUSALS[refused.code]
        form.add_error(field, str(text))
        return False
    said = _("The reference rate from %(day)s is entered.") % {"day": day(rate.from_on)}
    messages.success(request, said)
    return True


def _withdrawn(request: HttpRequest, agency: Agency) -> None:
    form = WithdrawRateForm(request.POST, rates=rates_entered())
    if not form.is_valid():
        messages.info(request, str(REFUSALS["withdrawn"][1]))
        return
    try:
        withdraw_rate(agency=agency, rate=form.cleaned_data["rate"], actor=person_of(request))
    except RateRefused as refused:
        messages.info(request, str(REFUSALS[refused.code][1]))
    else:
        messages.success(request, _("The reference rate is withdrawn."))


def _who(rate: KnownRate) -> str:
    assert rate.entered is not None  # noqa: S101 - for the type checker
    return _("Entered %(when)s by %(who)s") % {
        "when": moment(rate.entered.entered_at),
        "who": rate.entered.entered_by,
    }


def _table(rates: Sequence[KnownRate]) -> Table:
    return Table(
        id="rates",
        caption=_("Rates in the register"),
        columns=(
            Column(_("Half-year from"), nowrap=True),
            Column(_("Reference rate"), numeric=True),
            Column(_("Interest on a late payment"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(day(each.from_on)),
                (
                    Cell(percent_text(each.hundredths)),
                    Cell(percent_text(max(each.hundredths + ADDITION, 0))),
                ),
            )
            for each in rates
        ),
        stack=True,
        caption_hidden=True,
    )


def percent_text(hundredths: int) -> str:
    """`2,50 %` from hundredths of a percent, with a point in English."""
    sign = "−" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{sign}{whole}{'.' if language() == 'en' else ','}{rest:02}\u00a0%"


def missing_rate() -> date | None:
    """The first day from which interest is not counted for want of a rate; None where the
    newest is that of this half-year."""
    return first_missing(rates_known(), timezone.localdate())


def rate_notice(request: HttpRequest) -> dict[str, str] | None:
    """What a page of claims warns of where the rate of this half-year is missing; None where it
    is there. With the address to enter it for those who may."""
    missing = missing_rate()
    return None if missing is None else missing_notice(request, missing)


def missing_notice(request: HttpRequest, missing: date) -> dict[str, str]:
    """That interest is not counted from that day, with the address to enter the rate for those
    who may."""
    said = _(
        "The reference rate for the half-year from %(day)s is missing. Interest is counted only "
        "to that day."
    ) % {"day": day(missing)}
    may = rules.has_perm("portal.keep_rates", request.user)
    return {"text": said, "url": reverse("reference-rates") if may else ""}
