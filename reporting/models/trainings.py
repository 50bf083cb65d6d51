"""Trainings (regionalt kompetensstöd) that county administrative boards held, and who took part."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User
from core.models import Agency, County


class Training(models.Model):
    """A training held on a Swedish date in a county, as it was entered.

    `agency` is the county board or the agency whose staff entered it. `number` counts its
    versions: whoever changes it says which one was seen. One that was entered by mistake is
    withdrawn with a reason, never removed.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="trainings")
    county = models.ForeignKey(
        County, on_delete=models.PROTECT, related_name="trainings", verbose_name=_("county")
    )
    held_on = models.DateField(_("held"))
    title = models.CharField(_("what it was about"), max_length=200)
    number = models.PositiveIntegerField(default=1)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered"))
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        indexes: ClassVar = [
            models.Index(fields=["-held_on", "-id"], name="training_latest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "county", "held_on", "title"],
                condition=Q(withdrawn_at__isnull=True),
                name="training_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_reason="")
                ),
                name="training_withdrawn_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} {self.title}"


class TrainingParticipant(models.Model):
    """That an organisation took part in a training. No person is named."""

    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="participants")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="trainings"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["training", "organisation"], name="trainingparticipant_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_id}: {self.organisation_id}"
