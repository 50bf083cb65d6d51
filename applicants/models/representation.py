"""Asking to represent an organisation, and inviting colleagues to it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from applicants.enums import RequestState, Signing
from core.models import Agency, StoredFile

from .organisations import Organisation
from .people import User

DECIDED = (RequestState.APPROVED, RequestState.REFUSED)
OPEN = (RequestState.DRAFT, RequestState.WAITING)


class RepresentationRequest(models.Model):
    """A person asks to act for an organisation, with evidence; an officer answers.

    `agency` is whose officers answer. `roles` are codes of `OrganisationRole`; `ends_on` is the
    last day of the mandates asked for (Swedish date, inclusive). Times are UTC.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="representation_requests")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="representation_requests"
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="representation_requests"
    )
    roles = models.JSONField(_("roles"), default=list)
    signing = models.CharField(_("signs"), max_length=10, choices=Signing.choices, blank=True)
    ends_on = models.DateField(_("until and including"), null=True, blank=True)
    message = models.TextField(_("message"), blank=True)
    evidence: "models.ManyToManyField[StoredFile, Evidence]" = models.ManyToManyField(
        StoredFile, through="Evidence", related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=RequestState.choices, default=RequestState.DRAFT
    )
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    decided_at = models.DateTimeField(_("answered"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("request to represent")
        verbose_name_plural = _("requests to represent")
        indexes: ClassVar = [
            models.Index(fields=["agency", "state", "sent_at"], name="representation_waiting")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="representation_state_known"
            ),
            models.CheckConstraint(
                condition=Q(signing="") | Q(signing__in=Signing.values),
                name="representation_signing_known",
            ),
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(state__in=OPEN),
                name="representation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_at__isnull=False, decided_by__isnull=False)
                | (~Q(state__in=DECIDED) & Q(decided_at__isnull=True, decided_by__isnull=True)),
                name="representation_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.REFUSED) | ~Q(reason=""),
                name="representation_refused_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.DRAFT, sent_at__isnull=True)
                | Q(state=RequestState.WITHDRAWN)
                | (
                    ~Q(state__in=[RequestState.DRAFT, RequestState.WITHDRAWN])
                    & Q(sent_at__isnull=False)
                ),
                name="representation_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"


class Evidence(models.Model):
    """A file that shows that the person may represent the organisation: statutes, minutes, a
    delegation."""

    request = models.ForeignKey(
        RepresentationRequest, on_delete=models.PROTECT, related_name="evidence_rows"
    )
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.file)


class Invitation(models.Model):
    """An invitation to act for an organisation, for the one who has its e-mail address.

    The secret of its link is not kept, only that secret's SHA-256. It can be taken once, before
    `expires_at` (UTC), by an account whose verified address is `email` (lower case). `ends_on`
    is the last day of the mandates it gives (Swedish date, inclusive).
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField(_("e-mail address"))
    roles = models.JSONField(_("roles"), default=list)
    signing = models.CharField(_("signs"), max_length=10, choices=Signing.choices, blank=True)
    ends_on = models.DateField(_("until and including"), null=True, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("can be taken until"))
    accepted_at = models.DateTimeField(_("taken"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="invitation_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(signing="") | Q(signing__in=Signing.values),
                name="invitation_signing_known",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(
                    accepted_at__isnull=False,
                    accepted_by__isnull=False,
                    withdrawn_at__isnull=True,
                ),
                name="invitation_taken_or_withdrawn",
            ),
            models.UniqueConstraint(
                Lower("email"),
                "organisation",
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.organisation}"
