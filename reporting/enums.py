"""Choices of the reporting room."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReportStatus(TextChoices):
    """The states of a report."""

    DUE = "due", _("Due")
    DRAFT = "draft", _("Draft")
    RECEIVED = "received", _("Received")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", _("Accepted")


class ReportKind(TextChoices):
    """Whether money is still usable after the report."""

    INTERIM = "interim", _("Interim report")
    FINAL = "final", _("Final report")


class AreaStatus(TextChoices):
    """How far the work in an area had come at the turn of the year."""

    ONGOING = "ongoing", _("Ongoing")
    COMPLETED = "completed", _("Completed")
    NOT_CARRIED_OUT = "not_carried_out", _("Not carried out")


class TextLanguage(TextChoices):
    """The languages that texts of a report are written in."""

    SV = "sv", _("Swedish")
    EN = "en", _("English")


class BuildState(TextChoices):
    """How far the making of an edition, or of a file of data, has come."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class BuildStage(TextChoices):
    """What the making of an edition is doing."""

    WAITING = "waiting", _("Waiting for a worker")
    FREEZING = "freezing", _("Freezing the reports")
    COMPUTING = "computing", _("Computing the tables")
    STORING = "storing", _("Storing the edition")
    FINISHED = "finished", _("Finished")


class DataFormat(TextChoices):
    """The kinds of file that the reports of a call are taken out as."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"
    PARQUET = "parquet", "Parquet"

    @property
    def suffix(self) -> str:
        """What the file's name ends with."""
        return {"csv": "csv.zip", "xlsx": "xlsx", "parquet": "parquet.zip"}[self.value]

    @property
    def media_type(self) -> str:
        """The type of its content."""
        if self is DataFormat.XLSX:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "application/zip"


class PackageStage(TextChoices):
    """What the making of a file of data is doing."""

    WAITING = "waiting", _("Waiting for a worker")
    READING = "reading", _("Reading the reports")
    WRITING = "writing", _("Writing the file")
    FINISHED = "finished", _("Finished")
