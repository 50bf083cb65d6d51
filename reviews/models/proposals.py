"""What is proposed to the decision maker."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.models import Application
from reviews.enums import ProposedOutcome


class Proposal(models.Model):
    """A proposed decision. `amount_sek` is whole SEK: the sum of the checked budget lines, null
    where nothing is to be granted.

    `conditions` are texts, in order, beside those that the call has in every grant. The dates
    are Swedish local dates, inclusive; null where the grant has no such report or period. What
    is being written, and not yet proposed, is in `WorkValue`s.
    """

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="proposal"
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=ProposedOutcome.choices)
    amount_sek = models.BigIntegerField(_("amount (SEK)"), null=True, blank=True)
    reasons = models.TextField(_("reasons"))
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    use_from = models.DateField(_("may be used from"), null=True, blank=True)
    use_until = models.DateField(_("may be used until"), null=True, blank=True)
    interim_due = models.DateField(_("interim report due"), null=True, blank=True)
    final_due = models.DateField(_("final report due"), null=True, blank=True)
    prepared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="proposals_prepared"
    )
    prepared_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    outcome__in=[ProposedOutcome.GRANT, ProposedOutcome.PART],
                    amount_sek__isnull=False,
                    amount_sek__gt=0,
                )
                | Q(outcome=ProposedOutcome.REJECT, amount_sek__isnull=True),
                name="proposal_amount_when_granting",
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="proposal_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.application} – {self.get_outcome_display()}"

    @property
    def grants(self) -> bool:
        """Whether money is to be granted, all that was asked for or a part of it."""
        return ProposedOutcome(self.outcome).grants
