"""Making an edition: asking for it, and following the work."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Crumb, Progress
from portal.content import build_tag
from portal.forms import BuildForm
from portal.selectors.editions import builds_visible_to, programme_years
from portal.views.access import person_of
from portal.views.editions import edition_title, edition_url
from portal.views.labels import agency_name, day
from reporting.enums import BuildStage, BuildState
from reporting.models import EditionBuild
from reporting.services.editions import request_build

FINISHED = (BuildState.DONE, BuildState.FAILED)


@require_http_methods(["GET", "HEAD", "POST"])
def edition_build(request: HttpRequest) -> HttpResponseBase:
    """Ask for an edition; a worker makes it."""
    years = programme_years(request.user)
    form = BuildForm(request.POST if request.method == "POST" else None, years=years)
    if form.is_valid():
        agency, year = form.cleaned_data["programme_year"]
        build = request_build(
            agency=agency,
            year=year,
            cutoff=form.cleaned_data["cutoff"],
            requested_by=person_of(request),
        )
        return redirect("build-detail", pk=build.pk)
    context = {
        "crumbs": [
            Crumb(_("National reports"), reverse("edition-list")),
            Crumb(_("Make a new edition")),
        ],
        "form": form,
    }
    return render(request, "portal/edition_build.html", context)


@never_cache
@require_safe
def build_detail(request: HttpRequest, *, pk: int) -> HttpResponse:
    """How far the making of an edition has come; to htmx only the part that moves."""
    build = get_object_or_404(builds_visible_to(request.user), pk=pk)
    edition = build.edition
    context = {
        "crumbs": [
            Crumb(_("National reports"), reverse("edition-list")),
            Crumb(_("Making an edition")),
        ],
        "heading": _("The report of %(year)s is being made") % {"year": build.year}
        if build.state not in FINISHED
        else _("The report of %(year)s") % {"year": build.year},
        "lead": _("%(agency)s. Reports received up to and including %(day)s.")
        % {"agency": agency_name(build.agency), "day": day(build.cutoff)},
        "tag": build_tag(build.state),
        "progress": Progress(
            id="build-progress",
            label=_("Progress"),
            done=100 if build.state == BuildState.DONE else build.progress,
            total=100,
            text=BuildStage(build.stage).label,
        ),
        "finished": build.state in FINISHED,
        "error": build.error if build.state == BuildState.FAILED else "",
        "edition_url": edition_url(edition) if edition else "",
        "edition_title": edition_title(edition) if edition else "",
        "result": _("The edition is ready."),
        "texts_url": _texts_url(build),
    }
    template = "build_progress" if request.headers.get("HX-Request") else "build_detail"
    return render(request, f"portal/{template}.html", context)


def _texts_url(build: EditionBuild) -> str:
    """The texts of the year, with the figures of the build's own cut-off."""
    address = reverse("report-texts", args=[build.agency.code, build.year])
    return f"{address}?{urlencode({'cutoff': build.cutoff.isoformat()})}"
