"""Failures on our side, so that they can be a reason to admit what came late."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.enums import IncidentKind


class Incident(models.Model):
    """A failure of the service, from `started_at` to `ended_at` (UTC).

    An error is one address within one minute, `count` times; a stop is a time without a sign of
    life. `address` is a path without query and without what names a person. `reference` is what
    those who met the failure were shown. `collected` holds the digests of the spooled files that
    are counted already.
    """

    kind = models.CharField(_("what"), max_length=10, choices=IncidentKind.choices)
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"))
    address = models.CharField(_("address"), max_length=300, blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    count = models.PositiveIntegerField(_("times"), default=1)
    reference = models.CharField(_("reference"), max_length=20, unique=True)
    collected = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        indexes = [models.Index(fields=["started_at", "ended_at"], name="core_incident_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=IncidentKind.values), name="core_incident_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at")), name="core_incident_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Heartbeat(models.Model):
    """The one row that says when the background work was last alive (UTC)."""

    ONLY = 1

    beat_at = models.DateTimeField(_("last sign of life"))

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="core_heartbeat_one_row")]

    def __str__(self) -> str:
        return self.beat_at.isoformat()
