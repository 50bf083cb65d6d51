"""Checking a case's costs, budget line by budget line."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from grants.content.draft import SavedValue
from grants.models import Application
from portal.views.access import person_of
from portal.views.cost_page import REFUSALS, CostPage, found_case
from portal.views.declaring import declared_or_redirect, read_case
from portal.views.labels import language
from portal.views.saving import (
    Posted,
    Save,
    field_answer,
    number_in,
    page_of,
    save_page,
    saved_message,
)
from reviews.checks import ReviewRefused
from reviews.selectors.writing import earlier_work
from reviews.services import approve_rest, begin_texts, refuse_failing, save_cost_field


def _saver(request: HttpRequest, application: Application) -> Save:
    def save(path: str, text: str, base: int) -> SavedValue:
        return save_cost_field(
            application=application,
            path=path,
            text=text,
            base=base,
            actor=person_of(request),
            page=page_of(request),
            language=language(),
        )

    return save


@never_cache
@require_POST
def costs_save(request: HttpRequest, *, pk: int) -> JsonResponse:
    """Save one field of the check; the answer says what is there now, or why it was not saved."""
    application = read_case(request, pk)
    return field_answer(request, _saver(request, application), REFUSALS, str(person_of(request)))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_costs(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Check the costs of a case."""
    application = found_case(request, pk)
    if away := declared_or_redirect(request, application):
        return away
    page = CostPage(request, application)
    if request.method == "POST":
        posted = _save_posted(request, page)
        if posted.typed:
            again = CostPage(request, found_case(request, pk), posted.typed)
            return render(request, "portal/costs/check.html", again.context(), status=422)
        _do(request, application)
        return redirect("case-costs", pk=pk)
    return render(request, "portal/costs/check.html", page.context())


def _save_posted(request: HttpRequest, page: CostPage) -> Posted:
    """Save what was changed in the page, and begin the texts of lines that have a reason."""
    application = page.application
    posted = save_page(
        request,
        spec_of=page.spec,
        value_of=page.value,
        earlier=lambda moved: earlier_work(application, moved.items()),
        save=_saver(request, application),
        refusals=REFUSALS,
    )
    saved_message(request, posted)
    if posted.saved and not posted.typed and page.editable:
        numbers = {
            line.number
            for line in page.check.lines
            if request.POST.get(f"v:line.{line.number}.reason")
            and not request.POST.get(f"v:line.{line.number}.text", "").strip()
        }
        if numbers:
            begin_texts(application=application, actor=person_of(request), numbers=numbers)
    return posted


def _do(request: HttpRequest, application: Application) -> None:
    what, _colon, about = request.POST.get("do", "").partition(":")
    actor = person_of(request)
    try:
        if what == "rest":
            done, left = approve_rest(application=application, actor=actor)
            messages.success(request, _approved_text(done, left))
        elif what == "refuse":
            number = refuse_failing(
                application=application, organisation=number_in(about), actor=actor
            )
            text = ngettext(
                "Nothing is approved of %(number)d line.",
                "Nothing is approved of %(number)d lines.",
                number,
            )
            messages.success(request, text % {"number": number})
    except (PermissionDenied, ReviewRefused):
        messages.error(request, _("That cannot be done now: the case or a finding has changed."))


def _approved_text(done: int, left: int) -> str:
    text = ngettext(
        "%(number)d line is approved in full.", "%(number)d lines are approved in full.", done
    ) % {"number": done}
    if not left:
        return text
    rest = ngettext(
        "%(number)d line is left for you to look at: it is not payable, or its organisation does "
        "not meet all requirements.",
        "%(number)d lines are left for you to look at: they are not payable, or their "
        "organisations do not meet all requirements.",
        left,
    ) % {"number": left}
    return f"{text} {rest}"
