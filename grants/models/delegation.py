"""Who decides what, up to which amount."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.enums import Role
from applicants.models import User
from core.models import Agency


class DelegationRule(models.Model):
    """That a person, or all who work as something, decide with these outcomes up to an amount.

    `outcomes` are values of `grants.enums.Outcome`. `max_sek` is whole SEK, inclusive; null is no
    limit: it is held against what is granted, and against what was asked for where nothing is.
    `valid_from` and `valid_until` are Swedish dates, inclusive. `reference` is the provision of
    the agency's delegation order. A rule is never changed, only ended.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="delegation_rules")
    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="delegation_rules",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, blank=True)
    outcomes = models.JSONField(_("outcomes"))
    max_sek = models.BigIntegerField(_("highest amount (SEK)"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    reference = models.CharField(_("provision"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("delegation rule")
        verbose_name_plural = _("delegation rules")
        indexes: ClassVar = [
            models.Index(fields=["agency", "valid_from"], name="delegationrule_agency")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, role="")
                | Q(user__isnull=True, role=Role.DECISION_MAKER),
                name="delegationrule_person_or_role",
            ),
            models.CheckConstraint(
                condition=Q(max_sek__isnull=True) | Q(max_sek__gt=0),
                name="delegationrule_amount_positive",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="delegationrule_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.user_id or self.role} {self.max_sek}"
