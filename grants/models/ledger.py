"""The ledger: append-only, whole kronor."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation
from grants.enums import EntryKind

from .applications import Application


class LedgerEntry(models.Model):
    """One transaction (transaktion) of one grant. Never changed; undone by a reversal.

    `year` is the year the money belongs to: a grant's own, or the one it was carried into.
    `amount_sek` is whole SEK, never negative; zero only where it says that nothing was spent
    or carried in. `idempotency_key` makes the same booking happen once.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="ledger_entries"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="ledger_entries"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=EntryKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    amount_sek = models.BigIntegerField(_("amount (SEK)"))
    booked_on = models.DateField(_("booked"))
    actor = models.CharField(max_length=60)
    idempotency_key = models.CharField(max_length=200, unique=True)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        indexes: ClassVar = [
            models.Index(fields=["application", "year", "kind"], name="ledger_case_year")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=EntryKind.values), name="ledger_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(amount_sek__gt=0)
                | Q(amount_sek=0, kind__in=[EntryKind.SPENT, EntryKind.CARRIED_IN]),
                name="ledger_amount_positive",
            ),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.REVERSED, reverses__isnull=False)
                | (~Q(kind=EntryKind.REVERSED) & Q(reverses__isnull=True)),
                name="ledger_reversal_names_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.kind} {self.amount_sek}"
