"""The calls that an agency makes: a list, one call with its versions, and how a call is begun."""

from collections.abc import Sequence
from datetime import date

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants.enums import Role
from applicants.models import User
from applicants.selectors import agencies_of
from core.content import Cell, Column, Crumb, Row, SummaryRow, Table, Tag, Tone
from core.definitions import DefinitionError
from core.definitions.files import write_values
from core.models import Agency
from grants.definitions import CallDefinition
from grants.definitions.shape import pruned
from grants.enums import CallDraftState, Stream
from grants.models import Call, CallDraft
from grants.selectors.call_drafts import drafts_visible_to
from grants.services.call_drafts import (
    DraftRefused,
    begin_call,
    begin_from_file,
    change_call,
    copy_call,
    read_definition,
)
from portal.forms.calls import CallFileForm, CopyForm, NewCallForm
from portal.selectors.call_drafts import calls_made_by
from portal.selectors.definitions import parse_definitions
from portal.views.access import person_of
from portal.views.labels import agency_name, call_title, day, language, moment, money

MAKES = (Role.CASE_OFFICER, Role.ADMINISTRATOR)
ENDED_SHOWN = 20
"""How many published and thrown away drafts the list shows."""
_TONES = {
    CallDraftState.DRAFT: Tone.INFO,
    CallDraftState.PUBLISHED: Tone.SUCCESS,
    CallDraftState.DISCARDED: Tone.NEUTRAL,
}


def draft_title(draft: CallDraft) -> str:
    """The title as it is written so far, with the year; else the code."""
    said = draft.document.get("title")
    words = (said.get(language()) or said.get("sv") or "") if isinstance(said, dict) else ""
    # What a file has there may be no text.
    title = str(words).replace("{year}", str(draft.year))
    if not title:
        return draft.code or _("Call without a title")
    return title if str(draft.year) in title else f"{title} {draft.year}"


def state_tag(draft: CallDraft) -> Tag:
    """What has become of it."""
    return Tag(draft.get_state_display(), _TONES[CallDraftState(draft.state)])


def crumb() -> Crumb:
    """The way to the list."""
    return Crumb(_("Make calls"), reverse("call-making"))


@require_safe
def call_making(request: HttpRequest) -> HttpResponse:
    """The calls of the reader's agencies, and those that are being made."""
    person = person_of(request)
    drafts = drafts_visible_to(person)
    being_made = list(drafts.filter(state=CallDraftState.DRAFT))
    ended = list(drafts.exclude(state=CallDraftState.DRAFT)[:ENDED_SHOWN])
    calls = list(calls_made_by(person))
    parse_definitions(calls)
    context = {
        "drafts": _drafts(being_made, "drafts", _("Being made")) if being_made else None,
        "ended": _drafts(ended, "ended", _("Published and thrown away")) if ended else None,
        "calls": _calls(calls) if calls else None,
        "may_begin": agencies_of(person, MAKES).exists(),
    }
    return render(request, "portal/calls/making.html", context)


def _drafts(drafts: Sequence[CallDraft], id_: str, caption: str) -> Table:
    return Table(
        id=id_,
        caption=caption,
        columns=(
            Column(_("Call")),
            Column(_("State")),
            Column(_("Begun from")),
            Column(_("Changed"), nowrap=True),
        ),
        rows=tuple(
            Row(
                Cell(
                    draft_title(each),
                    url=reverse("call-draft", args=[each.pk]),
                    note=f"{each.code}, {each.agency.short}",
                ),
                (
                    Cell(tag=state_tag(each)),
                    Cell(each.get_origin_display()),
                    Cell(moment(each.changed_at), note=str(each.changed_by)),
                ),
            )
            for each in drafts
        ),
        stack=True,
        caption_hidden=True,
    )


def _state(call: Call, today: date) -> Tag:
    if call.opens_on is None or call.closes_on is None:
        return Tag(_("Not recorded"), Tone.NEUTRAL)
    if call.opens_on > today:
        return Tag(_("Opens later"), Tone.INFO)
    if call.closes_on < today:
        return Tag(_("Closed"), Tone.NEUTRAL)
    return Tag(_("Open"), Tone.SUCCESS)


