"""Decision letters: what each says, frozen, and its PDF; and batches of them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import StoredFile
from grants.enums import BatchState, LetterState

from .calls import Call
from .decisions import Decision


class DecisionLetter(models.Model):
    """The letter of a decision. What it says is frozen with the decision and never changed.

    `document` is the canonical JSON of the `grants.content.letter.LetterContent`, `sha256` its
    checksum. `file` is the PDF, made from that by a worker: whoever holds `lease_token` until
    `lease_until` (UTC) may make it, and it is made once. A decision that was brought in, or whose
    call has no letter, has none.
    """

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="letter")
    document = models.TextField()
    sha256 = models.CharField(_("checksum"), max_length=64)
    file = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="decision_letter"
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
        verbose_name = _("decision letter")
        verbose_name_plural = _("decision letters")
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=[LetterState.WAITING, LetterState.LEASED]),
                name="letter_due",
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=LetterState.values), name="letter_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=LetterState.MADE, file__isnull=False, made_at__isnull=False)
                | (~Q(state=LetterState.MADE) & Q(file__isnull=True, made_at__isnull=True)),
                name="letter_made_has_file",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=LetterState.LEASED, lease_until__isnull=False, lease_token__isnull=False
                )
                | (
                    ~Q(state=LetterState.LEASED)
                    & Q(lease_until__isnull=True, lease_token__isnull=True)
                ),
                name="letter_leased_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.sha256[:12]}"


class LetterBatch(models.Model):
    """All letters of a call as one archive: the row is the record, Celery only wakes it.

    `total` and `done` count letters; `file_name` is the archive's, in DATA_DIR's folder of
    batches, once it is whole. Whoever holds `lease_token` until `lease_until` (UTC) works on it.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="letter_batches")
    state = models.CharField(
        _("state"), max_length=8, choices=BatchState.choices, default=BatchState.QUEUED
    )
    total = models.PositiveIntegerField(_("letters"), default=0)
    done = models.PositiveIntegerField(_("made"), default=0)
    file_name = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0, help_text=_("bytes"))
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("leased until"), null=True)
    lease_token = models.UUIDField(_("lease"), null=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("batch of letters")
        verbose_name_plural = _("batches of letters")
        ordering: ClassVar = ["-requested_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=BatchState.values), name="letterbatch_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=BatchState.DONE, finished_at__isnull=False)
                & ~Q(file_name="")
                & ~Q(sha256="")
                | ~Q(state=BatchState.DONE),
                name="letterbatch_done_has_file",
            ),
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(state__in=[BatchState.QUEUED, BatchState.RUNNING]),
                name="letterbatch_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.requested_at:%Y-%m-%d}"
