"""Declarations of conflict of interest (jäv)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.models import Application


class ConflictDeclaration(models.Model):
    """A person's declaration of conflict of interest (jäv) in one case. Never changed: the latest
    of a person and case holds, those before it are its history.

    `has_conflict` is null where an administrator (`withdrawn_by`) has withdrawn a declaration
    that was mistaken: then nothing is declared. `took_case` tells that the person had the case,
    which was left without an officer.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="conflict_declarations")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="conflict_declarations"
    )
    has_conflict = models.BooleanField(_("has a conflict of interest"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    took_case = models.BooleanField(default=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    declared_at = models.DateTimeField(_("declared"), auto_now_add=True)

    class Meta:
        verbose_name = _("declaration of conflict of interest")
        verbose_name_plural = _("declarations of conflict of interest")
        indexes: ClassVar = [
            models.Index(fields=["application", "user", "-id"], name="conflict_latest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(has_conflict__isnull=False, withdrawn_by__isnull=True)
                | (
                    Q(has_conflict__isnull=True, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_by=F("user"))
                    & ~Q(reason="")
                ),
                name="conflict_declared_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(took_case=False) | Q(has_conflict=True), name="conflict_took_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.application}"
