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
    """How far the making of an edition has come."""

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
