"""Reference rates (referensräntor) that were entered since the register was made."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User


class ReferenceRate(models.Model):
    """The reference rate of the half-year that begins on `from_on`, in hundredths of a percent
    (9 § räntelagen (1975:635)). One that was entered by mistake is withdrawn, never removed.
    """

    from_on = models.DateField(_("half-year from"))
    hundredths = models.SmallIntegerField(_("hundredths of a percent"))
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered"))
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta:
        verbose_name = _("reference rate")
        verbose_name_plural = _("reference rates")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["from_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="referencerate_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(from_on__month__in=(1, 7), from_on__day=1),
                name="referencerate_half_year",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="referencerate_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} {self.hundredths}"
