"""Choices of the applicants room."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    """What a legal entity, or a unit of one, is."""

    MUNICIPALITY = "municipality", _("Municipality")
    CITY_DISTRICT = "city_district", _("City district")
    MUNICIPAL_ASSOCIATION = "municipal_association", _("Municipal association")
    REGION = "region", _("Region")
    ASSOCIATION = "association", _("Association")
    FOUNDATION = "foundation", _("Foundation")
    FAITH_COMMUNITY = "faith_community", _("Faith community")


class Role(TextChoices):
    """What a member of an agency's staff, or of a county board, works as."""

    CASE_OFFICER = "case_officer", _("Case officer")
    DECISION_MAKER = "decision_maker", _("Decision maker")
    REGISTRAR = "registrar", _("Registrar")
    CONTROLLER = "controller", _("Controller")
    ANALYST = "analyst", _("Analyst")
    COUNTY_BOARD = "county_board", _("County administrative board")
    ADMINISTRATOR = "administrator", _("Administrator")


class OrganisationRole(TextChoices):
    """What a person may do for an organisation."""

    ADMINISTRATOR = "administrator", _("Administrator")
    WRITER = "writer", _("Writer")
    SIGNATORY = "signatory", _("Signatory")
    READER = "reader", _("Reader")


class Signing(TextChoices):
    """How a signatory signs; other roles sign nothing and have an empty code."""

    SOLE = "sole", _("Alone")
    JOINTLY = "jointly", _("Two jointly")


class GiroKind(TextChoices):
    """Where an organisation takes money; empty while it is not known."""

    BANKGIRO = "bankgiro", _("Bankgiro")
    PLUSGIRO = "plusgiro", _("Plusgiro")


class RequestState(TextChoices):
    """How far a request to represent an organisation has come."""

    DRAFT = "draft", _("Not sent")
    WAITING = "waiting", _("Waits for an answer")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")
