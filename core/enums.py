"""Codes stored in core's tables, with their labels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JournalKind(models.TextChoices):
    """What a journal is about: there is one hash chain for each."""

    CASE = "case", _("case")
    ORGANISATION = "organisation", _("organisation")
    CALL = "call", _("call")
    INSTALLATION = "installation", _("installation")


class ActorKind(models.TextChoices):
    """Who did what an event tells."""

    PERSON = "person", _("person")
    SYSTEM = "system", _("system")
    IMPORT = "import", _("import")


class OutboxState(models.TextChoices):
    """How far a mail has come."""

    PENDING = "pending", _("waiting")
    LEASED = "leased", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("given up")
    BOUNCED = "bounced", _("refused by the receiver")


class FileState(models.TextChoices):
    """Whether an uploaded file may be handed out."""

    NOT_CHECKED = "not_checked", _("not checked for viruses")
    WAITING = "waiting", _("waiting to be checked for viruses")
    CLEAN = "clean", _("checked for viruses")
    INFECTED = "infected", _("removed, had a virus")


class IncidentKind(models.TextChoices):
    """What a failure on our side was."""

    ERROR = "error", _("a page or a service failed")
    STOPPED = "stopped", _("no sign of life")
