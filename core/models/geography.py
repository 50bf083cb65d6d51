"""Counties and municipalities, as in the official register (codes by Statistics Sweden)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.fields import SortKeyField


class County(models.Model):
    """A county (län); `position` is the published order, that of the county code."""

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    letter = models.CharField(_("county letter"), max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=100)
    sort_key = SortKeyField(max_length=300, db_index=True)
    position = models.PositiveSmallIntegerField(_("position"), unique=True)
    population_2018q1 = models.PositiveIntegerField(
        _("population, first quarter of 2018"), null=True
    )
    area_km2 = models.DecimalField(_("area in km²"), max_digits=10, decimal_places=2, null=True)

    class Meta:
        ordering = ["position"]
        verbose_name = _("county")
        verbose_name_plural = _("counties")

    def __str__(self) -> str:
        return self.name


class Municipality(models.Model):
    """A municipality (kommun); the first two digits of the code are the county's.

    `population` is that of `population_on`; null where none has been loaded.
    """

    code = models.CharField(_("code"), max_length=4, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    official_name = models.CharField(_("official name"), max_length=150)
    county = models.ForeignKey(
        County, on_delete=models.PROTECT, related_name="municipalities", verbose_name=_("county")
    )
    sort_key = SortKeyField(max_length=300, db_index=True)
    population = models.PositiveIntegerField(_("population"), null=True)
    population_on = models.DateField(_("population on"), null=True)

    class Meta:
        ordering = ["sort_key"]
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")

    def __str__(self) -> str:
        return self.name
