"""What comes in and goes out in a case, numbered; and who is shut out of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import StoredFile
from grants.enums import Direction, DocumentKind, Medium, RegisterChange

from .applications import Application


class CaseDocument(models.Model):
    """A document (handling) in a case: received, sent or drawn up, on a Swedish date.

    `number` counts within the case. `source` is the record that it is the document of, such as
    `message:12`; a document with none was registered by hand. `title` says what it is about where
    the kind does not. `secrecy` is a marking (sekretessmarkering): a warning to be tried at
    disclosure, with the provision it may rest on; "" is none. `secret_to_party` is set where
    the party itself is not to read it either.

    `party_public` says that `party`, entered by hand, is the name of an organisation and not of
    a private person. `scans` are the files of one that was registered by hand.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField(_("number"))
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    kind = models.CharField(_("kind"), max_length=24, choices=DocumentKind.choices)
    dated_on = models.DateField(_("date"))
    party = models.CharField(_("party"), max_length=250, blank=True)
    title = models.CharField(_("what it is about"), max_length=250, blank=True)
    secrecy = models.CharField(_("secrecy marking"), max_length=200, blank=True)
    secret_to_party = models.BooleanField(_("not for the party"), default=False)
    party_public = models.BooleanField(_("the party is an organisation"), default=False)
    medium = models.CharField(_("how it came"), max_length=8, choices=Medium.choices, blank=True)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="case_documents"
    )
    source = models.CharField(max_length=60, blank=True)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    scans = models.ManyToManyField(StoredFile, related_name="registered_documents")

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "number"], name="casedocument_number_unique"
            ),
            models.UniqueConstraint(
                fields=["application", "source"],
                condition=~Q(source=""),
                name="casedocument_source_unique",
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="casedocument_direction_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="casedocument_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(secret_to_party=False) | ~Q(secrecy=""),
                name="casedocument_kept_from_party_by_marking",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}:{self.number}"


class DocumentChange(models.Model):
    """What was done with a document after it was registered: corrected, marked, unmarked. `before`
    and `after` are its values by name; never changed."""

    document = models.ForeignKey(CaseDocument, on_delete=models.PROTECT, related_name="changes")
    change = models.CharField(max_length=10, choices=RegisterChange.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(_("reason"), blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(change__in=RegisterChange.values), name="documentchange_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.change}"


class FieldMark(models.Model):
    """A secrecy marking of one field of an application, named by its path
    (`grants.content.paths`), with the provision it may rest on."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="field_marks"
    )
    path = models.CharField(max_length=200)
    provision = models.CharField(_("provision"), max_length=200)
    marked_at = models.DateTimeField(_("marked"))
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    removed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "path"],
                condition=Q(removed_at__isnull=True),
                name="fieldmark_one_in_force",
            ),
            models.CheckConstraint(condition=~Q(provision=""), name="fieldmark_has_provision"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.path}"


class ShutOut(models.Model):
    """That a person sees nothing of a case, for a conflict of interest (jäv)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="shut_out")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shut_out_of")
    since = models.DateTimeField(_("since"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "user"], name="shutout_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} – {self.application_id}"
