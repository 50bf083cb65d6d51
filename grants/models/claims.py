"""Money claimed back: demands, and write-offs that two people make."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User

from .applications import Application


class Claim(models.Model):
    """That money is claimed back of the grantee (återkrav): what was demanded, and by when.

    What is owed stands in the ledger alone; a demand says how much of it the party was asked for
    at a time. `amount_sek` is whole SEK, `due_on` the last day to pay (Swedish date, inclusive),
    `text` what the party is told, `pay_to` where and how to pay. `reminded_at` and `settled_at`
    (nothing of it is owed any more) are UTC.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="claims")
    amount_sek = models.BigIntegerField(_("amount (SEK)"))
    due_on = models.DateField(_("to be paid by"))
    text = models.TextField(_("text"), blank=True)
    pay_to = models.TextField(_("how to pay"), blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"))
    reminded_at = models.DateTimeField(_("reminded"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"], condition=Q(settled_at__isnull=True), name="claim_open_due"
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_sek__gt=0), name="claim_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.amount_sek}"


class WriteOff(models.Model):
    """That a part of what is owed is written off (avskrivning): one proposes it with grounds,
    another decides. `decided_at` is null while it waits; `granted` says what was decided."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="write_offs"
    )
    amount_sek = models.BigIntegerField(_("amount (SEK)"))
    grounds = models.TextField(_("grounds"))
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    granted = models.BooleanField(_("written off"), null=True)

    class Meta:
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_sek__gt=0), name="writeoff_amount_positive"),
            models.CheckConstraint(condition=~Q(grounds=""), name="writeoff_has_grounds"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="writeoff_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, granted__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, granted__isnull=False),
                name="writeoff_decided_by_someone",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(decided_at__isnull=True),
                name="writeoff_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.amount_sek}"


class CarryOverRequest(models.Model):
    """That the grantee asks to use money after the call's last day to use it (överföring), and
    what the decision maker answered. `year` is the year that the money is carried out of;
    `granted_sek` is null while it waits, 0 where it is rejected. `use_by` is the last day to use
    what is granted (Swedish date, inclusive). Amounts are whole SEK. Of one that came on paper
    `registered_by`, `signed_by` and `asked_at` are as of a `GrantChange`."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="carry_over_requests"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    amount_sek = models.BigIntegerField(_("amount (SEK)"))
    reasons = models.TextField(_("reasons"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked for"))
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_by = models.CharField(_("signed on the paper by"), max_length=200, blank=True)
    granted_sek = models.BigIntegerField(_("granted (SEK)"), null=True)
    use_by = models.DateField(_("last day to use it"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("request to carry money over")
        verbose_name_plural = _("requests to carry money over")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_sek__gt=0), name="carryover_amount_positive"),
            models.CheckConstraint(condition=~Q(reasons=""), name="carryover_has_reasons"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("registered_by"))),
                name="carryover_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=False, registered_by__isnull=True, signed_by="")
                | (Q(asked_by__isnull=True, registered_by__isnull=False) & ~Q(signed_by="")),
                name="carryover_asked_or_registered",
            ),
            models.CheckConstraint(
                condition=Q(
                    decided_at__isnull=True, decided_by__isnull=True, granted_sek__isnull=True
                )
                | (
                    Q(
                        decided_at__isnull=False,
                        decided_by__isnull=False,
                        granted_sek__gte=0,
                        granted_sek__lte=F("amount_sek"),
                    )
                    & ~Q(answer="")
                ),
                name="carryover_decided_with_answer",
            ),
            models.CheckConstraint(
                condition=Q(granted_sek__gt=0, use_by__isnull=False)
                | Q(granted_sek=0, use_by__isnull=True)
                | Q(granted_sek__isnull=True, use_by__isnull=True),
                name="carryover_granted_until",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(decided_at__isnull=True),
                name="carryover_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.amount_sek}"
