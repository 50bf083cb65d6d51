"""Filtering and ordering the requests to represent organisations."""

from collections.abc import Mapping

from django.db.models import Case, IntegerField, QuerySet, Value, When

from applicants.enums import RequestState
from applicants.models import RepresentationRequest

from .paging import Key, moment, text, whole

REQUEST_KEYS: Mapping[str, tuple[Key, ...]] = {
    "queue": (Key("queue", whole), Key("sent_at", moment)),
    "sent": (Key("sent_at", moment),),
    "organisation": (Key("organisation__sort_key", text),),
}


def requests_found(
    requests: QuerySet[RepresentationRequest], chosen: Mapping[str, str]
) -> QuerySet[RepresentationRequest]:
    """The requests that the filter asks for; in the queue those that wait come first."""
    waits = When(state=RequestState.WAITING, then=Value(0))
    requests = requests.annotate(queue=Case(waits, default=Value(1), output_field=IntegerField()))
    if words := chosen.get("q"):
        requests = requests.filter(organisation__sort_key__contains=words.casefold())
    if state := chosen.get("state"):
        requests = requests.filter(state=state)
    return requests
