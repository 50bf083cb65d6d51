"""County boards' opinions (yttranden)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import County
from grants.models import Application
from reviews.enums import Recommendation


class Opinion(models.Model):
    """A county board's opinion (yttrande) on an application, asked for until `due_on`.

    `answers` are to the call's questions to county boards: canonical texts and option codes by
    question. `draft` is what the board has written and not given. `more_time_until` is the date
    that the board has asked for, until it is answered.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="opinions")
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="opinions")
    recommendation = models.CharField(
        _("recommendation"),
        max_length=20,
        choices=Recommendation.choices,
        default=Recommendation.WAITING,
    )
    reasons = models.TextField(_("reasons"), blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    due_on = models.DateField(_("due"))
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="opinions_asked"
    )
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    given_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="opinions_given"
    )
    given_at = models.DateTimeField(_("given"), null=True, blank=True)
    draft = models.JSONField(default=dict, blank=True)
    draft_saved_at = models.DateTimeField(null=True, blank=True)
    draft_saved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    more_time_until = models.DateField(null=True, blank=True)
    more_time_reason = models.TextField(blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        indexes: ClassVar = [
            models.Index(fields=["county", "recommendation", "due_on", "id"], name="opinion_due"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "county"], name="opinion_unique"),
            models.CheckConstraint(
                condition=Q(recommendation__in=Recommendation.values), name="opinion_known"
            ),
            models.CheckConstraint(
                condition=Q(recommendation=Recommendation.WAITING, given_at__isnull=True)
                | (~Q(recommendation=Recommendation.WAITING) & Q(given_at__isnull=False)),
                name="opinion_dated_when_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} – {self.county}"
