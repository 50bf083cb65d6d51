"""Frozen data sets, the editions computed from them, and the jobs that make them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import Agency
from reporting.enums import BuildStage, BuildState


class FrozenDataset(models.Model):
    """Parquet files that hold everything an edition says.

    `sha256` is over the canonical rows and is the data set's identity; `folder` is relative to
    DATA_DIR.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="datasets")
    year = models.PositiveSmallIntegerField(_("year"))
    cutoff = models.DateField(_("cut-off"))
    sha256 = models.CharField(_("checksum"), max_length=64)
    folder = models.CharField(max_length=200)
    row_counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("frozen data set")
        verbose_name_plural = _("frozen data sets")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "year", "cutoff", "sha256"], name="dataset_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.sha256[:12]}"


class Edition(models.Model):
    """One version of the national report (rapportutgåva), on one frozen data set.

    Editions with other texts may have the same data set; `texts_sha256` tells them apart, and is
    empty where nobody has written any.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="editions")
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("edition"))
    cutoff = models.DateField(_("cut-off"))
    dataset = models.ForeignKey(FrozenDataset, on_delete=models.PROTECT, related_name="editions")
    texts_sha256 = models.CharField(_("checksum of the texts"), max_length=64, blank=True)
    edition_date = models.DateField(_("date of the edition"))
    preliminary = models.BooleanField(_("preliminary"), default=False)
    key_figures = models.JSONField(default=dict)
    rejections = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "year", "number"], name="edition_number_unique"
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="edition_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.year}:{self.number}"


class EditionTable(models.Model):
    """The stored cells of one outcome table: `n` and rows of code, n and values."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="tables")
    number = models.PositiveSmallIntegerField(_("table"))
    stream = models.CharField(max_length=16)
    cells = models.JSONField()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "number"], name="editiontable_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.edition} table {self.number}"


class EditionBuild(models.Model):
    """A request to make an edition: the row is the record, Celery only wakes it.

    `lease_token` and `lease_until` say which worker has it; `progress` is 0–100.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="edition_builds")
    year = models.PositiveSmallIntegerField(_("year"))
    cutoff = models.DateField(_("cut-off"))
    state = models.CharField(max_length=8, choices=BuildState.choices, default=BuildState.QUEUED)
    stage = models.CharField(max_length=10, choices=BuildStage.choices, default=BuildStage.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="edition_builds"
    )
    requested_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=36, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="builds"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "year", "cutoff"],
                condition=Q(state__in=[BuildState.QUEUED, BuildState.RUNNING]),
                name="build_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=BuildState.values), name="build_state_known"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="build_progress"),
            models.CheckConstraint(
                condition=~Q(state=BuildState.DONE) | Q(edition__isnull=False),
                name="build_done_has_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.state}"
