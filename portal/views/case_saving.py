"""Saving what officers write in a case, a field at a time, with its earlier versions."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.content import Crumb, Text
from grants.content.draft import SavedValue
from grants.content.fields import FieldSpec, spec_of_question
from grants.models import Application
from grants.services.moving import UnknownField
from portal.views.access import person_of
from portal.views.applying_fields import Typed, shown_text, when_text
from portal.views.applying_saving import denied_text, gone_text
from portal.views.applying_sections import field_id
from portal.views.case_papers import officers_crumbs, received_case
from portal.views.declaring import declared_or_redirect
from portal.views.labels import language
from portal.views.saving import (
    Refusal,
    Refusals,
    Save,
    clean,
    field_answer,
    number_in,
    page_of,
    saved_or_typed,
)
from reviews.checks import ReviewRefused
from reviews.content.findings import ASSESSMENT, FINDING, finding_specs
from reviews.selectors.assessment import assessments_of, form_of
from reviews.selectors.writing import work_history
from reviews.services import save_work


def closed_text() -> str:
    """That what is written in the case cannot be changed now."""
    return _(
        "This cannot be changed now: the case is not being handled, or the form has been said to "
        "be done. What you have written is still here, so that you can copy it."
    )


REFUSALS: Refusals = {
    PermissionDenied: Refusal(403, "denied", denied_text),
    ReviewRefused: Refusal(423, "locked", closed_text),
    UnknownField: Refusal(410, "gone", gone_text),
}


def saver(request: HttpRequest, application: Application) -> Save:
    """Saves fields of the case for the one who asks, from the page in the request."""

    def save(path: str, text: str, base: int) -> SavedValue:
        return save_work(
            application=application,
            path=path,
            text=text,
            base=base,
            actor=person_of(request),
            page=page_of(request),
            language=language(),
        )

    return save


def autosave_context(
    request: HttpRequest, application: Application, section: str
) -> dict[str, Any]:
    """What the form that saves as one types is drawn with."""
    return {
        "page_token": secrets.token_urlsafe(18),
        "save_url": reverse("case-field-save", args=[application.pk]),
        "section_url": request.path,
        "login_url": reverse("account_login"),
        "reader": str(person_of(request).pseudonym),
        "store_key": f"case:{application.pk}",
        "section_slug": section,
    }


@never_cache
@require_POST
def case_field_save(request: HttpRequest, *, pk: int) -> JsonResponse:
    """Save one field; the answer says what is there now, or why it was not saved."""
    application = received_case(request, pk)
    return field_answer(request, saver(request, application), REFUSALS, str(person_of(request)))


def history_addresses(application: Application, paths: Mapping[str, object]) -> dict[str, str]:
    """Where the fields' versions are."""
    page = reverse("case-field-history", args=[application.pk])
    return {path: f"{page}?falt={path}" for path in paths}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_field_history(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Every version of a field, and a way to bring one back."""
    application = received_case(request, pk)
    elsewhere = declared_or_redirect(request, application)
    if elsewhere is not None:
        return elsewhere
    path = clean(request.GET.get("falt", ""))
    found = _field(request, application, path)
    if found is None:
        raise Http404
    spec, title, page, writable = found
    versions = work_history(application, path)
    back = f"{reverse(page, args=[pk])}#{field_id(path)}"
    if request.method == "POST":
        wanted = number_in(request.POST.get("version", ""))
        version = next((each for each in versions if each.number == wanted), None)
        if version is None:
            raise Http404
        base = number_in(request.POST.get("base", ""))
        outcome = saved_or_typed(saver(request, application), path, version.text, base, REFUSALS)
        if isinstance(outcome, Typed):
            messages.error(
                request,
                outcome.error or _("The text was changed just now. Look at the newest version."),
            )
            return redirect(request.get_full_path())
        messages.success(request, _("The earlier text has been brought back."))
        return redirect(back)
    context = {
        "title": title,
        "crumbs": officers_crumbs(application, Crumb(_("Earlier versions"))),
        "versions": [
            {
                "number": each.number,
                "when": when_text(each.saved_at) if each.saved_at else "",
                "who": each.saved_by,
                "text": shown_text(spec, each.text),
                "current": each is versions[0],
            }
            for each in versions
        ],
        "base": versions[0].number if versions else 0,
        "editable": writable,
        "back": back,
    }
    return render(request, "portal/apply/history.html", context)


def _field(
    request: HttpRequest, application: Application, path: str
) -> tuple[FieldSpec, Text, str, bool] | None:
    """The field with its title, the page it stands on, and whether it can be written."""
    definition, here = application.definition, language()
    match path.split("."):
        case [kind, code, at, _name] if kind == FINDING and at.isdecimal():
            requirement = definition.requirement(code)
            files = application.attachments.values_list("pk", "file__name")
            specs = finding_specs(code, int(at), files)
            spec = next((each for each in specs if each.path == path), None)
            if requirement is None or spec is None:
                return None
            title = f"{requirement.title.in_(here)}: {spec.label}"
            return spec, title, "case-findings", True
        case [kind, number, key] if kind == ASSESSMENT and number.isdecimal():
            form = definition.assessment
            question = None if form is None else form.questionnaire.question("", key)
            if form is None or question is None:
                return None
            mine = form_of(form, assessments_of(application), person_of(request))
            if mine is None or mine.number != int(number):
                return None
            spec = spec_of_question(question, path, here)
            return spec, spec.label, "case-assessment", mine.done_at is None
    return None