def _calls(calls: Sequence[Call]) -> Table:
    today = timezone.localdate()
    return Table(
        id="calls",
        caption=_("Calls"),
        columns=(
            Column(_("Call")),
            Column(_("Year"), numeric=True),
            Column(_("Applications"), nowrap=True),
            Column(_("State")),
            Column(_("Version"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(
                    call_title(each),
                    url=reverse("call-made", args=[each.pk]),
                    note=f"{each.code}, {each.agency.short}",
                ),
                (
                    Cell(str(each.year)),
                    Cell(_days(each)),
                    Cell(tag=_state(each, today)),
                    Cell(str(each.definition_record.version)),
                ),
            )
            for each in calls
        ),
        stack=True,
        caption_hidden=True,
    )


def _days(call: Call) -> str:
    if call.opens_on is None and call.closes_on is None:
        return _("Not recorded")
    return f"{day(call.opens_on)} – {day(call.closes_on)}"


def _call_for(request: HttpRequest, pk: int) -> Call:
    call: Call = get_object_or_404(calls_made_by(person_of(request)), pk=pk)
    return call


@require_safe
def call_made(request: HttpRequest, *, call: int) -> HttpResponse:
    """One call: its versions, and what can be done from it."""
    found, person = _call_for(request, call), person_of(request)
    drafts = list(drafts_visible_to(person).filter(call=found))
    open_change = next((each for each in drafts if each.is_open), None)
    ended = [each for each in drafts if not each.is_open]
    context = {
        "crumbs": [crumb(), Crumb(call_title(found))],
        "call": found,
        "title": call_title(found),
        "agency": agency_name(found.agency),
        "tag": _state(found, timezone.localdate()),
        "rows": [
            SummaryRow(_("Code"), found.code),
            SummaryRow(_("Applications are received"), _days(found)),
            SummaryRow(_("Frame"), money(found.frame_sek)),
            SummaryRow(
                _("Definition"),
                _("%(code)s, version %(version)d")
                % {
                    "code": found.definition_record.code,
                    "version": found.definition_record.version,
                },
            ),
        ],
        "change": open_change,
        "versions": _drafts(ended, "versions", _("Versions")) if ended else None,
        "may_make": rules.has_perm("grants.make_calls", person, found.agency),
        "imported": found.imported,
    }
    return render(request, "portal/calls/made.html", context)


def _sent(document: dict[str, object], name: str) -> HttpResponse:
    response = HttpResponse(write_values(document), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(name) or "call"}.yaml"'
    return response


@require_safe
def call_file(request: HttpRequest, *, call: int) -> HttpResponse:
    """The definition of a call as a YAML file."""
    record = _call_for(request, call).definition_record
    return _sent(pruned(CallDefinition, record.document), f"{record.code}-v{record.version}")


@require_safe
def call_draft_file(request: HttpRequest, *, pk: int) -> HttpResponse:
    """A draft as a YAML file, with the faults that it may have."""
    draft: CallDraft = get_object_or_404(drafts_visible_to(person_of(request)), pk=pk)
    return _sent(draft.document, draft.code)


@require_POST
def call_change(request: HttpRequest, *, call: int) -> HttpResponse:
    """Begin a new version of a published call, or go on with the one that is begun."""
    found = _call_for(request, call)
    try:
        draft = change_call(call=found, actor=person_of(request))
    except PermissionDenied:
        raise Http404 from None
    except DraftRefused:
        there = drafts_visible_to(person_of(request)).filter(call=found).order_by("-pk").first()
        if there is None:
            raise Http404 from None
        messages.info(request, _("A change of the call is begun already. Here it is."))
        return redirect("call-draft", pk=there.pk)
    messages.success(request, _("What you change holds when it has been published."))
    return redirect("call-draft", pk=draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def call_begin(request: HttpRequest) -> HttpResponse:
    """Begin a call: as a copy, anew, or from a file."""
    person = person_of(request)
    agencies = list(agencies_of(person, MAKES).order_by("code"))
    if not agencies:
        raise Http404
    calls = [
        each for each in calls_made_by(person) if each.agency_id in {one.pk for one in agencies}
    ]
    parse_definitions(calls)
    chosen = next((each for each in calls if str(each.pk) == request.GET.get("call")), None)
    how = request.POST.get("how", "") if request.method == "POST" else ""
    data = {name: request.POST if how == name else None for name in ("copy", "new", "file")}
    copy = CopyForm(
        data["copy"],
        calls=[(str(each.pk), call_title(each)) for each in calls],
        initial=_initial(chosen or next(iter(calls), None)),
    )
    new = NewCallForm(data["new"], agencies=agencies, prefix="new")
    file = CallFileForm(
        data["file"],
        request.FILES if how == "file" else None,
        agencies=agencies,
        prefix="file",
    )
    draft: CallDraft | None = None
    faults: list[str] = []
    try:
        if how == "copy" and copy.is_valid():
            draft = _copied(copy, calls, person)
        elif how == "new" and new.is_valid():
            draft = _begun(new, agencies, person)
        elif how == "file" and file.is_valid():
            draft = _uploaded(file, agencies, person)
    except PermissionDenied:
        raise Http404 from None
    except DefinitionError as error:
        file.add_error("file", _("The file cannot be read as a call’s definition."))
        faults = str(error).split("\n")
    except DraftRefused as refused:
        file.add_error("file", _FILE_REFUSED.get(refused.code, _FILE_REFUSED[""])())
    if draft is not None:
        messages.success(request, _("The call is begun. Nothing is public until it is published."))
        if how == "file":
            _tell_of_file(request, draft)
        return redirect("call-draft", pk=draft.pk)
    context = {
        "crumbs": [crumb(), Crumb(_("New call"))],
        "copy": copy if calls else None,
        "new": new,
        "file": file,
        "faults": faults,
        "wrong": {"copy": copy, "new": new, "file": file}.get(how),
    }
    return render(request, "portal/calls/begin.html", context)


def _tell_of_file(request: HttpRequest, draft: CallDraft) -> None:
    """Say where the rest of the call comes from, when the file is not the whole of it."""
    if draft.source is not None:
        text = _("What the file does not say is copied from %(code)s. Look through each part.")
        messages.info(request, text % {"code": draft.source.code})
    elif draft.document.get("stream") is None:
        messages.info(
            request,
            _(
                "The file is not a whole call: what it does not say is empty. To have the rest "
                "copied from an earlier call, let it say follows (the definition of that call), "
                "code and year, and upload it anew."
            ),
        )


_FILE_REFUSED = {
    "too_large": lambda: _("The file is larger than 2 MB."),
    "other_agency": lambda: _("The file is of another agency: see the field agency.code."),
    "laid_over": lambda: _(
        "The file says what it follows and no stream, so that it is laid over a copy of that call. "
        "Let it also say code and year of its own."
    ),
    "unknown_base": lambda: _(
        "The agency has no call with the definition that the file follows: see the field follows."
    ),
    "": lambda: _("The call could not be begun from the file."),
}


def _initial(call: Call | None) -> dict[str, object]:
    if call is None:
        return {}
    year = call.year + 1
    code = call.code.replace(str(call.year), str(year))
    return {"call": call.pk, "year": year, "code": code if code != call.code else f"{code}-{year}"}


def _copied(form: CopyForm, calls: Sequence[Call], person: User) -> CallDraft:
    said = form.cleaned_data
    call = next(each for each in calls if str(each.pk) == said["call"])
    return copy_call(call=call, actor=person, code=said["code"], year=said["year"])


def _begun(form: NewCallForm, agencies: Sequence[Agency], person: User) -> CallDraft:
    said = form.cleaned_data
    return begin_call(
        agency=_chosen(agencies, said.get("agency", "")),
        actor=person,
        code=said["code"],
        year=said["year"],
        stream=Stream(said["stream"]),
    )


def _uploaded(form: CallFileForm, agencies: Sequence[Agency], person: User) -> CallDraft:
    said = form.cleaned_data
    document = read_definition(said["file"].read(), said["file"].name)
    return begin_from_file(
        agency=_chosen(agencies, said.get("agency", "")), actor=person, document=document
    )


def _chosen(agencies: Sequence[Agency], named: str) -> Agency:
    return next((each for each in agencies if str(each.pk) == named), agencies[0])
