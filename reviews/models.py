"""Findings, conflicts of interest, opinions and proposals."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User
from core.models import County
from grants.models import Application, Requirement
from reviews.enums import FindingValue, ProposedOutcome, Recommendation


class RequirementFinding(models.Model):
    """What was found of one requirement, for one participating organisation.

    `made_by` is null only for a finding that was brought in from an old register.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="findings")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="findings")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="findings"
    )
    finding = models.CharField(_("finding"), max_length=16, choices=FindingValue.choices)
    reason = models.TextField(_("reason"), blank=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.get_finding_display()}"


class ConflictDeclaration(models.Model):
    """A person's declaration of conflict of interest (jäv) in one case: yes or no."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="conflict_declarations")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="conflict_declarations"
    )
    has_conflict = models.BooleanField(_("has a conflict of interest"))
    reason = models.TextField(_("reason"), blank=True)
    declared_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("declaration of conflict of interest")
        verbose_name_plural = _("declarations of conflict of interest")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "application"], name="conflict_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.application}"


class Opinion(models.Model):
    """A county board's opinion (yttrande) on an application, asked for until `due_on`."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="opinions")
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="opinions")
    recommendation = models.CharField(
        _("recommendation"),
        max_length=20,
        choices=Recommendation.choices,
        default=Recommendation.WAITING,
    )
    reasons = models.TextField(_("reasons"), blank=True)
    due_on = models.DateField(_("due"))
    given_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="opinions_given"
    )
    given_at = models.DateTimeField(_("given"), null=True, blank=True)

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "county"], name="opinion_unique"),
            models.CheckConstraint(
                condition=Q(recommendation__in=Recommendation.values), name="opinion_known"
            ),
            models.CheckConstraint(
                condition=Q(recommendation=Recommendation.WAITING, given_at__isnull=True)
                | (~Q(recommendation=Recommendation.WAITING) & Q(given_at__isnull=False)),
                name="opinion_dated_when_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} – {self.county}"


class Proposal(models.Model):
    """A proposed decision. `amount_sek` is whole SEK, null where nothing is to be granted."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="proposal"
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=ProposedOutcome.choices)
    amount_sek = models.BigIntegerField(_("amount (SEK)"), null=True, blank=True)
    reasons = models.TextField(_("reasons"))
    communicated = models.BooleanField(_("communicated"), default=False)
    why_not_communicated = models.TextField(_("why not communicated"), blank=True)
    prepared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="proposals_prepared"
    )
    prepared_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome=ProposedOutcome.GRANT, amount_sek__gt=0)
                | Q(outcome=ProposedOutcome.REJECT, amount_sek__isnull=True),
                name="proposal_amount_when_granting",
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="proposal_reasons"),
        ]

    def __str__(self) -> str:
        return f"{self.application} – {self.get_outcome_display()}"
