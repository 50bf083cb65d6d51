"""A file of reports as data: following how it is made, and fetching it."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.content import Crumb, Progress, SummaryRow
from portal.content import package_tag
from portal.views.files import size_text
from portal.views.labels import call_title, day, moment
from reporting.enums import BuildState, DataFormat, PackageStage
from reporting.models import ReportPackage
from reporting.selectors.packages import (
    is_overtaken,
    kept_until,
    package_path,
    packages_visible_to,
)

FINISHED = (BuildState.DONE, BuildState.FAILED)


@never_cache
@require_safe
def report_package(request: HttpRequest, *, pk: int) -> HttpResponse:
    """How far the file has come; to htmx only the part that moves."""
    package = get_object_or_404(packages_visible_to(request.user), pk=pk)
    done = package.state == BuildState.DONE
    there = package_path(package) is not None
    context = {
        "crumbs": [
            Crumb(_("National reports"), reverse("edition-list")),
            Crumb(_("Reports as data"), reverse("report-data")),
            Crumb(_("File")),
        ],
        "heading": _("The reports as a file"),
        "lead": call_title(package.call),
        "tag": package_tag(package.state, removed=package.removed_at is not None),
        "progress": Progress(
            id="package-progress",
            label=_("Progress"),
            done=100 if done else package.progress,
            total=100,
            text=PackageStage(package.stage).label,
        ),
        "finished": package.state in FINISHED,
        "error": package.error if package.state == BuildState.FAILED else "",
        "file_url": reverse("report-package-file", args=[package.pk]) if there else "",
        "gone": _gone(package) if done and not there else "",
        "summary": _summary(package),
    }
    template = "report_package_progress" if request.headers.get("HX-Request") else "report_package"
    return render(request, f"portal/{template}.html", context)


def _gone(package: ReportPackage) -> str:
    if is_overtaken(package) and package.removed_at is None:
        return _(
            "You have declared a conflict of interest since the file was made, and it may have "
            "that case in it. Ask for the file again."
        )
    if package.removed_at is None:
        return _("The file is no longer there.")
    return _("The file was removed %(day)s.") % {"day": day(package.removed_at)}


def _summary(package: ReportPackage) -> list[SummaryRow]:
    words = _("With what is written in free words, for work inside the agency")
    rows = [
        SummaryRow(_("File"), DataFormat(package.kind).label),
        SummaryRow(_("Free words"), words if package.texts else _("Left out")),
        SummaryRow(pgettext("file of data", "Asked for"), moment(package.requested_at)),
    ]
    if package.state == BuildState.DONE:
        rows += [
            SummaryRow(_("Size"), size_text(package.size)),
            SummaryRow(_("Checksum (SHA-256)"), package.sha256),
        ]
        if package.removed_at is None and not is_overtaken(package):
            rows.append(SummaryRow(_("Can be fetched until"), moment(kept_until(package))))
    return rows


@require_safe
def report_package_file(request: HttpRequest, *, pk: int) -> HttpResponseBase:
    """The file, once it is made and until it is removed; its name says what is in it."""
    package = get_object_or_404(packages_visible_to(request.user), pk=pk)
    path = package_path(package)
    if path is None:
        raise Http404
    try:
        content = path.open("rb")
    except FileNotFoundError as error:  # removed since
        raise Http404 from error
    kind = DataFormat(package.kind)
    inside = "-intern" if package.texts else ""
    response = FileResponse(
        content,
        as_attachment=True,
        filename=f"redovisningar-{package.call.code}{inside}.{kind.suffix}",
        content_type=kind.media_type,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
