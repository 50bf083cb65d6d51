"""When the parties received a decision, corrections of it, and appeals against it."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User
from core.models import StoredFile
from grants.enums import AppealOutcome, AppealState, CorrectedPlace, TriedResult

from .decisions import Decision


class DecisionDelivery(models.Model):
    """When and how a party received a decision: the time for appealing is counted from that day.

    `sent_at` is when the party was told, `opened_at` when somebody acting for it first opened the
    decision on the pages, `paper_on` the Swedish date on which it was delivered on paper.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="deliveries")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    opened_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    paper_on = models.DateField(_("delivered on paper"), null=True, blank=True)
    paper_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("delivery of a decision")
        verbose_name_plural = _("deliveries of decisions")
        indexes: ClassVar = [
            models.Index(
                fields=["sent_at"],
                condition=Q(opened_at__isnull=True, paper_on__isnull=True),
                name="delivery_not_opened",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "organisation"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="delivery_opened_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(paper_on__isnull=True, paper_by__isnull=True)
                | Q(paper_on__isnull=False, paper_by__isnull=False),
                name="delivery_paper_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.organisation_id}"

    @property
    def received_on(self) -> date | None:
        """The Swedish date on which the party received the decision; None while not known."""
        days = [] if self.opened_at is None else [timezone.localdate(self.opened_at)]
        days += [] if self.paper_on is None else [self.paper_on]
        return min(days, default=None)


class DecisionCorrection(models.Model):
    """The correction of an obvious error in a decision (36 § förvaltningslagen). Never changed.

    `before` stood in the place named, and `after` stands there instead. The decision itself is
    kept as it was.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="corrections")
    place = models.CharField(_("where"), max_length=12, choices=CorrectedPlace.choices)
    before = models.TextField(_("what it said"))
    after = models.TextField(_("what it should say"))
    why = models.TextField(_("why it is an obvious error"))
    corrected_at = models.DateTimeField(_("corrected"))
    corrected_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(place__in=CorrectedPlace.values), name="correction_place_known"
            ),
            models.CheckConstraint(
                condition=~Q(before="") & ~Q(after=models.F("before")),
                name="correction_changes_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.corrected_at:%Y-%m-%d}"


class Appeal(models.Model):
    """A party's appeal against a decision, and what became of it.

    `received_on` is the Swedish date of receipt, `last_day` the last day to appeal as it was when
    the appeal came, null where the day on which the party received the decision is not known.
    `admitted_why` says why an appeal that came late is taken up all the same. A party has one
    appeal against a decision at a time: what it adds is a document in the case.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="appeals")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="appeals", verbose_name=_("party")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=AppealState.choices, default=AppealState.RECEIVED
    )
    received_on = models.DateField(_("received"))
    last_day = models.DateField(_("last day to appeal"), null=True, blank=True)
    text = models.TextField(_("what is asked for, and why"), blank=True)
    files = models.ManyToManyField(StoredFile, related_name="appeals")
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_party = models.BooleanField(_("sent in on the pages"), default=False)
    admitted_why = models.TextField(_("why it is taken up"), blank=True)
    dismissed_on = models.DateField(_("dismissed"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dismissed_reasons = models.TextField(_("reasons for dismissing"), blank=True)
    tried_result = models.CharField(
        _("reconsideration"), max_length=12, choices=TriedResult.choices, blank=True
    )
    tried_on = models.DateField(_("tried"), null=True, blank=True)
    tried_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tried_reasons = models.TextField(_("reasons for the reconsideration"), blank=True)
    court = models.CharField(_("court"), max_length=200, blank=True)
    handed_over_on = models.DateField(_("handed over"), null=True, blank=True)
    court_number = models.CharField(_("the court's case number"), max_length=60, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=16, choices=AppealOutcome.choices, blank=True
    )
    outcome_on = models.DateField(_("date of the outcome"), null=True, blank=True)
    outcome_text = models.TextField(_("what the court decided"), blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        indexes: ClassVar = [models.Index(fields=["state", "received_on"], name="appeal_state")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision", "organisation"],
                condition=~Q(state__in=[AppealState.DISMISSED, AppealState.ENDED]),
                name="appeal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=AppealState.values), name="appeal_state_known"
            ),
            models.CheckConstraint(
                condition=Q(tried_result__in=["", *TriedResult.values]),
                name="appeal_tried_result_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *AppealOutcome.values]), name="appeal_outcome_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=AppealState.DISMISSED)
                | (
                    Q(dismissed_on__isnull=False, dismissed_by__isnull=False)
                    & ~Q(dismissed_reasons="")
                ),
                name="appeal_dismissed_with_reasons",
            ),
            models.CheckConstraint(
                condition=~Q(state=AppealState.HANDED_OVER) | Q(handed_over_on__isnull=False),
                name="appeal_handed_over_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state=AppealState.ENDED)
                | (~Q(outcome="") & Q(outcome_on__isnull=False)),
                name="appeal_ended_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.received_on}"

    @property
    def in_time(self) -> bool | None:
        """Whether it came in time; None where the last day is not known."""
        return None if self.last_day is None else self.received_on <= self.last_day

    @property
    def is_open(self) -> bool:
        """Whether it still waits for something."""
        return self.state not in {AppealState.DISMISSED, AppealState.ENDED}
