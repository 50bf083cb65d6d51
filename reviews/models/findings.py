"""What was found of the requirements."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User
from grants.models import Application, Attachment, Requirement
from reviews.enums import FindingValue


class RequirementFinding(models.Model):
    """What was found of one requirement, for one participating organisation.

    `made_by` is null only for a finding that was brought in from an old register. `proposed` is
    what the system could tell when it was made, with its source (see `reviews.content.findings`);
    another finding than that has a reason. `number` counts how often it has been made, `evidence`
    is what the officer points at.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="findings")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="findings")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="findings"
    )
    finding = models.CharField(_("finding"), max_length=16, choices=FindingValue.choices)
    reason = models.TextField(_("reason"), blank=True)
    proposed = models.CharField(
        _("proposed"), max_length=16, choices=FindingValue.choices, blank=True
    )
    proposed_source = models.CharField(_("source of the proposal"), max_length=200, blank=True)
    evidence = models.ManyToManyField(Attachment, blank=True, related_name="findings")
    number = models.PositiveIntegerField(default=1)
    imported = models.BooleanField(default=False)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="findings_made"
    )
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "requirement", "organisation"], name="finding_unique"
            ),
            models.CheckConstraint(
                condition=Q(finding__in=FindingValue.values), name="finding_known"
            ),
            models.CheckConstraint(
                condition=Q(imported=True, made_by__isnull=True)
                | Q(imported=False, made_by__isnull=False),
                name="finding_made_by_unless_imported",
            ),
            models.CheckConstraint(
                condition=Q(proposed="") | Q(proposed__in=FindingValue.values),
                name="finding_proposal_known",
            ),
            models.CheckConstraint(
                condition=Q(proposed="") | Q(finding=F("proposed")) | ~Q(reason=""),
                name="finding_override_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.get_finding_display()}"
