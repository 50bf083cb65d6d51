"""Payment orders and the payments in them, requisitions, stops, and answers from the accounts."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.enums import GiroKind
from applicants.models import Organisation, User
from core.models import Agency
from grants.enums import OrderState, PaymentState

from .applications import Application
from .decisions import Decision

_APPROVED = [OrderState.APPROVED, OrderState.HANDED_OVER, OrderState.ANSWERED]
_HANDED_OVER = [OrderState.HANDED_OVER, OrderState.ANSWERED]


class PaymentOrder(models.Model):
    """A batch of payments (betalningsorder): made by one controller, approved by another, handed
    over to the accounting system as a file, and answered by it.

    `sha256` is the checksum of the file, once it has been handed over: the rows give the same
    bytes each time. Times are UTC.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="payment_orders")
    state = models.CharField(
        _("state"), max_length=12, choices=OrderState.choices, default=OrderState.MADE
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(_("approved"), null=True)
    handed_over_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    handed_over_at = models.DateTimeField(_("handed over"), null=True)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("payment order")
        verbose_name_plural = _("payment orders")
        indexes: ClassVar = [models.Index(fields=["agency", "-id"], name="paymentorder_agency")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=OrderState.values), name="paymentorder_state_known"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
                name="paymentorder_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_APPROVED)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="paymentorder_approved_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=_HANDED_OVER,
                    handed_over_by__isnull=False,
                    handed_over_at__isnull=False,
                    sha256__regex=r"^[0-9a-f]{64}$",
                )
                | (~Q(state__in=_HANDED_OVER) & Q(handed_over_at__isnull=True, sha256="")),
                name="paymentorder_handed_over_has_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Payment(models.Model):
    """A payment in an order: one part of one grant. Never changed but for what becomes of it.

    `year` is the ledger's, `budget_year` the agency's year in which it is paid. `payee`,
    `org_no` and the giro are the organisation's as it was when the order was approved, empty
    before. `amount_sek` is whole SEK. `reason` says why it was not carried out or was taken out.
    """

    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="payments")
    number = models.PositiveIntegerField(_("row"))
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="payments")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="payments")
    part = models.PositiveSmallIntegerField(_("part"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="payments"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    budget_year = models.PositiveSmallIntegerField(_("budget year"))
    appropriation = models.CharField(_("appropriation item"), max_length=60)
    amount_sek = models.BigIntegerField(_("amount (SEK)"))
    payee = models.CharField(_("payee"), max_length=300, blank=True)
    org_no = models.CharField(_("organisation number"), max_length=11, blank=True)
    giro_kind = models.CharField(
        _("kind of giro"), max_length=10, choices=GiroKind.choices, blank=True
    )
    giro_number = models.CharField(_("giro number"), max_length=9, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=PaymentState.choices, default=PaymentState.ORDERED
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "number"], name="payment_row_unique"),
            models.UniqueConstraint(
                fields=["decision", "part"],
                condition=Q(state__in=[PaymentState.ORDERED, PaymentState.PAID]),
                name="payment_part_once",
            ),
            models.CheckConstraint(condition=Q(amount_sek__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(state__in=PaymentState.values), name="payment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(giro_kind="", giro_number="")
                | (Q(giro_kind__in=GiroKind.values) & ~Q(giro_number="") & ~Q(payee="")),
                name="payment_giro_with_payee",
            ),
            models.CheckConstraint(
                condition=Q(state=PaymentState.ORDERED, ended_at__isnull=True, reason="")
                | Q(state=PaymentState.PAID, ended_at__isnull=False, reason="")
                | (
                    Q(
                        state__in=[PaymentState.REFUSED, PaymentState.CANCELLED],
                        ended_at__isnull=False,
                    )
                    & ~Q(reason="")
                ),
                name="payment_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What the accounting system knows the payment by."""
        return f"{self.order_id}-{self.number}"


class OrderAnswer(models.Model):
    """A file in which the accounting system says what became of an order's payments.

    `rows` are triples of a row's number, `paid` or `refused`, and the reason. `finished_at` is
    when all of them were booked: until then a worker goes on with it. Times are UTC.
    """

    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="answers")
    sha256 = models.CharField(_("checksum"), max_length=64)
    rows = models.JSONField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("received"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("answer to a payment order")
        verbose_name_plural = _("answers to payment orders")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "sha256"], name="orderanswer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.sha256[:12]}"


class Requisition(models.Model):
    """That the grantee asks for a part of its grant (rekvisition)."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="requisitions"
    )
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="requisitions")
    part = models.PositiveSmallIntegerField(_("part"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked for"))

    class Meta:
        verbose_name = _("requisition")
        verbose_name_plural = _("requisitions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "part"], name="requisition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.part}"


class PaymentStop(models.Model):
    """That a case's payments are stopped (stoppad utbetalning), from `stopped_at` until
    `lifted_at` (UTC), with the reasons for both."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="payment_stops"
    )
    reason = models.TextField(_("reason"))
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(_("stopped"))
    lifted_reason = models.TextField(_("why it was lifted"), blank=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True)

    class Meta:
        verbose_name = _("stopped payment")
        verbose_name_plural = _("stopped payments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(lifted_at__isnull=True),
                name="paymentstop_one_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="paymentstop_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_reason="")),
                name="paymentstop_lifted_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.stopped_at:%Y-%m-%d}"


class Reconciliation(models.Model):
    """What a reconciliation (avstämning) of an agency's money found; never changed.

    `on` is the Swedish date; `nightly` the one that runs by itself, once a date. `faults` are
    triples of a code, the case's id and by how much it differs (whole SEK); all is well where
    there is none. `totals` are sums by kind of entry, whole SEK.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="reconciliations")
    on = models.DateField(_("date"))
    nightly = models.BooleanField(_("by night"), default=True)
    made_at = models.DateTimeField(_("made"))
    cases = models.PositiveIntegerField(_("cases"))
    entries = models.PositiveIntegerField(_("transactions"))
    totals = models.JSONField(_("sums"), default=dict)
    faults = models.JSONField(_("differences"), default=list)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "on"], condition=Q(nightly=True), name="reconciliation_nightly"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.on}"
