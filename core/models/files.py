"""Uploaded files: the row is the record, the bytes lie in a folder outside the web root."""

import secrets

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import FileState


def new_file_key() -> str:
    """A name on disk that nobody can guess: 256 random bits in hexadecimal."""
    return secrets.token_hex(32)


class StoredFile(models.Model):
    """A file that was received. Who may fetch it, the row above that points at it decides.

    A row above points by a foreign key with PROTECT: a file that no row points at is removed.
    Whoever holds `lease_token` until `lease_until` (UTC) may check it for viruses.
    """

    key = models.CharField(
        _("key"),
        max_length=64,
        unique=True,
        default=new_file_key,
        validators=[RegexValidator(r"\A[0-9a-f]{64}\Z")],
    )
    name = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    media_type = models.CharField(_("type"), max_length=100)
    state = models.CharField(
        _("state"), max_length=11, choices=FileState, default=FileState.NOT_CHECKED
    )
    signature = models.CharField(_("virus"), max_length=200, blank=True)
    uploaded_by = models.UUIDField(_("uploaded by"))
    created_at = models.DateTimeField(_("created"), db_index=True)
    checked_at = models.DateTimeField(_("checked"), null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    lease_until = models.DateTimeField(_("leased until"), null=True)
    lease_token = models.UUIDField(_("lease"), null=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="core_file_due")]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="core_file_not_empty"),
            models.CheckConstraint(condition=Q(state__in=FileState.values), name="core_file_state"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[FileState.CLEAN, FileState.INFECTED], checked_at__isnull=False
                )
                | Q(state__in=[FileState.NOT_CHECKED, FileState.WAITING], checked_at__isnull=True),
                name="core_file_checked_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=FileState.INFECTED) & ~Q(signature="")
                | ~Q(state=FileState.INFECTED) & Q(signature=""),
                name="core_file_infected_has_signature",
            ),
            models.CheckConstraint(
                condition=Q(lease_token__isnull=True, lease_until__isnull=True)
                | Q(state=FileState.WAITING, lease_token__isnull=False, lease_until__isnull=False),
                name="core_file_lease_while_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.name
