"""What-if distributions of a call's frame over its assessed applications."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.models import Application, Call
from reviews.enums import ScenarioState


class Scenario(models.Model):
    """A named distribution of a frame (whole SEK) over a frozen set of assessed applications.

    `candidates` is the set and `rules` the method and its limits, as documents of
    `reviews.checks.scenarios`; `sha256` is that of the set. Whoever holds `lease_token` until
    `lease_until` makes proposals of an adopted scenario; `error` says what stopped it.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="scenarios")
    name = models.CharField(_("name"), max_length=100)
    rules = models.JSONField()
    frame_sek = models.BigIntegerField(_("to distribute (SEK)"))
    candidates = models.JSONField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(
        _("state"), max_length=8, choices=ScenarioState.choices, default=ScenarioState.DRAFT
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    adopted_at = models.DateTimeField(_("adopted"), null=True)
    finished_at = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=36, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "name"], name="scenario_name_unique"),
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(state__in=[ScenarioState.ADOPTING, ScenarioState.ADOPTED]),
                name="scenario_one_adopted",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ScenarioState.values), name="scenario_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ScenarioState.DRAFT, adopted_by__isnull=True)
                | (~Q(state=ScenarioState.DRAFT) & Q(adopted_by__isnull=False)),
                name="scenario_adopted_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScenarioAmount(models.Model):
    """What a scenario gives an application, whole SEK. `by_rule_sek` is what the method gives,
    `amount_sek` what stands: other than that where `edited_by` changed it by hand.

    `applied_at` is when it became a proposal; `refused` why it did not.
    """

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="amounts")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    by_rule_sek = models.BigIntegerField()
    amount_sek = models.BigIntegerField(_("amount (SEK)"))
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scenario", "application"], name="scenarioamount_unique"
            ),
            models.CheckConstraint(
                condition=Q(amount_sek__gte=0, by_rule_sek__gte=0), name="scenarioamount_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario_id}:{self.application_id}"
