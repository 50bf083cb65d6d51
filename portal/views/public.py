"""Pages about the service itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from grants.selectors import calls_visible_to
from portal.selectors.calls import coming_on, open_on
from portal.views.calls import call_card
from portal.views.editions import latest_edition_card


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """What the service is, what is open, and the latest national report."""
    today = timezone.localdate()
    calls = list(calls_visible_to(request.user))
    context = {
        "open_calls": [call_card(call, today) for call in open_on(calls, today)],
        "coming_calls": [call_card(call, today) for call in coming_on(calls, today)],
        "latest": latest_edition_card(request),
    }
    return render(request, "portal/front_page.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the service is for, and what its data are."""
    return render(request, "portal/about.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement (lagen om tillgänglighet till digital offentlig service,
    2018:1937), with the way to complain."""
    return render(request, "portal/accessibility.html")
