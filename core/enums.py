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
