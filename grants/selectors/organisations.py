"""Reading organisations through the cases they take part in."""

from typing import Any

from django.db.models import QuerySet

from applicants.models import Organisation
from grants.models import Application, Participation

from .cases import applications_visible_to


def organisations_visible_to(user: Any) -> QuerySet[Organisation]:
    """The organisations that take part in the cases that the person may see, with county."""
    return partnered_organisations(applications_visible_to(user)).select_related(
        "county", "municipality"
    )


def partnered_organisations(applications: QuerySet[Application]) -> QuerySet[Organisation]:
    """The organisations that take part in any of the cases, as lead or as partner."""
    part = Participation.objects.filter(application__in=applications.order_by().values("pk"))
    return Organisation.objects.filter(pk__in=part.values("organisation"))
