"""Calls as they are being made: a working copy of a whole definition document."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import Agency
from grants.enums import CallDraftOrigin, CallDraftState, Stream

from .calls import Call, CallDefinitionRecord


class CallDraft(models.Model):
    """The definition of a call while staff write it. What has been entered is kept also where it
    cannot be, so `document` need not be valid; what has its default value is left out of it.

    `code`, `year` and `stream` are what the document says, to list and to search by. `version`
    counts the saves from 1. `source` is the definition that the draft was copied from, or that
    it changes; `call` the call that it changes, and of a published draft the one that was opened.
    `seen` are the parts that somebody has looked through since the draft was copied. A draft that
    was published or thrown away is never changed again.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="call_drafts")
    code = models.CharField(_("code"), max_length=100)
    year = models.PositiveSmallIntegerField(_("year"))
    stream = models.CharField(_("stream"), max_length=16, choices=Stream.choices)
    document = models.JSONField(_("document"))
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(
        _("state"), max_length=10, choices=CallDraftState.choices, default=CallDraftState.DRAFT
    )
    origin = models.CharField(_("begun from"), max_length=10, choices=CallDraftOrigin.choices)
    source = models.ForeignKey(
        CallDefinitionRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    call = models.ForeignKey(
        Call, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts"
    )
    seen = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("published or thrown away"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    record = models.ForeignKey(
        CallDefinitionRecord,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="drafts",
    )

    class Meta:
        verbose_name = _("call being made")
        verbose_name_plural = _("calls being made")
        indexes: ClassVar = [
            models.Index(fields=["agency", "state", "-changed_at"], name="calldraft_agency")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=CallDraftState.values), name="calldraft_state_known"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=CallDraftOrigin.values), name="calldraft_origin_known"
            ),
            models.CheckConstraint(
                condition=Q(stream__in=Stream.values), name="calldraft_stream_known"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="calldraft_from_one"),
            models.CheckConstraint(
                condition=Q(
                    state=CallDraftState.DRAFT, ended_at__isnull=True, ended_by__isnull=True
                )
                | (
                    ~Q(state=CallDraftState.DRAFT)
                    & Q(ended_at__isnull=False, ended_by__isnull=False)
                ),
                name="calldraft_ended_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=CallDraftState.PUBLISHED, call__isnull=False, record__isnull=False
                )
                | (~Q(state=CallDraftState.PUBLISHED) & Q(record__isnull=True)),
                name="calldraft_published_is_recorded",
            ),
            models.CheckConstraint(
                condition=~Q(state=CallDraftState.PUBLISHED) | ~Q(ended_by=models.F("changed_by")),
                name="calldraft_four_eyes",
            ),
            # A call is changed by one draft at a time.
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(state=CallDraftState.DRAFT),
                name="calldraft_one_change",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.get_state_display()})"

    @property
    def is_open(self) -> bool:
        """Whether it can still be written in."""
        return self.state == CallDraftState.DRAFT

    @property
    def changes_call(self) -> bool:
        """Whether publishing it gives a call that is already there a new version."""
        return self.origin == CallDraftOrigin.CHANGE
