"""Who is away from their cases, and who sees to them meanwhile."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import Agency


class Leave(models.Model):
    """A case officer's leave from one agency: Swedish dates, each inclusive.

    The cases stay the officer's, and stand among the substitute's too. `cancelled_at` is when
    the leave was called off; rows are never removed.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="leaves")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="leaves")
    substitute = models.ForeignKey(User, on_delete=models.PROTECT, related_name="substitutions")
    starts_on = models.DateField(_("from and including"))
    ends_on = models.DateField(_("until and including"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        indexes: ClassVar = [models.Index(fields=["agency", "ends_on"], name="leave_agency")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="leave_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(person=F("substitute")), name="leave_substitute_is_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_on}–{self.ends_on}"

    def covers(self, day: date) -> bool:
        """Whether the person is away on that Swedish date."""
        return self.cancelled_at is None and self.starts_on <= day <= self.ends_on
