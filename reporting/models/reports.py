"""Reports: one a lead organisation, stream and reporting year, in received versions."""

from collections.abc import Callable
from functools import wraps
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Organisation
from core.models import Agency
from grants.enums import Stream
from grants.models import Application, CallDefinitionRecord
from reporting import checks, workflow
from reporting.enums import AreaStatus, ReportKind, ReportStatus

type Move = Callable[..., None]


def moves(action: workflow.ReportAction) -> Callable[[Move], Move]:
    """A transition method that refuses what the table and the facts refuse."""
    line = workflow.TABLE[action]

    def decorate(method: Move) -> Move:
        @wraps(method)
        def checked(self: "Report", *, facts: checks.ReportFacts) -> None:
            checks.refuse_unless(action, facts)
            method(self, facts=facts)

        move: Move = transition(
            field="status", source=[str(s) for s in line.sources], target=str(line.target)
        )(checked)
        return move

    return decorate


class Report(models.Model):
    """A report (redovisning) of one organisation for one year's work in one stream.

    `code` is its reference; `first_received_at` never changes once set, also when the report is
    returned and sent in again. `received_offset` is the offset from UTC, in minutes, in which an
    old register wrote it; null where that was Swedish time. `needs_look` says of a report written
    here whether the checks told the officer to look at anything in the version sent in last.
    `definition_record` is the version of the call's definition that the report came in under;
    null is the one that the call has now.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="reports")
    code = models.CharField(_("reference"), max_length=100)
    stream = models.CharField(_("stream"), max_length=16, choices=Stream.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reports")
    status = FSMField(
        _("status"),
        max_length=10,
        default=ReportStatus.DUE,
        choices=ReportStatus.choices,
        protected=True,
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ReportKind.choices)
    due_on = models.DateField(_("due"), null=True, blank=True)
    first_received_at = models.DateTimeField(_("first received"), null=True, blank=True)
    received_offset = models.SmallIntegerField(null=True, blank=True, editable=False)
    imported = models.BooleanField(default=False)
    needs_look = models.BooleanField(_("to be looked at"), null=True, editable=False)
    definition_record = models.ForeignKey(
        CallDefinitionRecord,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes: ClassVar = [
            models.Index(fields=["agency", "year", "stream"], name="report_agency_year"),
            models.Index(fields=["-first_received_at", "-id"], name="report_latest"),
            models.Index(fields=["code", "id"], name="report_by_code"),
            models.Index(fields=["year", "id"], name="report_by_year"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "code"], name="report_code_unique"),
            models.UniqueConstraint(
                fields=["agency", "year", "stream", "organisation"], name="report_unit_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ReportStatus.values), name="report_status_known"
            ),
            models.CheckConstraint(
                condition=Q(stream__in=Stream.values), name="report_stream_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ReportKind.values), name="report_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[ReportStatus.DUE, ReportStatus.DRAFT])
                | Q(first_received_at__isnull=False),
                name="report_received_dated",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @moves(workflow.ReportAction.START)
    def start(self, *, facts: checks.ReportFacts) -> None:
        """Due becomes a draft: somebody has begun to write."""

    @moves(workflow.ReportAction.SEND_IN)
    def send_in(self, *, facts: checks.ReportFacts) -> None:
        """Sent in; an overdue report is received all the same."""

    @moves(workflow.ReportAction.RETURN)
    def send_back(self, *, facts: checks.ReportFacts) -> None:
        """Returned with questions."""

    @moves(workflow.ReportAction.ACCEPT)
    def accept(self, *, facts: checks.ReportFacts) -> None:
        """Accepted."""


class ReportReference(models.Model):
    """A grant that the report answers for."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="references")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="report_references"
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "application"], name="reference_unique"),
            models.UniqueConstraint(
                fields=["report", "position"], name="reference_position_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} – {self.application}"


class ReportVersion(models.Model):
    """A version of the report as it was received. Never changed."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report", "number"], name="reportversion_number_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} v{self.number}"


class ReportArea(models.Model):
    """An area that had money, and how far its work had come."""

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="areas")
    area = models.CharField(_("area"), max_length=60)
    status = models.CharField(_("status"), max_length=16, choices=AreaStatus.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "area"], name="reportarea_unique"),
            models.CheckConstraint(
                condition=Q(status__in=AreaStatus.values), name="reportarea_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}: {self.status}"


class ReportAnswer(models.Model):
    """One answer: a chosen `option`, or the `value` of a text, number, money or date question.

    `area` is empty for a question about the whole report. A question with no row was not
    answered.
    """

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="answers")
    area = models.CharField(_("area"), max_length=60, blank=True)
    question = models.CharField(_("question"), max_length=60)
    option = models.CharField(_("option"), max_length=60, blank=True)
    value = models.TextField(_("value"), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "area", "question", "option"], name="answer_unique"
            ),
            models.CheckConstraint(
                condition=(~Q(option="") & Q(value="")) | (Q(option="") & ~Q(value="")),
                name="answer_option_or_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}/{self.question}: {self.option or self.value}"
