"""Decisions that nobody has opened: whom to remind, or to send it on paper."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Cell, Crumb, Row, SummaryRow, Table
from grants.enums import DeliveryHow
from grants.models import DecisionDelivery
from grants.selectors.deliveries import not_opened
from grants.services.deliveries import DeliveryRefused, delivered, remind_party
from portal.forms.letters import PaperForm
from portal.forms.lists import ListFilter
from portal.selectors.definitions import parse_definitions
from portal.selectors.letters import days_since
from portal.selectors.paging import Key, moment
from portal.views.access import person_of
from portal.views.labels import call_title, day
from portal.views.lists import Heading, listing

KEYS: Mapping[str, tuple[Key, ...]] = {"told": (Key("sent_at", moment),)}
HEADINGS = (
    Heading(gettext_lazy("Case"), nowrap=True),
    Heading(gettext_lazy("Organisation")),
    Heading(gettext_lazy("Call")),
    Heading(gettext_lazy("Decided"), nowrap=True),
    Heading(gettext_lazy("Told"), "told", nowrap=True),
    Heading(gettext_lazy("Days"), numeric=True),
)


@require_safe
def unopened_list(request: HttpRequest) -> HttpResponse:
    """The decisions that a party has been told of for a week and nobody has opened."""
    found = not_opened(person_of(request), timezone.now())
    form = ListFilter(request.GET)
    if words := form.chosen.get("q"):
        found = found.filter(organisation__sort_key__contains=words.casefold())
    page = listing(request, found, form=form, headings=HEADINGS, keys=KEYS, default="told")
    parse_definitions([each.decision.application.call for each in page.rows])
    table = Table(
        id="unopened",
        caption=_("Decisions that have not been opened"),
        columns=page.columns,
        rows=tuple(_row(each) for each in page.rows),
        stack=True,
        caption_hidden=True,
    )
    context = {
        "crumbs": [_letters_crumb(), Crumb(_("Decisions that have not been opened"))],
        "form": form,
        "page": page,
        "table": table,
    }
    return render(request, "portal/letters/unopened_list.html", context)


def _letters_crumb() -> Crumb:
    return Crumb(_("Decision letters"), reverse("letter-batches"))


def _row(delivery: DecisionDelivery) -> Row:
    application = delivery.decision.application
    return Row(
        Cell(application.number, url=reverse("unopened-letter", args=[delivery.pk])),
        (
            Cell(delivery.organisation.name),
            Cell(call_title(application.call)),
            Cell(day(delivery.decision.decided_on)),
            Cell(day(delivery.sent_at)),
            Cell(str(days_since(delivery))),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def unopened_letter(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One of them: mail the party once more, or say that it was delivered on paper."""
    person = person_of(request)
    delivery = get_object_or_404(not_opened(person, timezone.now()), pk=pk)
    form = PaperForm(request.POST if request.POST.get("action") == "paper" else None)
    if request.POST.get("action") == "remind":
        _remind(request, delivery)
        return redirect("unopened-letter", pk=pk)
    if form.is_bound and form.is_valid():
        try:
            delivered(
                decision=delivery.decision,
                organisation=delivery.organisation,
                how=DeliveryHow.PAPER,
                on=form.cleaned_data["on"],
                actor=person,
            )
        except DeliveryRefused as refused:
            form.add_error("on", _refusal(refused))
        else:
            messages.success(request, _("It is kept that the decision was delivered on paper."))
            return redirect("unopened-letters")
    decision = delivery.decision
    application = decision.application
    context = {
        "crumbs": [
            _letters_crumb(),
            Crumb(_("Decisions that have not been opened"), reverse("unopened-letters")),
            Crumb(application.number),
        ],
        "application": application,
        "delivery": delivery,
        "form": form,
        "call_title": call_title(application.call),
        "summary": [
            SummaryRow(_("Organisation"), delivery.organisation.name),
            SummaryRow(_("Decided"), day(decision.decided_on)),
            SummaryRow(
                _("Told"),
                day(delivery.sent_at),
                note=_("%(days)d days ago") % {"days": days_since(delivery)},
            ),
        ],
        "letter_url": reverse("case-letter", args=[application.pk, decision.pk]),
    }
    return render(request, "portal/letters/unopened.html", context)


def _remind(request: HttpRequest, delivery: DecisionDelivery) -> None:
    sent = remind_party(
        decision=delivery.decision,
        organisation=delivery.organisation,
        actor=person_of(request),
    )
    if sent:
        messages.success(request, _("A reminder is on its way. It is sent once a day at most."))
    else:
        messages.warning(
            request,
            _("Nobody acts for the organisation here, so nobody can be mailed. Send it on paper."),
        )


def _refusal(refused: DeliveryRefused) -> str:
    texts = {
        "in_future": _("The day has not been yet. Write the day on which it was received."),
        "before_decision": _("The day is before the decision. Write a later day."),
        "no_party": _("The organisation takes no part in the case."),
    }
    return texts[refused.code]
