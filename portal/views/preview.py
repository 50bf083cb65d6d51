"""A call as those will meet it who apply, judge and report, for the staff of its agency.

The pages are drawn by the code and the templates that draw the real ones, for a call that is being
made as for one that is published. Nothing is saved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import ValidationError

from applicants.selectors import agencies_for
from core.content import Crumb, Text
from grants.content.draft import SavedValue
from grants.definitions.changes import changes
from grants.models import Call
from grants.selectors import calls_visible_to
from grants.selectors.call_drafts import definition_of as definition_of_draft
from grants.selectors.call_drafts import drafts_visible_to
from portal.content import report_tag, status_tag
from portal.rules import LOOKS_AROUND
from portal.selectors.definitions import definition_of
from portal.selectors.previewing import Previewed, followed, sample_table
from portal.views.access import person_of
from portal.views.applying import task_sections
from portal.views.applying_parts import section_response
from portal.views.assessing import Assessing, form_context
from portal.views.call_differences import changes_table
from portal.views.calls import call_context, call_template
from portal.views.eligibility import eligibility_context
from portal.views.labels import agency_name, call_title, day, language
from portal.views.outcome import table_view
from portal.views.preview_pages import Preview, application_page, report_page, tried
from portal.views.reporting import report_summary, report_tasks
from portal.views.reporting_parts import section_response as report_section_response
from reviews.models import Assessment

CALL, CHECK, APPLY, ASSESS, REPORT, TABLES, CHANGES = (
    "sidan",
    "far-vi-soka",
    "ansokan",
    "bedomning",
    "redovisning",
    "tabeller",
    "skillnader",
)
NOON = time(12)


@dataclass(frozen=True)
class Looked:
    """What is looked at: the definition, where it stands, and its preview's addresses."""

    previewed: Previewed
    title: str
    crumbs: tuple[Crumb, ...]
    route: str
    values: tuple[object, ...]

    def url(self, part: str = "", section: str = "") -> str:
        """The address of the preview, of a part of it, or of a section of that."""
        steps = [each for each in (part, section) if each]
        name = self.route + ("", "-part", "-section")[len(steps)]
        return reverse(name, args=[*self.values, *steps])

    def preview(self, text: Text, part: str) -> Preview:
        """What stands above a page of the preview."""
        here = Crumb(_("Preview"), self.url())
        return Preview(
            title=self.title,
            text=text,
            url=self.url(),
            crumbs=(*self.crumbs, here, Crumb(str(PARTS[part].title), self.url(part))),
        )


def _call(request: HttpRequest, agency: str, code: str) -> Looked:
    """A published call. Raises Http404 for those who do not work at its agency."""
    agencies = agencies_for(person_of(request), LOOKS_AROUND)
    calls = calls_visible_to(request.user).filter(agency__in=agencies)
    call: Call = get_object_or_404(calls, agency__code=agency, code=code)
    title = call_title(call)
    page = Crumb(title, reverse("call-detail", args=[agency, code]))
    return Looked(
        Previewed(definition_of(call), call.agency, call),
        title,
        (Crumb(_("Calls"), reverse("call-list")), page),
        "call-preview",
        (agency, code),
    )


def _draft(request: HttpRequest, pk: int) -> Looked:
    """A call that is being made. Raises Http404 for those who do not make it, and
    pydantic.ValidationError while it cannot be a definition."""
    draft = get_object_or_404(drafts_visible_to(person_of(request)), pk=pk)
    definition = definition_of_draft(draft)
    title = definition.title.in_(language())
    return Looked(
        Previewed(definition, draft.agency),
        title,
        (
            Crumb(_("Make calls"), reverse("call-making")),
            Crumb(title, reverse("call-draft", args=[pk])),
        ),
        "call-draft-preview",
        (pk,),
    )


@dataclass(frozen=True)
class Part:
    """A page of the preview: for whom it is, and what draws it."""

    title: Text
    text: Text
    draw: Callable[[HttpRequest, Looked, str], HttpResponse]
    shown: Callable[[Previewed], bool]


def _overview(request: HttpRequest, looked: Looked) -> HttpResponse:
    parts = [
        (str(part.title), str(part.text), looked.url(slug))
        for slug, part in PARTS.items()
        if part.shown(looked.previewed)
    ]
    context = {
        "crumbs": [*looked.crumbs, Crumb(_("Preview"))],
        "call_title": looked.title,
        "agency": agency_name(looked.previewed.agency),
        "parts": parts,
        "missing": [
            str(part.title)
            for slug, part in PARTS.items()
            if slug != CHANGES and not part.shown(looked.previewed)
        ],
    }
    return render(request, "portal/preview/overview.html", context)


