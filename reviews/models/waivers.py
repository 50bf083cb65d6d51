"""Waivers of requirements (undantag)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User
from grants.models import Application, Requirement
from reviews.enums import WaiverState


class Waiver(models.Model):
    """A requirement waived for one participating organisation, by the call's provision for it.

    `rule` is the provision, as the call had it in Swedish when the waiver was asked for. A waiver
    never changes the finding: it stands beside it. One for a finding that has changed since is
    withdrawn.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="waivers")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="waivers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="waivers")
    state = models.CharField(
        _("state"), max_length=10, choices=WaiverState.choices, default=WaiverState.ASKED
    )
    rule = models.TextField(_("provision"))
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="waivers_asked")
    asked_at = models.DateTimeField(_("asked"))
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="waivers_decided"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_reason = models.TextField(_("reason for the decision"), blank=True)

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "requirement", "organisation"],
                condition=Q(state__in=[WaiverState.ASKED, WaiverState.APPROVED]),
                name="waiver_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WaiverState.values), name="waiver_state_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_reason"),
            models.CheckConstraint(condition=~Q(rule=""), name="waiver_provision"),
            models.CheckConstraint(
                condition=~Q(state__in=[WaiverState.APPROVED, WaiverState.REFUSED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="waiver_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="waiver_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state=WaiverState.REFUSED) | ~Q(decision_reason=""),
                name="waiver_refusal_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.get_state_display()}"
