"""A report as it is being written, as it was sent in, and what it was returned for."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User
from core.models import StoredFile

from .reports import Report, ReportVersion


class ReportValue(models.Model):
    """One saved value of one field; the newest of a field is `current`, the others its history.

    As `grants.models.DraftValue`: `path` names the field (see `reporting.content.paths`),
    `number` counts its versions from 1, `text` is the canonical value, `page` the page it was
    saved from.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="values")
    path = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField(_("saved"))
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=40, blank=True)
    current = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report", "path", "number"], name="reportvalue_version_unique"
            ),
            models.UniqueConstraint(
                fields=["report", "path"],
                condition=Q(current=True),
                name="reportvalue_one_current",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="reportvalue_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.path} v{self.number}"


class ReportFile(models.Model):
    """A file of a report: an auditor's certificate. A removed one is kept."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="report_file")
    place = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.place


class ReportPart(models.Model):
    """That an organisation of a joint grant has said that its part is done. A change in the part
    takes it away again."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="parts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(_("done"))
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "organisation"], name="reportpart_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.organisation_id}"


class ReportReturn(models.Model):
    """That a report was returned: `items` are pairs of a field's path and what is asked about
    it. It is open until the report is sent in again."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="returns")
    items = models.JSONField(default=list)
    message = models.TextField(_("message"), blank=True)
    asked_at = models.DateTimeField(_("returned"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report"], condition=Q(closed_at__isnull=True), name="reportreturn_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.asked_at:%Y-%m-%d}"


class ReportSignature(models.Model):
    """A signatory's signature under exactly one content of a report, as
    `grants.models.Signature`: `sha256` is that of what was signed, `version` is set when the
    content was sent in. `jointly` tells one of two who sign together.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField(_("signed"))
    assurance = models.CharField(max_length=255, blank=True)
    jointly = models.BooleanField(default=False)
    version = models.ForeignKey(
        ReportVersion, on_delete=models.PROTECT, null=True, related_name="signatures"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report", "user", "sha256"],
                condition=Q(version__isnull=True),
                name="reportsignature_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.sha256[:8]}"


class ReportDocument(models.Model):
    """All of a version that was written here, as canonical JSON with its SHA-256. Never changed.

    A version from an older register has none. `looked_at` counts what the checks say that an
    officer should look at.
    """

    version = models.OneToOneField(ReportVersion, on_delete=models.PROTECT, related_name="document")
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assurance = models.CharField(max_length=255, blank=True)
    looked_at = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.sha256[:8]
