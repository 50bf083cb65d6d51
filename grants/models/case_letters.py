"""Letters in a case beside that of its decision: claims, reminders, decisions on changes."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import StoredFile
from grants.enums import LetterState

from .applications import Application


class CaseLetter(models.Model):
    """A letter sent in a case. What it says is frozen when it is sent and never changed.

    `source` is that of its numbered document, such as `claim:12`, and `sent_by` whoever sent it;
    null is the system. The rest is as in `DecisionLetter`: `document` is the canonical JSON of
    the `grants.content.letter.LetterContent`, `sha256` its checksum, and `file` the PDF, made
    once by the worker that holds `lease_token` until `lease_until` (UTC).
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    source = models.CharField(max_length=60)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    document = models.TextField()
    sha256 = models.CharField(_("checksum"), max_length=64)
    file = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="case_letter"
    )
    state = models.CharField(
        _("state"), max_length=8, choices=LetterState.choices, default=LetterState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    lease_until = models.DateTimeField(_("leased until"), null=True)
    lease_token = models.UUIDField(_("lease"), null=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    frozen_at = models.DateTimeField(_("frozen"))
    made_at = models.DateTimeField(_("made"), null=True)

    class Meta:
        verbose_name = _("letter in a case")
        verbose_name_plural = _("letters in cases")
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=[LetterState.WAITING, LetterState.LEASED]),
                name="caseletter_due",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "source"], name="caseletter_once"),
            models.CheckConstraint(
                condition=Q(state__in=LetterState.values), name="caseletter_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=LetterState.MADE, file__isnull=False, made_at__isnull=False)
                | (~Q(state=LetterState.MADE) & Q(file__isnull=True, made_at__isnull=True)),
                name="caseletter_made_has_file",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=LetterState.LEASED, lease_until__isnull=False, lease_token__isnull=False
                )
                | (
                    ~Q(state=LetterState.LEASED)
                    & Q(lease_until__isnull=True, lease_token__isnull=True)
                ),
                name="caseletter_leased_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.source}"
