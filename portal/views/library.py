"""The agency's own library of texts, which proposals begin from."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applicants.enums import Role
from applicants.models import User
from applicants.selectors import agencies_of
from core.content import Cell, Column, Crumb, Row, Table, Tag, Tone
from core.models import Agency
from portal.forms.costs import LibraryForm
from portal.views.access import person_of
from portal.views.labels import agency_name, day
from reviews.checks import ReviewRefused
from reviews.enums import TextUse
from reviews.models import AgencyText
from reviews.selectors.texts import texts_of_agencies
from reviews.services import add_text, change_text, retire_text


def _agencies(person: User) -> list[Agency]:
    """The agencies whose library the person keeps. Raises Http404 where there is none."""
    found = list(agencies_of(person, (Role.CASE_OFFICER,)))
    if not found:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def library(request: HttpRequest) -> HttpResponse:
    """The texts, and a form to add one."""
    person = person_of(request)
    agencies = _agencies(person)
    form = LibraryForm(request.POST if request.method == "POST" else None, agencies=agencies)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        agency = _chosen(agencies, said.get("agency", ""))
        try:
            add_text(
                agency=agency,
                actor=person,
                use=TextUse(said["use"]),
                title=said["title"],
                text=said["text"],
            )
        except (PermissionDenied, ReviewRefused):
            messages.error(request, _("The text could not be added."))
        else:
            messages.success(request, _("The text is in the library."))
            return redirect("library")
    rows = texts_of_agencies(agencies)
    context = {
        "form": form,
        "table": _table([each for each in rows if each.retired_at is None], retired=False),
        "retired": _table([each for each in rows if each.retired_at is not None], retired=True),
    }
    return render(request, "portal/costs/library.html", context)


def _chosen(agencies: list[Agency], named: str) -> Agency:
    return next((each for each in agencies if str(each.pk) == named), agencies[0])


def _table(rows: list[AgencyText], *, retired: bool) -> Table | None:
    if not rows:
        return None
    several = len({each.agency_id for each in rows}) > 1
    return Table(
        id="retired" if retired else "texts",
        caption=_("Retired texts") if retired else _("Texts in use"),
        columns=(
            Column(_("Title")),
            Column(_("Used for")),
            Column(_("Text")),
            Column(_("Changed"), nowrap=True),
        ),
        rows=tuple(
            Row(
                Cell(
                    each.title,
                    url=reverse("library-text", args=[each.pk]),
                    note=agency_name(each.agency) if several else "",
                ),
                (
                    Cell(each.get_use_display()),
                    Cell(each.text if len(each.text) < 200 else f"{each.text[:199].rstrip()}…"),
                    Cell(day(each.changed_at), note=str(each.changed_by)),
                ),
            )
            for each in rows
        ),
        stack=True,
        caption_hidden=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def library_text(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One text: to change, retire or bring back."""
    person = person_of(request)
    agencies = _agencies(person)
    row: AgencyText = get_object_or_404(texts_of_agencies(agencies), pk=pk)
    initial: dict[str, Any] = {
        "use": row.use,
        "title": row.title,
        "text": row.text,
        "base": row.number,
    }
    act = request.POST.get("act", "change")
    data = request.POST if request.method == "POST" and act == "change" else None
    form = LibraryForm(data, agencies=[row.agency], initial=initial)
    if request.method == "POST":
        try:
            if act in ("retire", "restore"):
                retire_text(text_id=row.pk, actor=person, retire=act == "retire")
                messages.success(
                    request,
                    _("The text is no longer offered.")
                    if act == "retire"
                    else _("The text is offered again."),
                )
                return redirect("library")
            if form.is_valid():
                said = form.cleaned_data
                change_text(
                    text_id=row.pk,
                    actor=person,
                    base=said["base"] or 0,
                    use=TextUse(said["use"]),
                    title=said["title"],
                    text=said["text"],
                )
                messages.success(request, _("The text is changed."))
                return redirect("library")
        except PermissionDenied:
            raise Http404 from None
        except ReviewRefused as refused:
            if refused.code == "changed":
                form.add_error(
                    None,
                    _("%(who)s has changed the text meanwhile: %(text)s. Yours is still here.")
                    % {"who": row.changed_by, "text": row.text},
                )
                # Saved again, it is saved over what the message shows.
                form.data = {**request.POST.dict(), "base": str(row.number)}
            else:
                form.add_error("text", _("Write a title and a text."))
    context = {
        "crumbs": [Crumb(_("Texts"), reverse("library")), Crumb(row.title)],
        "form": form,
        "row": row,
        "tag": Tag(_("Retired"), Tone.NEUTRAL)
        if row.retired_at
        else Tag(_("In use"), Tone.SUCCESS),
    }
    return render(request, "portal/costs/library_text.html", context)
