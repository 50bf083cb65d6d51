"""Requests for documents (utlämnande av allmän handling), and what became of each."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.models import Agency, StoredFile
from grants.enums import DisclosureOutcome

from .register import CaseDocument


class DisclosureRequest(models.Model):
    """A request to see documents. Whoever asks need not say who they are: `asker` and `contact`
    may be empty. `finished_at` is when everything had been given out or refused (UTC)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="disclosures")
    register_number = models.CharField(_("register number"), max_length=60)
    received_at = models.DateTimeField(_("received"))
    asker = models.CharField(_("who asks"), max_length=200, blank=True)
    contact = models.CharField(_("how to reach them"), max_length=250, blank=True)
    wording = models.TextField(_("what is asked for"))
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    finished_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("request for documents")
        verbose_name_plural = _("requests for documents")
        indexes: ClassVar = [
            models.Index(fields=["agency", "-received_at", "-id"], name="disclosure_latest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "register_number"], name="disclosure_number_unique"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, finished_by__isnull=True)
                | Q(finished_at__isnull=False, finished_by__isnull=False),
                name="disclosure_finished_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.register_number


class DisclosureRefusal(models.Model):
    """A decision not to give out documents, or parts of them (6 kap. 3 § OSL). Never changed."""

    request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="refusals"
    )
    decided_at = models.DateTimeField(_("decided"))
    decider = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    provision = models.CharField(_("provision"), max_length=200)
    reasons = models.TextField(_("reasons"))
    court = models.CharField(_("court of appeal"), max_length=100)
    documents = models.JSONField(default=list)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="refusals")

    class Meta:
        verbose_name = _("decision not to give out documents")
        verbose_name_plural = _("decisions not to give out documents")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reasons=""), name="refusal_has_reasons"),
            models.CheckConstraint(condition=~Q(provision=""), name="refusal_has_provision"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.decided_at:%Y-%m-%d}"


class DisclosureItem(models.Model):
    """One document that a request is about, and what the review of it came to.

    `left_out` are pairs of a part's key and the provision; `phrases` words that are left out
    wherever they stand. `rendition` is the document as it is given out when parts are left out.
    """

    request = models.ForeignKey(DisclosureRequest, on_delete=models.PROTECT, related_name="items")
    document = models.ForeignKey(CaseDocument, on_delete=models.PROTECT, related_name="disclosures")
    outcome = models.CharField(
        _("outcome"), max_length=8, choices=DisclosureOutcome.choices, blank=True
    )
    provision = models.CharField(_("provision"), max_length=200, blank=True)
    reasons = models.TextField(_("reasons"), blank=True)
    left_out = models.JSONField(default=list, blank=True)
    phrases = models.JSONField(default=list, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rendition = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="renditions"
    )
    refusal = models.ForeignKey(
        DisclosureRefusal, on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "document"], name="disclosureitem_once"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=DisclosureOutcome.values),
                name="disclosureitem_outcome_known",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=DisclosureOutcome.PART) | Q(rendition__isnull=False),
                name="disclosureitem_part_has_rendition",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=DisclosureOutcome.REFUSED) | ~Q(provision=""),
                name="disclosureitem_refused_has_provision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.document_id}"
