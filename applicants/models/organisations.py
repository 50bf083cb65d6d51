"""Organisations, as they are and as they were in a year's register."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.enums import GiroKind, OrganisationKind, OrganisationRole, Signing
from core.models import Agency, County, Municipality, SortKeyField

from .people import User


class Organisation(models.Model):
    """A legal entity, or a unit of one (förvaltning, stadsdel) that applies by itself.

    `org_no` is written `NNNNNN-NNNN`; it is empty only for a small association that has none.
    `verified_on` is the Swedish date when an officer found that it is what it says;
    `registered_by` the applicant who entered it, where it was not the agency. Address, contact
    and giro number are for the organisation's own people and for staff. `merged_into` is the
    organisation that has absorbed it, from `merged_on` (Swedish date): it does no more itself.
    """

    org_no = models.CharField(_("organisation number"), max_length=11, blank=True)
    unit = models.CharField(_("unit"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=300)
    sort_key = SortKeyField(max_length=650, editable=False)
    kind = models.CharField(_("kind"), max_length=24, choices=OrganisationKind.choices)
    county = models.ForeignKey(
        County, on_delete=models.PROTECT, related_name="organisations", verbose_name=_("county")
    )
    municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("municipality"),
    )
    street = models.CharField(_("postal address"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=6, blank=True)
    city = models.CharField(_("town"), max_length=100, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=200, blank=True)
    contact_email = models.EmailField(_("contact person’s e-mail address"), blank=True)
    contact_phone = models.CharField(_("contact person’s telephone"), max_length=30, blank=True)
    giro_kind = models.CharField(
        _("kind of giro"), max_length=10, choices=GiroKind.choices, blank=True
    )
    giro_number = models.CharField(_("giro number"), max_length=9, blank=True)
    verified_on = models.DateField(_("verified"), null=True, blank=True)
    registered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="absorbed"
    )
    merged_on = models.DateField(_("merged"), null=True, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        indexes: ClassVar = [models.Index(fields=["sort_key", "id"], name="organisation_sort")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org_no", "unit"], condition=~Q(org_no=""), name="organisation_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(org_no="") | Q(org_no__regex=r"^[0-9]{6}-[0-9]{4}$"),
                name="organisation_number_form",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_named"),
            models.CheckConstraint(
                condition=Q(giro_kind="", giro_number="")
                | Q(giro_kind=GiroKind.BANKGIRO, giro_number__regex=r"^[0-9]{3,4}-[0-9]{4}$")
                | Q(giro_kind=GiroKind.PLUSGIRO, giro_number__regex=r"^[0-9]{1,7}-[0-9]$"),
                name="organisation_giro_form",
            ),
            models.CheckConstraint(
                condition=Q(postal_code="") | Q(postal_code__regex=r"^[1-9][0-9]{2} [0-9]{2}$"),
                name="organisation_postal_code_form",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, merged_on__isnull=True)
                | (Q(merged_into__isnull=False, merged_on__isnull=False) & ~Q(merged_into=F("id"))),
                name="organisation_merged_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationEntry(models.Model):
    """An organisation as it was in one agency's register of one year.

    Names, kinds and borders change; what was said of a year keeps what held then. `key` is the
    organisation's key in that register.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    key = models.CharField(max_length=100)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="entries")
    name = models.CharField(_("name"), max_length=300)
    sort_key = SortKeyField(max_length=650, editable=False)
    kind = models.CharField(_("kind"), max_length=24, choices=OrganisationKind.choices)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "year", "key"], name="entry_key_unique"),
            models.UniqueConstraint(
                fields=["agency", "year", "organisation"], name="entry_organisation_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.year})"


class Mandate(models.Model):
    """A person's right to act for an organisation, until `ends_on` (inclusive) if it ends.

    `ended_at` is when it was taken back, left or replaced by another (UTC): it holds no more
    from then, whatever its dates say. Rows are never removed: they are the history of who could
    act. `signing` is set for signatories, and only for them.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mandates")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mandates"
    )
    role = models.CharField(_("role"), max_length=16, choices=OrganisationRole.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until and including"), null=True, blank=True)
    signing = models.CharField(_("signs"), max_length=10, choices=Signing.choices, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "role"], name="mandate_organisation")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ended_at__isnull=True),
                name="mandate_unique",
            ),
            models.CheckConstraint(
                condition=Q(role=OrganisationRole.SIGNATORY, signing__in=Signing.values)
                | (~Q(role=OrganisationRole.SIGNATORY) & Q(signing="")),
                name="mandate_signing_of_signatories",
            ),
            models.CheckConstraint(
                condition=Q(role__in=OrganisationRole.values), name="mandate_role_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="mandate_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"
