"""The way from a case to its neighbours in the list that it was opened from."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import RequestContext
from django.urls import reverse

from grants.models import Application, DelayRequest
from grants.services.delay import UNDECIDED

register = template.Library()


@register.inclusion_tag("components/case_neighbours.html", takes_context=True)
def case_neighbours(context: RequestContext, application: Application) -> dict[str, Any]:
    """The addresses of the list, and of the case before and after in it, where the page was
    opened from a list; nothing else. It asks nothing of the database."""
    request = context.get("request")
    query = request.GET.get("list", "")[:2000] if request is not None else ""
    if not query:
        return {"list_url": ""}

    def neighbour(way: str) -> str:
        address = reverse("worklist-neighbour", args=[application.pk, way])
        return f"{address}?{urlencode({'list': query})}"

    return {
        "list_url": f"{reverse('worklist')}?{query}",
        "previous_url": neighbour("previous"),
        "next_url": neighbour("next"),
    }


@register.inclusion_tag("components/delay_notice.html")
def delay_notice(application: Application) -> dict[str, Any]:
    """That the party has asked for a decision, and by when it is to be answered; nothing where
    it has not, or where it is answered. The case comes with its `delay_request`."""
    asked: DelayRequest | None = getattr(application, "delay_request", None)
    if asked is None or asked.refused_at is not None or application.status not in UNDECIDED:
        return {"due_on": None}
    return {"due_on": asked.due_on, "url": reverse("delay-answer", args=[application.pk])}
