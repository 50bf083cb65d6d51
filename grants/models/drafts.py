"""An application as it is being written: every field with its history, rows, and files."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User
from core.models import StoredFile
from grants.enums import RowKind

from .applications import Application


class DraftValue(models.Model):
    """One saved value of one field; the newest of a field is `current`, the others its history.

    `path` names the field (see `grants.content.paths`), `number` counts the field's versions
    from 1, `text` is the canonical value and empty when the field was emptied. `page` is the
    page from which it was saved, so that nobody is told of their own earlier save. `source`
    says where a value comes from that nobody typed: `application:<id>` for one that was copied
    along, by the one who copied; else the system filled it in, and nobody has saved it.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="values")
    path = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField(_("saved"))
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=200, blank=True)
    page = models.CharField(max_length=40, blank=True)
    current = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "path", "number"], name="draftvalue_version_unique"
            ),
            models.UniqueConstraint(
                fields=["application", "path"],
                condition=Q(current=True),
                name="draftvalue_one_current",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="draftvalue_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.path} v{self.number}"


class DraftRow(models.Model):
    """A row that the applicant adds: an activity of an area, a budget line or other
    funding. Its fields are values at `row.<number>.<field>`.

    A removed row is kept, so that it can be brought back.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    area = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "number"], name="draftrow_unique"),
            models.CheckConstraint(
                condition=Q(kind__in=RowKind.values), name="draftrow_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=RowKind.ACTIVITY, area__gt="")
                | (~Q(kind=RowKind.ACTIVITY) & Q(area="")),
                name="draftrow_activity_in_area",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Attachment(models.Model):
    """A file in a case. `place` says what it is: a kind of attachment that the call asks for
    (`attachments.<code>`), evidence of a requirement (`requirement.<organisation>.<code>`), or
    `other`.

    A removed attachment is kept as long as a version that was sent in holds it.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="attachments"
    )
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="attachment")
    place = models.CharField(max_length=120)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["application", "place"], name="attachment_place")]

    def __str__(self) -> str:
        return self.place


class PartnerInvitation(models.Model):
    """An invitation by e-mail to take part in an application. Only the link's SHA-256 is kept;
    it can be used once, until `expires_at`."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="partner_invitations"
    )
    email = models.EmailField(_("e-mail address"))
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField(_("invited"))
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(_("expires"))
    answered_at = models.DateTimeField(null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    declined = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, organisation__isnull=True, declined=False)
                | Q(answered_at__isnull=False),
                name="partnerinvitation_answered_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}"
