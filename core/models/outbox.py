"""Mail that waits to be sent: the row is the record, the task queue only wakes someone."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import JournalKind, OutboxState

ACCOUNT = "account"
PERSONAL = frozenset({ACCOUNT, "invitation", "partner_invited"})
"""The kinds of the mails that hold a link or a code for the receiver alone."""


class OutboxMessage(models.Model):
    """A rendered mail. Whoever holds `lease_token` until `lease_until` (UTC) may send it.

    `journal_kind` and `journal_subject` name the chain that tells of the mail; a mail without
    them is told of nowhere. `sent_at` stays where a mail was sent and came back later.
    """

    recipient = models.EmailField(_("recipient"))
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("body"))
    state = models.CharField(
        _("state"), max_length=10, choices=OutboxState, default=OutboxState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    lease_until = models.DateTimeField(_("leased until"), null=True)
    lease_token = models.UUIDField(_("lease"), null=True)
    dedupe_key = models.CharField(_("key"), max_length=200, unique=True)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    journal_kind = models.CharField(
        _("journal"), max_length=12, choices=JournalKind.choices, blank=True
    )
    journal_subject = models.CharField(_("subject"), max_length=100, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="core_outbox_due"),
            models.Index(fields=["journal_kind", "journal_subject"], name="core_outbox_journal"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state=OutboxState.LEASED, lease_until__isnull=False, lease_token__isnull=False
                )
                | (
                    ~Q(state=OutboxState.LEASED)
                    & Q(lease_until__isnull=True, lease_token__isnull=True)
                ),
                name="core_outbox_leased_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(state=OutboxState.BOUNCED)
                | Q(state=OutboxState.SENT, sent_at__isnull=False)
                | (~Q(state=OutboxState.SENT) & Q(sent_at__isnull=True)),
                name="core_outbox_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.dedupe_key

    @property
    def kind(self) -> str:
        """What the mail is: the first part of its key."""
        return self.dedupe_key.partition(":")[0]

    @property
    def holds_link(self) -> bool:
        """Whether the mail lets in who reads it: nobody else is shown it or gets it."""
        return self.kind in PERSONAL
