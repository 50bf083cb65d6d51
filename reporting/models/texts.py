"""The texts of a year's report, as analysts have written them, and as an edition has them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import Agency
from reporting.enums import TextLanguage

from .editions import Edition


class ReportText(models.Model):
    """One version of one text of an agency's year. Never changed: the newest is the one that
    holds, and an empty one takes the text away.

    `place` is where in the report it stands (`reporting.content.texts.Place`). `confirmed` says
    of each sentence with figures at which values somebody has seen that it is right.
    `taken_from` is the number of the version that was taken back.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="report_texts")
    year = models.PositiveSmallIntegerField(_("year"))
    place = models.CharField(_("place"), max_length=60)
    language = models.CharField(_("language"), max_length=2, choices=TextLanguage.choices)
    number = models.PositiveIntegerField(_("version"))
    body = models.TextField(_("text"), blank=True)
    confirmed = models.JSONField(default=dict)
    taken_from = models.PositiveIntegerField(null=True, blank=True)
    written_at = models.DateTimeField(_("written"))
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("text of a report")
        verbose_name_plural = _("texts of reports")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "year", "place", "language", "number"],
                name="reporttext_version_unique",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="reporttext_from_one"),
            models.CheckConstraint(
                condition=Q(language__in=TextLanguage.values), name="reporttext_language_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.place} {self.language} v{self.number}"


class EditionText(models.Model):
    """A text as it was when the edition was made, with the edition's figures to be put in."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="texts")
    place = models.CharField(_("place"), max_length=60)
    language = models.CharField(_("language"), max_length=2, choices=TextLanguage.choices)
    number = models.PositiveIntegerField(_("version"))
    body = models.TextField(_("text"))

    class Meta:
        verbose_name = _("text of an edition")
        verbose_name_plural = _("texts of editions")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edition", "place", "language"], name="editiontext_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.place} {self.language}"
