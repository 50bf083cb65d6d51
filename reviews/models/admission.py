"""Whether what came late, or from somebody not entitled, is tried all the same."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import Incident
from grants.models import Application
from reviews.enums import AdmissionGround, AdmissionOutcome


class Admission(models.Model):
    """An officer's stand: the application is admitted to be tried, or its dismissal (avvisning)
    proposed to the decision maker. Never changed; the latest holds.

    `ground` is what speaks for dismissing. `incident` is a failure on our side that is the reason
    to admit what came late.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="admissions"
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=AdmissionOutcome.choices)
    ground = models.CharField(_("ground"), max_length=20, choices=AdmissionGround.choices)
    reasons = models.TextField(_("reasons"))
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("admission")
        verbose_name_plural = _("admissions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=AdmissionOutcome.values), name="admission_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(ground__in=AdmissionGround.values), name="admission_ground_known"
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="admission_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.outcome}"
