"""What officers write in a case, field by field, with its history."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.models import Application


class WorkValue(models.Model):
    """One saved value of one field of the handling; the newest of a field is `current`, the
    others its history.

    As `grants.models.DraftValue`: `path` names the field (see `reviews.content`), `number` counts
    its versions from 1, `text` is the canonical value, `page` the page it was saved from.
    """

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="work_values"
    )
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
                fields=["application", "path", "number"], name="workvalue_version_unique"
            ),
            models.UniqueConstraint(
                fields=["application", "path"],
                condition=Q(current=True),
                name="workvalue_one_current",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="workvalue_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.path} v{self.number}"
