"""The applicant's request that the agency decide (förvaltningslagen 12 §)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User

from .applications import Application


class DelayRequest(models.Model):
    """That the lead has asked for a decision when six months have passed: once in a case.

    The agency has until `due_on` (Swedish date, inclusive: four weeks) to decide the case, or to
    refuse the request in a decision of its own, with `reasons`. That the case was decided is seen
    of the case itself.
    """

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="delay_request"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    message = models.TextField(_("message"), blank=True)
    due_on = models.DateField(_("to be answered by"))
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    refused_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reasons = models.TextField(_("reasons"), blank=True)

    class Meta:
        verbose_name = _("request for a decision")
        verbose_name_plural = _("requests for a decision")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True, refused_by__isnull=True, reasons="")
                | (Q(refused_at__isnull=False, refused_by__isnull=False) & ~Q(reasons="")),
                name="delayrequest_refused_with_reasons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.due_on}"
