"""Communication (kommunicering, 25 § förvaltningslagen): what speaks against an applicant and did
not come from it goes to it, with time to answer, before it is decided against."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation, User
from core.models import StoredFile
from grants.enums import Status
from grants.models import Application
from reviews.enums import NotCommunicated, SourceKind


class Communication(models.Model):
    """Material sent to organisations of a case. `due` is a Swedish date, inclusive. `sent_in` is
    the case's status then: what is sent while a grant is in force is about revoking or claiming.
    Never changed."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="communications"
    )
    text = models.TextField(_("what it is about"))
    due = models.DateField(_("last day to answer"))
    sent_in = models.CharField(max_length=24, choices=Status.choices)
    sent_at = models.DateTimeField(_("sent"))
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organisations = models.ManyToManyField(Organisation, related_name="+")

    class Meta:
        verbose_name = _("communication")
        verbose_name_plural = _("communications")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="communication_text"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.due}"


class CommunicatedSource(models.Model):
    """One thing of what was sent, as it read then. `key` names the record that it is, such as
    `opinion:12`; "" is none. Never changed."""

    communication = models.ForeignKey(
        Communication, on_delete=models.PROTECT, related_name="sources"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=SourceKind.choices)
    key = models.CharField(max_length=80, blank=True)
    title = models.CharField(_("source"), max_length=250)
    text = models.TextField(_("what it says"), blank=True)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("communicated material")
        verbose_name_plural = _("communicated material")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["communication", "key"],
                condition=~Q(key=""),
                name="communicatedsource_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SourceKind.values), name="communicatedsource_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(text="") | Q(file__isnull=False),
                name="communicatedsource_says_something",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CommunicationReading(models.Model):
    """When anybody of an organisation first opened what was sent to it."""

    communication = models.ForeignKey(
        Communication, on_delete=models.CASCADE, related_name="readings"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(_("read"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["communication", "organisation"], name="communicationreading_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.communication_id} {self.organisation_id}"


class CommunicationAnswer(models.Model):
    """An organisation's answer to what was sent to it; `late` came after the day. Never
    changed."""

    communication = models.ForeignKey(
        Communication, on_delete=models.PROTECT, related_name="answers"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(_("answer"), blank=True)
    no_comment = models.BooleanField(default=False)
    received_at = models.DateTimeField(_("received"))
    late = models.BooleanField(_("late"))
    files = models.ManyToManyField(StoredFile, related_name="communication_answers")

    class Meta:
        verbose_name = _("answer to what was communicated")
        verbose_name_plural = _("answers to what was communicated")

    def __str__(self) -> str:
        return f"{self.communication_id} {self.organisation_id}"


class NotCommunicating(models.Model):
    """That material (`keys`) is not communicated, and why: that it is obviously not needed, or an
    exception of 25 § förvaltningslagen. Never changed; what comes later is not covered."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="not_communicating"
    )
    ground = models.CharField(_("ground"), max_length=10, choices=NotCommunicated.choices)
    reason = models.TextField(_("reason"))
    keys = models.JSONField(default=list)
    noted_at = models.DateTimeField(_("noted"))
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("note on communication")
        verbose_name_plural = _("notes on communication")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ground__in=NotCommunicated.values), name="notcommunicating_ground_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="notcommunicating_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.ground}"
