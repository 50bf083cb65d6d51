"""Officers' assessment forms."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.models import Application


class Assessment(models.Model):
    """An assessment form of a case, numbered from 1. Its answers are `WorkValue`s.

    Where one officer assesses, the case has one form, and `officer` is who answers for it; where
    two assess independently each has their own. `done_at` is when the officer said that it was
    done; `first_done_at` when that was said the first time, before anybody else's was seen.
    `points` is the sum then, null where nothing is scored.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="assessments"
    )
    number = models.PositiveSmallIntegerField()
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assessments")
    begun_at = models.DateTimeField(_("begun"))
    first_done_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    points = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "number"], name="assessment_number_unique"
            ),
            models.UniqueConstraint(
                fields=["application", "officer"], name="assessment_officer_unique"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=2), name="assessment_one_or_two"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(first_done_at__isnull=False),
                name="assessment_first_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} – {self.number}"
