"""Saving an application: a field at a time, or a whole page where there are no scripts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.content import Crumb
from grants.content.draft import SavedValue
from grants.content.fields import FieldSpec, field_spec
from grants.enums import RowKind
from grants.models import Application
from grants.selectors.draft import history_of_value
from grants.services.drafts import FieldLocked
from grants.services.moving import UnknownField
from grants.services.writing import add_row, remove_row, restore_row, save_value
from portal.selectors.writing import Room, application_of, earlier_texts, room_of
from portal.views.access import person_of
from portal.views.applying_fields import Typed, shown_text, when_text
from portal.views.applying_page import Page
from portal.views.applying_parts import section_response
from portal.views.applying_sections import field_id, section_slug, section_url
from portal.views.labels import call_title, language
from portal.views.saving import (
    Posted,
    Refusal,
    Refusals,
    Save,
    clean,
    field_answer,
    number_in,
    page_of,
    save_page,
    saved_or_typed,
)


def locked_text() -> str:
    """That the field cannot be written now."""
    return _(
        "This cannot be changed now: the application has been sent in, or is not open for it. "
        "What you have written is still here, so that you can copy it."
    )


def denied_text() -> str:
    """That the field is not the reader's to write."""
    return _("You may not write here. What you have written is still here, so you can copy it.")


def gone_text() -> str:
    """That the field is no longer there."""
    return _(
        "This is no longer in the application; somebody may have removed it. What you have "
        "written is still here, so that you can copy it."
    )


REFUSALS: Refusals = {
    PermissionDenied: Refusal(403, "denied", denied_text),
    FieldLocked: Refusal(423, "locked", locked_text),
    UnknownField: Refusal(410, "gone", gone_text),
}


@never_cache
@require_POST
def field_save(request: HttpRequest, *, pk: int) -> JsonResponse:
    """Save one field; the answer says what is there now, or why it was not saved."""
    user = person_of(request)
    application = application_of(user, pk)
    if application is None:
        raise Http404
    return field_answer(request, _saver(request, application), REFUSALS, str(user))


def _saver(request: HttpRequest, application: Application) -> Save:
    """Saves fields of the application for the one who asks, from the page in the request."""

    def save(path: str, text: str, base: int) -> SavedValue:
        return save_value(
            application=application,
            path=path,
            text=text,
            base=base,
            actor=person_of(request),
            page=page_of(request),
            language=language(),
        )

    return save


def save_posted(request: HttpRequest, room: Room) -> Posted:
    """Save every field of the page that was changed in it, as `save_page`."""
    here = language()
    return save_page(
        request,
        spec_of=lambda path: field_spec(room.definition, path, room.around, here),
        value_of=room.value,
        earlier=lambda moved: earlier_texts(room.application, moved),
        save=_saver(request, room.application),
        refusals=REFUSALS,
    )


type Change = Callable[[Room], str]


def _change_rows(request: HttpRequest, pk: int, change: Change) -> HttpResponse:
    """Save what was posted with the button, make the change, and go back to the page.

    Where something typed could not be saved, the page is shown with it, and nothing is changed.
    """
    user = person_of(request)
    room = room_of(user, pk)
    if room is None:
        raise Http404
    slug = request.POST.get("section", "")
    posted = save_posted(request, room)
    if posted.typed:
        fresh = room_of(user, pk) or room
        page = Page(request, fresh, posted.typed)
        return section_response(page, page.section(slug))
    try:
        anchor = change(room)
    except (PermissionDenied, FieldLocked):
        messages.error(request, _("You may not add or remove anything here now."))
        anchor = ""
    except UnknownField:
        messages.error(request, _("It is no longer in the application."))
        anchor = ""
    page = Page(request, room)
    known = slug if any(each.slug == slug for each in page.sections) else ""
    url = section_url(pk, known) if known else reverse("application-tasks", args=[pk])
    return redirect(f"{url}{anchor}")


@require_POST
def row_add(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Add an activity of an area, a budget line or other funding."""

    def change(room: Room) -> str:
        kind, _sep, area = request.POST.get("row", "").partition(":")
        if kind not in RowKind:
            raise UnknownField(kind)
        row = add_row(
            application=room.application,
            kind=RowKind(kind),
            area=area,
            actor=person_of(request),
        )
        return f"#row-{row.number}"

    return _change_rows(request, pk, change)


@require_POST
def row_remove(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Remove a row; it can be brought back."""

    def change(room: Room) -> str:
        number = number_in(request.POST.get("row", ""))
        remove_row(application=room.application, number=number, actor=person_of(request))
        return "#removed"

    return _change_rows(request, pk, change)


@require_POST
def row_restore(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Bring a removed row back."""

    def change(room: Room) -> str:
        number = number_in(request.POST.get("row", ""))
        restore_row(application=room.application, number=number, actor=person_of(request))
        return f"#row-{number}"

    return _change_rows(request, pk, change)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a field as its history shows it."""

    number: int
    when: str
    who: str
    text: str
    current: bool


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def field_history(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Every version of a field, and a way to bring one back."""
    user = person_of(request)
    room = room_of(user, pk)
    path = clean(request.GET.get("falt", ""))
    spec = field_spec(room.definition, path, room.around, language()) if room else None
    if room is None or spec is None:
        raise Http404
    versions = history_of_value(room.application, path)
    words_rows = {row.number: (row.kind, row.area) for row in room.rows}
    slug = section_slug(room.definition, path, words_rows, room.lead.pk)
    back = f"{section_url(pk, slug)}#{field_id(path)}"
    if request.method == "POST":
        wanted = number_in(request.POST.get("version", ""))
        found = next((each for each in versions if each.number == wanted), None)
        if found is None:
            raise Http404
        save = _saver(request, room.application)
        base = number_in(request.POST.get("base", ""))
        outcome = saved_or_typed(save, spec.path, found.text, base, REFUSALS)
        if isinstance(outcome, Typed):
            messages.error(
                request,
                outcome.error or _("The text was changed just now. Look at the newest version."),
            )
            return redirect(request.get_full_path())
        messages.success(request, _("The earlier text has been brought back."))
        return redirect(back)
    title = str(spec.label)
    context = {
        "title": title,
        "crumbs": [
            Crumb(call_title(room.application.call), reverse("application-tasks", args=[pk])),
            Crumb(_("Earlier versions")),
        ],
        "versions": [_version(each, spec, versions) for each in versions],
        "base": versions[0].number if versions else 0,
        "editable": room.may_write(path),
        "back": back,
    }
    return render(request, "portal/apply/history.html", context)


def _version(value: SavedValue, spec: FieldSpec, versions: Iterable[SavedValue]) -> Version:
    newest = max(each.number for each in versions)
    return Version(
        number=value.number,
        when=when_text(value.saved_at) if value.saved_at else "",
        who=value.saved_by or value.source,
        text=shown_text(spec, value.text),
        current=value.number == newest,
    )
