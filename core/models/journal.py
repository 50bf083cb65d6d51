"""The journal: one hash chain for each case, organisation, call and the installation.

What is hashed never rests on surrogate keys, so a chain can be moved between databases.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from json.encoder import encode_basestring as quoted

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.checks import sha256_text
from core.enums import ActorKind, JournalKind

GENESIS = "0" * 64
"""What the first event of a chain has as its previous hash, and an empty journal as its head."""

TEXTS = "texts"
"""The key of a payload under which the digests of the event's texts stand."""
TEXT_REMOVED = "text.removed"
"""The event of a recorded decision to remove a text."""
JOURNALS_SEALED = "journals.sealed"
"""The event that says how far other journals had come."""


def utc_text(moment: datetime) -> str:
    """A moment as hashed: UTC to the microsecond, the precision of both engines."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def event_hash(
    *,
    kind: str,
    subject: str,
    sequence: int,
    occurred_at: datetime,
    recorded_at: datetime,
    actor_kind: str,
    actor: str,
    on_behalf_of: str,
    name: str,
    payload: str,
    previous_hash: str,
) -> str:
    """The SHA-256 over the canonical JSON of all that an event says.

    Written out by hand, since it is made for every row of an import and of a verification:
    the same text as `canonical_json` of the arguments, with times as `utc_text`.
    """
    content = (
        f'{{"actor":{quoted(actor)},"actor_kind":{quoted(actor_kind)},"kind":{quoted(kind)},'
        f'"name":{quoted(name)},"occurred_at":"{utc_text(occurred_at)}",'
        f'"on_behalf_of":{quoted(on_behalf_of)},"payload":{quoted(payload)},'
        f'"previous_hash":{quoted(previous_hash)},"recorded_at":"{utc_text(recorded_at)}",'
        f'"sequence":{sequence},"subject":{quoted(subject)}}}'
    )
    return sha256_text(content)


def text_digest(*, salt: str, text: str) -> str:
    """HMAC-SHA-256 of the text under its own random salt, so that short texts cannot be guessed."""
    return hmac.new(salt.encode("ascii"), text.encode("utf-8"), hashlib.sha256).hexdigest()


class Journal(models.Model):
    """One chain; its row is the lock under which events are appended and the place of its end."""

    kind = models.CharField(_("kind"), max_length=20, choices=JournalKind)
    subject = models.CharField(_("subject"), max_length=64, blank=True)
    length = models.PositiveBigIntegerField(_("length"), default=0)
    head = models.CharField(_("head"), max_length=64, default=GENESIS)
    sealed_length = models.PositiveBigIntegerField(_("sealed length"), default=0)

    class Meta:
        verbose_name = _("journal")
        verbose_name_plural = _("journals")
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], name="core_journal_kind_subject"),
            models.CheckConstraint(
                condition=Q(sealed_length__lte=F("length")), name="core_journal_sealed_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.subject}" if self.subject else self.kind


class Event(models.Model):
    """One thing that happened, never changed or removed (triggers on both engines refuse it)."""

    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="events", verbose_name=_("journal")
    )
    sequence = models.PositiveBigIntegerField(_("sequence"))
    occurred_at = models.DateTimeField(_("occurred"), help_text=_("UTC; may be backdated."))
    recorded_at = models.DateTimeField(_("recorded"), help_text=_("UTC, by the server's clock."))
    actor_kind = models.CharField(_("kind of actor"), max_length=10, choices=ActorKind)
    actor = models.CharField(
        _("actor"), max_length=64, blank=True, help_text=_("A pseudonymous id.")
    )
    on_behalf_of = models.CharField(_("on behalf of"), max_length=64, blank=True)
    name = models.CharField(_("event"), max_length=100)
    payload = models.TextField(_("content"), help_text=_("Canonical JSON."))
    previous_hash = models.CharField(_("previous hash"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        ordering = ["journal", "sequence"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(fields=["journal", "sequence"], name="core_event_sequence"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="core_event_from_one"),
            models.CheckConstraint(
                condition=(Q(actor_kind=ActorKind.PERSON) & ~Q(actor=""))
                | (~Q(actor_kind=ActorKind.PERSON) & Q(actor="")),
                name="core_event_person_has_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.name}"


class EventText(models.Model):
    """Free text or personal data of an event, which itself holds only the digest.

    A recorded decision can remove the text and its salt; the chain still verifies.
    """

    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="texts", verbose_name=_("event")
    )
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(_("digest"), max_length=64)
    salt = models.CharField(_("salt"), max_length=32, blank=True)
    text = models.TextField(_("text"), null=True)  # noqa: DJ001 - an empty text is no removed one
    removed_at = models.DateTimeField(_("removed"), null=True)
    removed_by_event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        related_name="removed_texts",
        null=True,
        verbose_name=_("removed by"),
    )

    class Meta:
        verbose_name = _("text of an event")
        verbose_name_plural = _("texts of events")
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="core_eventtext_name"),
            models.CheckConstraint(
                condition=(
                    Q(text__isnull=False, removed_at__isnull=True, removed_by_event__isnull=True)
                    & ~Q(salt="")
                )
                | Q(
                    text__isnull=True,
                    removed_at__isnull=False,
                    removed_by_event__isnull=False,
                    salt="",
                ),
                name="core_eventtext_removed_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name
