"""Calls, and the definitions they follow."""

from functools import cached_property
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import Agency
from grants.definitions.call import CallDefinition
from grants.enums import Stream

_KEPT = 256
_parsed: dict[str, CallDefinition] = {}


class CallDefinitionRecord(models.Model):
    """One version of a call definition: an immutable document, known by its checksum."""

    code = models.CharField(_("code"), max_length=100)
    version = models.PositiveIntegerField(_("version"))
    document = models.JSONField(_("document"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="definition_version_unique"),
            models.UniqueConstraint(fields=["code", "sha256"], name="definition_content_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    @property
    def is_parsed(self) -> bool:
        """Whether the definition is there without its document."""
        return self.sha256 in _parsed

    @cached_property
    def definition(self) -> CallDefinition:
        """The document, validated: once in each process, since the content never changes."""
        found = _parsed.get(self.sha256)
        if found is None:
            found = CallDefinition.model_validate(self.document)
            if len(_parsed) >= _KEPT:
                _parsed.clear()
            if self.sha256:
                _parsed[self.sha256] = found
        return found


def kept_record(pk: int) -> CallDefinitionRecord:
    """The record with that id, without its document where that has been parsed before."""
    return CallDefinitionRecord.objects.defer("document").get(pk=pk)


class Call(models.Model):
    """One stream of applicants in one year: frame, areas, requirements, questionnaires, dates.

    Dates are Swedish local dates, each inclusive. `opens_on` and `closes_on` are null where an
    old register does not say. `preliminary` marks a year that is not over when it is brought in.
    `decisions_published_at` is when the decisions were put on the public page of the round (UTC);
    those of a call that was brought in are there from the beginning.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="calls")
    code = models.CharField(_("code"), max_length=100)
    definition_record = models.ForeignKey(
        CallDefinitionRecord, on_delete=models.PROTECT, related_name="calls"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    stream = models.CharField(_("stream"), max_length=16, choices=Stream.choices)
    frame_sek = models.BigIntegerField(_("frame (SEK)"))
    opens_on = models.DateField(_("opens"), null=True, blank=True)
    closes_on = models.DateField(_("last day to apply"), null=True, blank=True)
    measured_on = models.DateField(_("measuring date"))
    spend_by = models.DateField(_("last day to use the money"))
    report_cutoff = models.DateField(_("report cut-off"))
    asks_interim = models.BooleanField(_("asks for an interim report"), default=True)
    asks_opinion = models.BooleanField(_("asks for opinions"), default=False)
    preliminary = models.BooleanField(_("preliminary"), default=False)
    imported = models.BooleanField(_("brought in from an older register"), default=False)
    decisions_published_at = models.DateTimeField(_("decisions published"), null=True, blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes: ClassVar = [
            models.Index(fields=["agency", "year", "stream"], name="call_agency_year")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "code"], name="call_code_unique"),
            models.CheckConstraint(condition=Q(frame_sek__gt=0), name="call_frame_positive"),
            models.CheckConstraint(condition=Q(stream__in=Stream.values), name="call_stream_known"),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True)
                | Q(closes_on__isnull=True)
                | Q(closes_on__gte=F("opens_on")),
                name="call_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(spend_by__gte=F("measured_on")), name="call_spend_by_after_measuring"
            ),
            models.CheckConstraint(
                condition=Q(report_cutoff__gte=F("measured_on")),
                name="call_cutoff_after_measuring",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_published(self) -> bool:
        """Whether everybody may read what was granted."""
        return self.imported or self.decisions_published_at is not None

    @property
    def definition(self) -> CallDefinition:
        """What the call's applicants, officers and tables go by."""
        return self.definition_record.definition


class DevelopmentField(models.Model):
    """A field (utvecklingsområde) that groups a call's areas."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="development_fields")
    code = models.CharField(_("code"), max_length=60)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "code"], name="field_code_unique"),
            models.UniqueConstraint(fields=["call", "position"], name="field_position_unique"),
        ]

    def __str__(self) -> str:
        return self.code


class ActivityArea(models.Model):
    """An area (åtgärdsområde) that money can be sought for; `field` is null outside the fields."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="areas")
    field = models.ForeignKey(
        DevelopmentField, on_delete=models.CASCADE, null=True, blank=True, related_name="areas"
    )
    code = models.CharField(_("code"), max_length=60)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "code"], name="area_code_unique"),
            models.UniqueConstraint(fields=["call", "position"], name="area_position_unique"),
        ]

    def __str__(self) -> str:
        return self.code


class Requirement(models.Model):
    """A performance requirement (prestationskrav) of one call's year.

    `satisfied_by` lists the findings that do; `applies_to` says to which organisations it
    applies.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="requirements")
    code = models.CharField(_("code"), max_length=60)
    position = models.PositiveSmallIntegerField()
    satisfied_by = models.JSONField()
    applies_to = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "code"], name="requirement_code_unique"),
            models.UniqueConstraint(
                fields=["call", "position"], name="requirement_position_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.code
