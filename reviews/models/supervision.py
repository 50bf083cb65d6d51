"""Supervision decisions (tillsynsbeslut) about organisations."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User
from core.models import Agency


class SupervisionDecision(models.Model):
    """What a supervising authority has decided about an organisation, entered by an agency.

    `adverse` tells one that found shortcomings. A row that was entered by mistake is withdrawn
    with a reason, never removed.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="supervision_decisions"
    )
    authority = models.CharField(_("supervising authority"), max_length=200)
    number = models.CharField(_("register number"), max_length=100)
    decided_on = models.DateField(_("decided"))
    adverse = models.BooleanField(_("shortcomings were found"))
    summary = models.TextField(_("what it says"))
    url = models.URLField(_("link"), max_length=500, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered"))
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("supervision decision")
        verbose_name_plural = _("supervision decisions")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "organisation", "authority", "number"],
                condition=Q(withdrawn_at__isnull=True),
                name="supervision_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_reason="")
                ),
                name="supervision_withdrawn_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.number}"
