"""Decisions, never changed once made."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.enums import Outcome

from .applications import Application


class Decision(models.Model):
    """A decision: prepared by one person (föredragande), made by another (beslutsfattare).

    `assessor_ids` are the accounts of all who assessed the case; a trigger refuses a decider
    among them, and one with a declared conflict of interest. Only a decision that was brought
    in from an old register has neither preparer nor decider. `amount_sek` is whole SEK, null
    where nothing is granted.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    amount_sek = models.BigIntegerField(_("amount (SEK)"), null=True, blank=True)
    decided_on = models.DateField(_("decided"))
    decider = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="decisions_made"
    )
    preparer = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="decisions_prepared"
    )
    assessor_ids = models.JSONField(default=list)
    ground = models.CharField(_("ground"), max_length=60, blank=True)
    reasons = models.TextField(_("reasons"), blank=True)
    imported = models.BooleanField(default=False)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="decision_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.GRANTED, amount_sek__gt=0)
                | (~Q(outcome=Outcome.GRANTED) & Q(amount_sek__isnull=True)),
                name="decision_amount_when_granted",
            ),
            models.CheckConstraint(
                condition=Q(imported=True, decider__isnull=True, preparer__isnull=True)
                | Q(imported=False, decider__isnull=False, preparer__isnull=False),
                name="decision_people_unless_imported",
            ),
            models.CheckConstraint(
                condition=Q(decider__isnull=True) | ~Q(decider=F("preparer")),
                name="decision_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(imported=True) | ~Q(reasons="") | Q(outcome=Outcome.GRANTED),
                name="decision_reasons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} – {self.get_outcome_display()}"