def _of_part(request: HttpRequest, looked: Looked, part: str, section: str = "") -> HttpResponse:
    found = PARTS.get(part)
    if found is None or not found.shown(looked.previewed):
        raise Http404
    return found.draw(request, looked, section)


def _whole(section: str) -> None:
    """Raises Http404 for a section of what has none."""
    if section:
        raise Http404


def _at(looked: Looked) -> datetime:
    """Noon of a day when the call can be applied for."""
    local = datetime.combine(looked.previewed.today, NOON, timezone.get_default_timezone())
    return local.astimezone(UTC)


def _call_page(request: HttpRequest, looked: Looked, section: str) -> HttpResponse:
    _whole(section)
    previewed = looked.previewed
    preview = looked.preview(_("So everybody will see the call while it is open."), CALL)
    context = call_context(previewed.call, _at(looked)) | {
        "preview": preview,
        "crumbs": preview.way(),
        "check_url": looked.url(CHECK) if PARTS[CHECK].shown(previewed) else "",
        "apply_url": looked.url(APPLY) if PARTS[APPLY].shown(previewed) else "",
    }
    return render(request, call_template(previewed.definition), context)


def _check(request: HttpRequest, looked: Looked, section: str) -> HttpResponse:
    _whole(section)
    form = looked.previewed.definition.application
    if form is None:
        raise Http404
    preview = looked.preview(_("So everybody can try whether they may apply."), CHECK)
    context = eligibility_context(request, looked.previewed.call, form, _at(looked)) | {
        "preview": preview,
        "crumbs": preview.way(),
        "check_url": looked.url(CHECK),
        "call_url": looked.url(CALL),
    }
    return render(request, "portal/call_eligibility.html", context)


def _application(request: HttpRequest, looked: Looked, section: str) -> HttpResponse:
    preview = looked.preview(
        _(
            "So applicants will see the form. Answer, and see which questions follow. Nothing is "
            "saved, and the organisation is made up."
        ),
        APPLY,
    )
    page = application_page(request, looked.previewed, preview, partial(looked.url, APPLY))
    if section:
        return section_response(page, page.section(section))
    context = page.context() | {
        "tag": status_tag(page.room.application.status),
        "lead": page.room.lead.name,
        "sections": page.tasks(task_sections(page)),
    }
    return render(request, "portal/apply/tasks.html", context)


def _assessment(request: HttpRequest, looked: Looked, section: str) -> HttpResponse:
    _whole(section)
    previewed = looked.previewed
    form = previewed.definition.assessment
    if form is None:
        raise Http404
    preview = looked.preview(
        _("So the case officer will see the form, with the guidance. Nothing is saved."), ASSESS
    )
    assessing = Assessing(
        application=previewed.application,
        form=form,
        forms=(),
        mine=Assessment(application=previewed.application, officer=person_of(request), number=1),
        values={},
        open=True,
    )
    said = tried(request, assessing.specs().get)
    values = {path: SavedValue(path, text) for path, text in said.texts.items()}
    context = form_context(request, replace(assessing, values=values), said.typed) | {
        "preview": preview,
        "crumbs": preview.way(),
        "section_url": request.path,
        "tasks_url": looked.url(),
    }
    return render(request, "portal/assess/assessment.html", context)


def _report(request: HttpRequest, looked: Looked, section: str) -> HttpResponse:
    preview = looked.preview(
        _(
            "So grantees will see the report. Answer, and see which questions follow. Nothing is "
            "saved, and the grant is made up."
        ),
        REPORT,
    )
    page = report_page(request, looked.previewed, preview, partial(looked.url, REPORT))
    if section:
        return report_section_response(page, page.section(section))
    report = page.room.report
    here = looked.url(REPORT)
    # Checking and sending in have no page of their own in a preview.
    tasks = [
        replace(each, tasks=tuple(task for task in each.tasks if task.url.startswith(here)))
        for each in report_tasks(page, blocks=True)
    ]
    context = page.context() | {
        "tag": report_tag(report.status),
        "due": day(report.due_on) if report.due_on else "",
        "summary": report_summary(page.room),
        "sections": [each for each in tasks if each.tasks],
    }
    return render(request, "portal/report/tasks.html", context)


