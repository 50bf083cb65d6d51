"""Applications, who takes part in them, and their submitted versions."""

from collections.abc import Callable
from functools import wraps
from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applicants.models import Organisation, User
from grants import checks, workflow
from grants.definitions.call import CallDefinition
from grants.enums import Approval, ParticipationRole, Status

from .calls import Call, CallDefinitionRecord, kept_record

type Move = Callable[..., None]


def moves(action: workflow.Action) -> Callable[[Move], Move]:
    """A transition method that refuses what the table and the facts refuse."""
    line = workflow.TABLE[action]

    def decorate(method: Move) -> Move:
        @wraps(method)
        def checked(self: "Application", *, facts: checks.Facts) -> None:
            checks.refuse_unless(action, facts)
            method(self, facts=facts)

        move: Move = transition(
            field="status", source=[str(s) for s in line.sources], target=str(line.target)
        )(checked)
        return move

    return decorate


class Application(models.Model):
    """An application, the case it becomes, and the grant it may end in.

    `reference` is the number in an old register; `register_number` (diarienummer) is given at
    receipt, and never to a case that was brought in. Amounts are whole SEK. `decided_on` is the
    Swedish date of the outcome that holds now. `received_offset` is the offset from UTC, in
    minutes, in which an old register wrote the receipt; null where that was Swedish time.
    `definition_record` is the version of the call's definition that the application came in
    under; null is the one that the call has now.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    definition_record = models.ForeignKey(
        CallDefinitionRecord,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
    )
    lead = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="led_applications",
        verbose_name=_("lead applicant"),
    )
    status = FSMField(
        _("status"), max_length=24, default=Status.DRAFT, choices=Status.choices, protected=True
    )
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    register_number = models.CharField(_("register number"), max_length=60, blank=True)
    imported = models.BooleanField(_("brought in from an older register"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    received_offset = models.SmallIntegerField(null=True, blank=True, editable=False)
    late = models.BooleanField(_("late"), default=False)
    requested_sek = models.BigIntegerField(_("requested (SEK)"), null=True, blank=True)
    granted_sek = models.BigIntegerField(_("granted (SEK)"), null=True, blank=True)
    decided_on = models.DateField(_("decided"), null=True, blank=True)
    partner_count = models.PositiveSmallIntegerField(_("partners"), default=0)
    assigned_to = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_applications",
        verbose_name=_("case officer"),
    )
    completion_fields = models.JSONField(default=list, blank=True)
    completion_due = models.DateField(_("completion due"), null=True, blank=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        indexes: ClassVar = [
            # What a call has come to is summed from this alone.
            models.Index(
                fields=["call", "status", "partner_count", "requested_sek", "granted_sek"],
                name="application_sums",
            ),
            models.Index(fields=["call", "-received_at", "-id"], name="application_received"),
            models.Index(fields=["lead", "call"], name="application_lead"),
            # The orders of the list, and the filter that leaves the fewest.
            models.Index(fields=["-received_at", "-id"], name="application_latest"),
            models.Index(fields=["status", "-received_at", "-id"], name="application_by_status"),
            models.Index(fields=["requested_sek", "id"], name="application_by_requested"),
            models.Index(Coalesce("granted_sek", Value(-1)), "id", name="application_by_granted"),
            models.Index(
                Case(When(register_number="", then="reference"), default="register_number"),
                "id",
                name="application_by_number",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["call", "reference"],
                condition=~Q(reference=""),
                name="application_reference_unique",
            ),
            models.UniqueConstraint(
                fields=["call", "register_number"],
                condition=~Q(register_number=""),
                name="application_number_unique",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="application_status_known"
            ),
            models.CheckConstraint(
                condition=Q(requested_sek__isnull=True) | Q(requested_sek__gt=0),
                name="application_requested_positive",
            ),
            models.CheckConstraint(
                condition=Q(granted_sek__isnull=True)
                | (Q(granted_sek__gt=0) & Q(granted_sek__lte=F("requested_sek"))),
                name="application_granted_within_requested",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(workflow.HAS_GRANT))
                | Q(granted_sek__isnull=False, decided_on__isnull=False),
                name="application_grant_has_amount",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.REJECTED, Status.DISMISSED, Status.WITHDRAWN])
                | Q(granted_sek__isnull=True),
                name="application_no_grant_no_amount",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.DRAFT, Status.DISCARDED])
                | Q(received_at__isnull=False, requested_sek__isnull=False),
                name="application_received",
            ),
            models.CheckConstraint(
                condition=Q(imported=False) | (~Q(reference="") & Q(register_number="")),
                name="application_imported_reference",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What the case is called: its register number, or the old register's reference."""
        return self.register_number or self.reference

    @property
    def is_joint(self) -> bool:
        """Whether any partner takes part."""
        return self.partner_count > 0

    @property
    def record(self) -> CallDefinitionRecord:
        """The version of the call's definition that holds for the application: the one that it
        came in under, also when the call has been given another since; a draft follows the call.
        """
        kept = self.definition_record_id
        if (
            kept is None
            or kept == self.call.definition_record_id
            or self.status in (Status.DRAFT, Status.DISCARDED)
        ):
            return self.call.definition_record
        record = self.definition_record if "definition_record" in self._state.fields_cache else None
        if record is None:
            record = kept_record(kept)
            self.definition_record = record
        return record

    @property
    def definition(self) -> CallDefinition:
        """What the application asked, and what it is judged and decided by."""
        return self.record.definition

    @moves(workflow.Action.SUBMIT)
    def submit(self, *, facts: checks.Facts) -> None:
        """Draft becomes submitted (inkommen)."""

    @moves(workflow.Action.DISCARD)
    def discard(self, *, facts: checks.Facts) -> None:
        """A draft that nobody needs any more is thrown away."""

    @moves(workflow.Action.TAKE_BACK)
    def take_back(self, *, facts: checks.Facts) -> None:
        """Submitted becomes a draft again; number and versions are kept."""

    @moves(workflow.Action.REQUEST_COMPLETION)
    def request_completion(self, *, facts: checks.Facts) -> None:
        """The applicant is asked to complete the named fields by a date."""

    @moves(workflow.Action.COMPLETE)
    def complete(self, *, facts: checks.Facts) -> None:
        """The applicant has completed the application."""

    @moves(workflow.Action.LAPSE)
    def lapse(self, *, facts: checks.Facts) -> None:
        """The completion was not made, and the case goes on without it."""

    @moves(workflow.Action.DISMISS)
    def dismiss(self, *, facts: checks.Facts) -> None:
        """Dismissed (avvisad) without being tried."""

    @moves(workflow.Action.ASSESS)
    def assess(self, *, facts: checks.Facts) -> None:
        """Assessed, with findings and a proposal."""

    @moves(workflow.Action.REOPEN)
    def reopen(self, *, facts: checks.Facts) -> None:
        """The assessment is taken up again."""

    @moves(workflow.Action.GRANT)
    def grant(self, *, facts: checks.Facts) -> None:
        """Granted, in whole or in part."""
        self.granted_sek = facts.granted_sek
        self.decided_on = facts.decided_on

    @moves(workflow.Action.REJECT)
    def reject(self, *, facts: checks.Facts) -> None:
        """Rejected (avslagen), with reasons."""
        self.decided_on = facts.decided_on

    @moves(workflow.Action.WITHDRAW)
    def withdraw(self, *, facts: checks.Facts) -> None:
        """Withdrawn (återkallad) by the applicant."""
        self.decided_on = facts.decided_on

    @moves(workflow.Action.RECONSIDER)
    def reconsider(self, *, facts: checks.Facts) -> None:
        """Tried again: the earlier decision stays, the amount is decided anew."""
        self.granted_sek = None
        self.decided_on = None

    @moves(workflow.Action.ACCEPT_INTERIM)
    def accept_interim(self, *, facts: checks.Facts) -> None:
        """The interim report is accepted."""

    @moves(workflow.Action.ACCEPT_FINAL)
    def accept_final(self, *, facts: checks.Facts) -> None:
        """The final report is accepted."""

    @moves(workflow.Action.REVOKE)
    def revoke(self, *, facts: checks.Facts) -> None:
        """Revoked (upphävd) on a listed ground."""

    @moves(workflow.Action.CLOSE)
    def close(self, *, facts: checks.Facts) -> None:
        """Closed: nothing is left to do or to pay."""


class Participation(models.Model):
    """An organisation's part in an application.

    `asked_again` counts how often the part changed after it had been answered; `reminded_at` is
    when the partner was last reminded to answer. `left_on` is the Swedish date on which it was
    decided that the partner leaves the grant.
    """

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="participations"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="participations"
    )
    role = models.CharField(_("role"), max_length=8, choices=ParticipationRole.choices)
    approval = models.CharField(
        _("approval"), max_length=16, choices=Approval.choices, default=Approval.WAITING
    )
    asked_again = models.PositiveIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)
    left_on = models.DateField(_("left"), null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "application"],
                condition=Q(role=ParticipationRole.PARTNER),
                name="participation_partners",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "organisation"], name="participation_unique"
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(role=ParticipationRole.LEAD),
                name="participation_one_lead",
            ),
            models.CheckConstraint(
                condition=Q(role__in=ParticipationRole.values), name="participation_role_known"
            ),
            models.CheckConstraint(
                condition=Q(approval__in=Approval.values), name="participation_approval_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.get_role_display()}"


class ApplicationVersion(models.Model):
    """Exactly what was submitted: canonical JSON and its SHA-256. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="submitted_versions"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "number"], name="version_number_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.application} v{self.number}"
