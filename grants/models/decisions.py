"""Decisions, never changed once made."""

import json
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.content.basis import DecisionBasis
from grants.definitions import DecisionKind
from grants.enums import Outcome

from .applications import Application
from .delegation import DelegationRule


class Decision(models.Model):
    """A decision: prepared by one person (föredragande), made by another (beslutsfattare).

    `assessor_ids` are the accounts of all who assessed the case; a trigger refuses a decider
    among them, and one with a declared conflict of interest. Only a decision that was brought
    in from an old register has neither preparer nor decider. `amount_sek` is whole SEK, null
    where nothing is granted, `asked_sek` what was asked for when it was decided, and
    `claimed_sek` what a revocation claims back.

    `basis` is the canonical JSON of the `grants.content.basis.DecisionBasis` that it rests on,
    and `basis_sha256` its checksum. `took_part` are the names of others who took part in the
    final handling, `took_part_ids` the accounts of those who have one; `dissent` is a dissenting
    opinion (avvikande mening). `delegation_rule` is the rule it was made under, null where the
    agency has none.
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
    asked_sek = models.BigIntegerField(_("asked for (SEK)"), null=True, blank=True)
    claimed_sek = models.BigIntegerField(_("claimed back (SEK)"), null=True, blank=True)
    basis = models.TextField(blank=True)
    basis_sha256 = models.CharField(max_length=64, blank=True)
    took_part = models.JSONField(_("others who took part"), default=list, blank=True)
    took_part_ids = models.JSONField(default=list, blank=True)
    dissent = models.TextField(_("dissenting opinion"), blank=True)
    delegation_rule = models.ForeignKey(
        DelegationRule, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
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
            models.CheckConstraint(
                condition=Q(basis="", basis_sha256="")
                | (Q(imported=False) & ~Q(basis="") & ~Q(basis_sha256="")),
                name="decision_basis_with_checksum",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.REVOKED) | Q(claimed_sek__isnull=True),
                name="decision_claim_when_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} – {self.get_outcome_display()}"

    @property
    def kind(self) -> DecisionKind:
        """Full and part told apart: less than was asked for is granted in part."""
        if self.outcome != Outcome.GRANTED:
            return DecisionKind(self.outcome)
        asked = self.application.requested_sek if self.asked_sek is None else self.asked_sek
        in_part = asked is not None and (self.amount_sek or 0) < asked
        return DecisionKind.PART if in_part else DecisionKind.GRANTED

    @property
    def basis_content(self) -> DecisionBasis | None:
        """What it rests on; None for a decision that was brought in or is older than that."""
        return DecisionBasis.of(json.loads(self.basis)) if self.basis else None
