"""The agencies of the installation."""

from string import Formatter

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.geography import County

PATTERN_FIELDS = frozenset({"series", "number", "year"})


def validate_register_pattern(pattern: str) -> None:
    """Raises ValidationError unless the pattern gives every case of every year its own number."""
    try:
        fields = {
            field for _text, field, _spec, _conv in Formatter().parse(pattern) if field is not None
        }
        pattern.format(series="1", number=1, year=2013)
    except (ValueError, LookupError, AttributeError) as error:
        raise ValidationError(_("The pattern cannot be read."), code="pattern") from error
    if not {"number", "year"} <= fields <= PATTERN_FIELDS:
        raise ValidationError(
            _("The pattern must hold {number} and {year}; it may hold {series}."),
            code="pattern",
        )


class Agency(models.Model):
    """An agency (myndighet) that announces calls; staff see only their own agency's cases."""

    code = models.SlugField(_("code"), max_length=50, unique=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    short = models.CharField(_("short name"), max_length=30)
    org_no = models.CharField(_("organisation number"), max_length=11, blank=True)
    county = models.ForeignKey(
        County,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="boards",
        verbose_name=_("county"),
        help_text=_("Of a county administrative board: its own county."),
    )
    series = models.CharField(
        _("register series"),
        max_length=20,
        blank=True,
        help_text=_("What {series} stands for in the pattern, such as 801."),
    )
    register_pattern = models.CharField(
        _("register number pattern"),
        max_length=100,
        default="{series}-{number}-{year}",
        validators=[validate_register_pattern],
        help_text=_("Such as {series}-{number}-{year}, which gives 801-2901-2024."),
    )

    class Meta:
        ordering = ["code"]
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    def __str__(self) -> str:
        return self.short

    def register_number(self, *, number: int, year: int) -> str:
        """The register number (diarienummer) in the agency's pattern; of an agency without a series
        nothing divides it from the number."""
        text = self.register_pattern.format(series=self.series, number=number, year=year)
        return text if self.series else text.strip(" -/.:")
