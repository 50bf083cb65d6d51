"""The project's addresses, and three of the benchmark's own: a yardstick, a
transition, and the way back."""

from datetime import timedelta

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import include, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applicants.models import User
from applicants.rules import remember_work
from grants.enums import Status
from grants.selectors import own_applications, visible_application
from grants.services.handling import lapse_completion, request_completion
from grants.services.submission import take_back_application


@require_safe
def bare(request: HttpRequest) -> HttpResponse:
    """One trivial query and a line of text: what the same server cannot do faster."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return HttpResponse("1")


@require_POST
def transition(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a completion, or go on without it, by the services: a case goes to and fro."""
    if not isinstance(request.user, User):
        raise Http404
    remember_work(request.user)
    application = visible_application(request.user, pk)
    if application is None:
        raise Http404
    if application.status == Status.SUBMITTED:
        request_completion(
            application=application,
            actor=request.user,
            fields=["requested_sek"],
            due=timezone.localdate() + timedelta(days=14),
            message="Beloppet stämmer inte med budgeten.",
        )
    else:
        lapse_completion(application=application, actor=request.user)
    return HttpResponseRedirect(reverse("application-detail", args=[pk]))


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft of what was sent in, so that it can be sent in again."""
    if not isinstance(request.user, User):
        raise Http404
    application = get_object_or_404(own_applications(request.user), pk=pk)
    take_back_application(application=application, actor=request.user)
    return HttpResponseRedirect(reverse("my-pages"))


urlpatterns = [
    path("bench/take-back/<int:pk>/", take_back),
    path("bench/bare/", bare),
    path("bench/transition/<int:pk>/", transition),
    path("", include("config.urls")),
]
