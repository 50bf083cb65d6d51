"""The reports of a call taken out as data: who asked for which file, and how far it has come."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.models import Call
from reporting.enums import BuildState, DataFormat, PackageStage


class ReportPackage(models.Model):
    """A request for the reports of a call as a file: the row is the record, Celery only wakes it.

    `texts`: with what is written in free words. `lease_token` and `lease_until` (UTC) say which
    worker has it; `progress` is 0–100. `file_name` is random, in DATA_DIR's folder of packages;
    `size` is bytes, `rows` those of each table. `removed_at` (UTC): the file is gone, the row says
    that it was.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="report_packages")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="report_packages")
    kind = models.CharField(_("file"), max_length=8, choices=DataFormat.choices)
    texts = models.BooleanField(_("with free words"), default=False)
    state = models.CharField(max_length=8, choices=BuildState.choices, default=BuildState.QUEUED)
    stage = models.CharField(
        max_length=10, choices=PackageStage.choices, default=PackageStage.WAITING
    )
    progress = models.PositiveSmallIntegerField(default=0)
    requested_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lease_token = models.CharField(max_length=36, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    file_name = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    rows = models.JSONField(default=dict)
    size = models.PositiveBigIntegerField(_("size"), default=0, help_text=_("bytes"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("file of data")
        verbose_name_plural = _("files of data")
        indexes: ClassVar = [
            models.Index(fields=["requested_by", "-requested_at", "-id"], name="package_latest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["call", "requested_by", "kind", "texts"],
                condition=Q(state__in=[BuildState.QUEUED, BuildState.RUNNING]),
                name="package_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=BuildState.values), name="package_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DataFormat.values), name="package_kind_known"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="package_progress"),
            models.CheckConstraint(
                condition=~Q(state=BuildState.DONE)
                | Q(finished_at__isnull=False) & ~Q(file_name="") & ~Q(sha256=""),
                name="package_done_has_file",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(state=BuildState.DONE),
                name="package_removed_was_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.kind} {self.state}"