def _tables(request: HttpRequest, looked: Looked, section: str) -> HttpResponse:
    _whole(section)
    definition, here = looked.previewed.definition, language()
    preview = looked.preview(
        _("So the outcome tables will look in the national report. All figures are made up."),
        TABLES,
    )
    context = {
        "preview": preview,
        "crumbs": preview.way(),
        "call_title": looked.title,
        "tables": [
            table_view(sample_table(definition, table, here)) for table in definition.tables
        ],
    }
    return render(request, "portal/preview/tables.html", context)


def _changes(request: HttpRequest, looked: Looked, section: str) -> HttpResponse:
    """What the call says otherwise than the one that it was copied from."""
    _whole(section)
    definition = looked.previewed.definition
    earlier = followed(definition)
    if earlier is None:
        raise Http404
    preview = looked.preview(
        _("What the call says otherwise than the one that it was copied from."), CHANGES
    )
    found = changes(earlier.document(), definition.document())
    title = earlier.title.in_(language())
    context = {
        "preview": preview,
        "crumbs": preview.way(),
        "call_title": looked.title,
        "earlier": f"{title} {earlier.year}",
        "table": changes_table(found, id_="changes", caption=_("What differs"), caption_hidden=True)
        if found
        else None,
    }
    return render(request, "portal/preview/changes.html", context)


def _has_form(previewed: Previewed) -> bool:
    return previewed.definition.application is not None


def _has_check(previewed: Previewed) -> bool:
    form = previewed.definition.application
    return form is not None and bool(form.eligibility)


def _always(previewed: Previewed) -> bool:
    return True


PARTS: Mapping[str, Part] = {
    CALL: Part(
        gettext_lazy("The call’s page"),
        gettext_lazy("What everybody reads before they apply."),
        _call_page,
        _always,
    ),
    CHECK: Part(
        gettext_lazy("May we apply?"),
        gettext_lazy("The check that everybody can make."),
        _check,
        _has_check,
    ),
    APPLY: Part(
        gettext_lazy("The application form"),
        gettext_lazy("The task list and each part, as applicants fill them in."),
        _application,
        _has_form,
    ),
    ASSESS: Part(
        gettext_lazy("The assessment form"),
        gettext_lazy("The questions and the guidance, as case officers have them."),
        _assessment,
        lambda previewed: previewed.definition.assessment is not None,
    ),
    REPORT: Part(
        gettext_lazy("The report questionnaire"),
        gettext_lazy("The task list and each part, as grantees fill them in."),
        _report,
        _always,
    ),
    TABLES: Part(
        gettext_lazy("The outcome tables"),
        gettext_lazy("The tables of the national report, with made-up figures."),
        _tables,
        lambda previewed: bool(previewed.definition.tables),
    ),
    CHANGES: Part(
        gettext_lazy("What differs from the call before"),
        gettext_lazy("Everything that says something else, with its place."),
        _changes,
        lambda previewed: previewed.definition.follows is not None,
    ),
}
"""What there is to look at, by its address."""


@never_cache
@require_safe
def call_preview(request: HttpRequest, *, agency: str, code: str) -> HttpResponse:
    """What there is to look at of a published call."""
    return _overview(request, _call(request, agency, code))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def call_preview_part(
    request: HttpRequest, *, agency: str, code: str, part: str, section: str = ""
) -> HttpResponse:
    """A page of a published call's preview. A POST draws it with what was tried."""
    return _of_part(request, _call(request, agency, code), part, section)


@never_cache
@require_safe
def draft_preview(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What there is to look at of a call that is being made."""
    looked = _draft_or_none(request, pk)
    return _incomplete(request, pk) if looked is None else _overview(request, looked)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draft_preview_part(
    request: HttpRequest, *, pk: int, part: str, section: str = ""
) -> HttpResponse:
    """A page of the preview of a call that is being made. A POST draws it with what was tried."""
    looked = _draft_or_none(request, pk)
    if looked is None:
        return redirect("call-draft-preview", pk=pk)
    return _of_part(request, looked, part, section)


def _draft_or_none(request: HttpRequest, pk: int) -> Looked | None:
    try:
        return _draft(request, pk)
    except ValidationError:
        return None


def _incomplete(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft cannot be looked at before it can be a definition."""
    url = reverse("call-draft", args=[pk])
    crumbs = [
        Crumb(_("Make calls"), reverse("call-making")),
        Crumb(_("The call"), url),
        Crumb(_("Preview")),
    ]
    context = {"crumbs": crumbs, "tasks_url": url}
    return render(request, "portal/preview/incomplete.html", context)
