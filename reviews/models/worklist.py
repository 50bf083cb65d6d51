"""What an agency's staff keep about their worklists."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import Agency
from grants.models import Application


class SavedView(models.Model):
    """A worklist that somebody has given a name. `query` is the list's address after the
    question mark; `shared` with everyone at the agency who has a worklist."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="saved_views")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.BooleanField(_("shared with the agency"), default=False)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("saved list")
        verbose_name_plural = _("saved lists")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "owner", "name"], name="savedview_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="savedview_named"),
        ]

    def __str__(self) -> str:
        return self.name


class CaseMark(models.Model):
    """A word that the agency's staff have put on a case, to find it again by."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="marks")
    label = models.CharField(_("mark"), max_length=40)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        indexes: ClassVar = [models.Index(fields=["label", "application"], name="casemark_label")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "label"], name="casemark_once"),
            models.CheckConstraint(condition=~Q(label=""), name="casemark_named"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.label}"
