"""Official notes (tjänsteanteckningar) in a case."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.models import Application


class Note(models.Model):
    """A note that is part of the case. Never changed: what was wrong in one is said in a later.

    `about` is the Swedish date of what it tells of, such as a telephone call. `secrecy` is a
    marking, with the provision it may rest on; "" is none.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="notes")
    title = models.CharField(_("what it is about"), max_length=200)
    body = models.TextField(_("note"))
    about = models.DateField(_("date"))
    secrecy = models.CharField(_("secrecy marking"), max_length=200, blank=True)
    written_at = models.DateTimeField(_("written"))
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("official note")
        verbose_name_plural = _("official notes")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="note_says_something")
        ]

    def __str__(self) -> str:
        return self.title
