"""Pages about the service itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from grants.selectors import calls_visible_to
from portal.selectors.calls import coming_on, open_on
from portal.selectors.definitions import parse_definitions
from portal.views.calls import call_card
from portal.views.countdown import left_texts
from portal.views.editions import latest_edition_card


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """What the service is, what is open, and the latest national report."""
    now = timezone.now()
    today = timezone.localdate(now)
    calls = list(calls_visible_to(request.user))
    parse_definitions(calls)
    context = {
        "open_calls": [call_card(call, now) for call in open_on(calls, today)],
        "coming_calls": [call_card(call, now) for call in coming_on(calls, today)],
        "left_texts": left_texts(),
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
