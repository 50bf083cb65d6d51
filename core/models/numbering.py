"""The counter behind register numbers (diarienummer)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.agencies import Agency


class NumberSeries(models.Model):
    """The last number given by an agency in a year; its row is the lock."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="number_series", verbose_name=_("agency")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveBigIntegerField(_("last number"), default=0)

    class Meta:
        ordering = ["agency", "year"]
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [
            models.UniqueConstraint(fields=["agency", "year"], name="core_numberseries_year")
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}/{self.year}"
