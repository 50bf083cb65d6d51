"""Reconciliation of an agency's money: every night, and whenever a controller asks for it."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applicants.models import User
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from core.services.outbox import queue_mail
from grants.content.reconciling import Difference
from grants.models import Reconciliation
from grants.selectors.reconciling import (
    cases_with_money,
    controllers_of,
    differences_in,
    ledger_totals,
)

from .moving import actor_of, locked_application, require

PAGE = "reconciliations"
"""The name of the address where controllers read what was found."""


def reconcile(*, agency: Agency, actor: User | None = None) -> Reconciliation:
    """Reconcile the agency's money and keep what was found; by night, where nobody asked, once
    a Swedish date. What differs is told to the controllers by mail.

    Raises PermissionDenied for anyone but the agency's controllers.
    """
    if actor is not None:
        require("grants.handle_payments", actor, agency)
    today = timezone.localdate()
    if actor is None and (made := _of_tonight(agency, today)) is not None:
        return made
    cases = cases_with_money(agency)
    found = _confirmed(list(differences_in(cases)))
    totals, entries = ledger_totals(agency)
    with transaction.atomic():
        # One at a time for an agency: whoever comes second at night finds the first's.
        Agency.objects.select_for_update().get(pk=agency.pk)
        if actor is None and (made := _of_tonight(agency, today)) is not None:
            return made
        made = Reconciliation.objects.create(
            agency=agency,
            on=today,
            nightly=actor is None,
            made_at=timezone.now(),
            cases=len(cases),
            entries=entries,
            totals=totals,
            faults=[list(each) for each in found],
        )
        journal.append(
            kind=JournalKind.INSTALLATION,
            subject="",
            name="reconciliation.made",
            payload={"agency": agency.code, "cases": len(cases), "differences": len(found)},
            actor=actor_of(actor),
        )
        if found:
            _alarm(made)
    return made


def reconcile_all() -> int:
    """Reconcile every agency with calls that has not been tonight; returns in how many something
    differs."""
    agencies = Agency.objects.filter(calls__isnull=False).distinct().order_by("pk")
    return sum(bool(reconcile(agency=each).faults) for each in agencies)


def _of_tonight(agency: Agency, today: date) -> Reconciliation | None:
    return Reconciliation.objects.filter(agency=agency, on=today, nightly=True).first()


def _confirmed(found: list[Difference]) -> list[Difference]:
    """Those that are there under the case's lock too: what was being booked meanwhile is none."""
    kept: list[Difference] = []
    for case in sorted({each.case for each in found}):
        with transaction.atomic():
            locked_application(case)
            kept += differences_in([case])
    return kept


def _alarm(made: Reconciliation) -> None:
    try:
        path = reverse(PAGE)
    except NoReverseMatch:
        path = "/"
    for person in controllers_of(made.agency):
        with translation.override(person.language):
            subject = _("The reconciliation of the money found differences")
            body = "\n\n".join(
                (
                    _("Something in the ledger does not agree. Sign in to see what it is:")
                    + f"\n{settings.SITE_URL}{path}",
                    _("You cannot answer this mail."),
                )
            )
        queue_mail(
            recipient=person.email,
            language=person.language,
            subject=subject,
            body=body,
            dedupe_key=f"reconciliation:{made.pk}:{person.pk}",
        )
