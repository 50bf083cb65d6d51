"""The agency's own library of texts for proposals."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import Agency
from reviews.enums import TextUse


class AgencyText(models.Model):
    """A text to begin from, beside those that a call's definition has. A retired one is kept and
    no longer offered."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="texts")
    use = models.CharField(_("used for"), max_length=10, choices=TextUse.choices)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"))
    number = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("changed"))
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("text of the library")
        verbose_name_plural = _("texts of the library")
        indexes: ClassVar = [models.Index(fields=["agency", "use"], name="agencytext_use")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(use__in=TextUse.values), name="agencytext_use_known"
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="agencytext_said"),
        ]

    def __str__(self) -> str:
        return self.title
