"""The cost check: what is approved of each budget line."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.models import Application
from reviews.enums import LineVerdict


class LineAssessment(models.Model):
    """What the cost check says of one budget line (number 0: the whole of a case that has no
    budget). Amounts are whole SEK.

    `version` is the application's version that the line was checked on (0 for a case that has
    none), and `asked_sek` what it asked for there. `part_sek` is what was written for a part;
    `approved_sek` follows from the verdict and is null while that says no amount. `allotted_sek`
    is what the distribution of the frame leaves, with its own reason. Reasons are codes of the
    call's cost reasons. What was typed, with its history, is in `WorkValue`s.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="line_assessments"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    number = models.PositiveIntegerField(_("budget line"))
    asked_sek = models.BigIntegerField(_("asked for (SEK)"))
    verdict = models.CharField(
        _("verdict"), max_length=4, choices=LineVerdict.choices, blank=True, default=""
    )
    part_sek = models.BigIntegerField(_("part (SEK)"), null=True, blank=True)
    approved_sek = models.BigIntegerField(_("approved (SEK)"), null=True, blank=True)
    allotted_sek = models.BigIntegerField(_("allotted (SEK)"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    allotted_reason = models.CharField(_("reason for the cut"), max_length=60, blank=True)
    text = models.TextField(_("text"), blank=True)
    assessed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="lines_assessed", verbose_name=_("assessed by")
    )
    assessed_at = models.DateTimeField(_("assessed"))

    class Meta:
        verbose_name = _("checked budget line")
        verbose_name_plural = _("checked budget lines")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "number"], name="line_unique"),
            models.CheckConstraint(
                condition=Q(asked_sek__gte=0) & (Q(part_sek__isnull=True) | Q(part_sek__gt=0)),
                name="line_amounts",
            ),
            models.CheckConstraint(
                # An unknown condition is let through: what may not be null is said.
                condition=Q(verdict="", approved_sek__isnull=True)
                | Q(
                    verdict=LineVerdict.FULL,
                    approved_sek__isnull=False,
                    approved_sek=F("asked_sek"),
                )
                | Q(verdict=LineVerdict.NONE, approved_sek__isnull=False, approved_sek=0)
                | Q(verdict=LineVerdict.PART, approved_sek__isnull=True)
                | Q(
                    verdict=LineVerdict.PART,
                    approved_sek__isnull=False,
                    part_sek__isnull=False,
                    approved_sek=F("part_sek"),
                    approved_sek__gt=0,
                    approved_sek__lt=F("asked_sek"),
                ),
                name="line_approved_by_verdict",
            ),
            models.CheckConstraint(
                condition=Q(allotted_sek__isnull=True)
                | Q(approved_sek__isnull=False, allotted_sek__gte=0)
                & Q(allotted_sek__lte=F("approved_sek")),
                name="line_allotted_within_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} – {self.number}"
