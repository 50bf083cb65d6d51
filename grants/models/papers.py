"""What passes between applicant and agency in a case: signatures, messages, completions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User
from core.models import StoredFile
from grants.enums import SignaturePurpose

from .applications import Application, ApplicationVersion


class Signature(models.Model):
    """A person's signature for an organisation, under exactly one content.

    `sha256` is that of the canonical JSON signed: a change afterwards leaves the signature
    standing under what is no longer there. `assurance` is how the person had signed in. `jointly`
    tells one of two who sign together. `version` is set when the content became a version.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="signatures"
    )
    purpose = models.CharField(max_length=10, choices=SignaturePurpose.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField(_("signed"))
    assurance = models.CharField(max_length=255, blank=True)
    jointly = models.BooleanField(default=False)
    version = models.ForeignKey(
        ApplicationVersion, on_delete=models.PROTECT, null=True, related_name="signatures"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "purpose", "organisation", "user", "sha256"],
                condition=Q(version__isnull=True),
                name="signature_once",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=SignaturePurpose.values), name="signature_purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.sha256[:8]}"


class Message(models.Model):
    """A message in a case, between the applicants and the agency. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="messages")
    from_agency = models.BooleanField()
    sender = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+"
    )
    body = models.TextField(_("message"))
    sent_at = models.DateTimeField(_("sent"))
    files = models.ManyToManyField(StoredFile, related_name="messages")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["application", "-sent_at"], name="message_sent")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(from_agency=True, organisation__isnull=True)
                | Q(from_agency=False, organisation__isnull=False),
                name="message_from_one_side",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.sent_at:%Y-%m-%d}"


class MessageReading(models.Model):
    """That a person has read a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="readings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(_("read"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "user"], name="messagereading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.user_id}"


class CompletionRequest(models.Model):
    """What the applicant was asked to complete (komplettering): `items` are pairs of a field's
    path and the officer's question about it. `due` is a Swedish date, inclusive."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="completion_requests"
    )
    items = models.JSONField()
    message = models.TextField(blank=True)
    due = models.DateField(_("completion due"))
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    answered = models.BooleanField(default=False)
    late = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(closed_at__isnull=True),
                name="completionrequest_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.due}"
