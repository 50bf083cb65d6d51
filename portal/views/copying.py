"""Beginning from an earlier application."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.content import Crumb
from grants.services.copying import copy_application
from portal.selectors.definitions import definition_of
from portal.selectors.writing import call_to_apply_in, earlier_applications, written_for
from portal.services.prefill import fill_in_what_is_known
from portal.views.access import person_of
from portal.views.countdown import CallState, call_state
from portal.views.labels import call_title, day, language, money
from portal.views.partners import GET_AND_POST
from portal.views.saving import number_in


@require_http_methods(GET_AND_POST)
def application_copy(request: HttpRequest, *, agency: str, code: str) -> HttpResponse:
    """Choose an earlier application to begin from; a POST begins it, and shows what the call
    has changed."""
    user = person_of(request)
    call = call_to_apply_in(agency, code)
    if call is None or definition_of(call).application is None:
        raise Http404
    wanted = request.GET.get("organisation", "")
    own = [each for each in written_for(user) if wanted in ("", str(each.pk))]
    earlier = earlier_applications(call, own)
    begins = call_state(call, timezone.localdate()) is not CallState.COMING
    title = call_title(call)
    if request.method == "POST" and begins:
        chosen = request.POST.get("source", "")
        source = get_object_or_404(earlier, pk=number_in(chosen))
        try:
            copied = copy_application(source=source, call=call, actor=user, language=language())
        except PermissionDenied:
            raise Http404 from None
        fill_in_what_is_known(application=copied.application)
        messages.success(request, _("The application is begun from the earlier one."))
        if not copied.left_out and not copied.new:
            return redirect("application-tasks", pk=copied.application.pk)
        context = {
            "application": copied.application,
            "call_title": title,
            "left_out": copied.left_out,
            "new": copied.new,
        }
        return render(request, "portal/apply/copied.html", context)
    context = {
        "crumbs": [Crumb(title), Crumb(_("Begin from an earlier application"))],
        "call": call,
        "call_title": title,
        "begins": begins,
        "earlier": [
            {
                "application": each,
                "title": call_title(each.call),
                "requested": money(each.requested_sek),
                "received": day(each.received_at),
            }
            for each in earlier
        ],
    }
    return render(request, "portal/apply/copy.html", context)
