"""Reading official notes."""

from django.db.models import QuerySet

from grants.models import Application
from reviews.models import Note


def notes_of(application: Application) -> QuerySet[Note]:
    """The notes of the case, the latest first."""
    return Note.objects.filter(application=application).select_related("written_by").order_by("-pk")
