"""A call that is being made: its parts, how each stands, and what is left to do."""

from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.content import Crumb, Tag, Task, TaskSection, Text, Tone
from grants.enums import CallDraftOrigin, CallDraftState
from grants.models import CallDraft
from grants.selectors.call_drafts import drafts_visible_to
from grants.services.call_drafts import DraftRefused, discard_draft
from portal.forms.call_fields import PARTS, Part
from portal.selectors.call_drafts import Examined, PartState, examined, part_of, said_in
from portal.views.access import person_of
from portal.views.call_making import crumb, draft_title, state_tag
from portal.views.labels import agency_name, moment

PLACED = [(part, part.place, part.names) for part in PARTS]


def draft_for(request: HttpRequest, pk: int) -> CallDraft:
    """The draft, where the reader may see it. Raises Http404."""
    found: CallDraft = get_object_or_404(drafts_visible_to(person_of(request)), pk=pk)
    return found


def may_write(request: HttpRequest, draft: CallDraft) -> bool:
    """Whether the reader may write in it."""
    return draft.is_open and rules.has_perm("grants.make_calls", request.user, draft)


@require_http_methods(["GET", "HEAD", "POST"])
def call_draft(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The parts of the call with how each stands, and what is left to do."""
    draft = draft_for(request, pk)
    if request.method == "POST":
        return _discard(request, draft)
    looked_at = examined(draft)
    faults, misfits = _by_part(looked_at)
    sections: dict[Text, list[Task]] = {}
    done = 0
    for part in PARTS:
        state = _state_of(draft, part, len(faults[part.slug]), misfits[part.slug])
        done += state in (PartState.DONE, PartState.ADVICE)
        sections.setdefault(part.group, []).append(
            Task(
                part.title,
                _tag(state, len(faults[part.slug])),
                reverse("call-draft-part", args=[draft.pk, part.slug]),
                _hint(misfits[part.slug]),
            )
        )
    writes = may_write(request, draft)
    context = {
        "crumbs": [crumb(), Crumb(draft_title(draft))],
        "draft": draft,
        "title": draft_title(draft),
        "agency": agency_name(draft.agency),
        "tag": state_tag(draft),
        "sections": [TaskSection(heading, tuple(tasks)) for heading, tasks in sections.items()],
        "done": done,
        "total": len(PARTS),
        "writes": writes,
        "is_copy": draft.origin == CallDraftOrigin.COPY,
        "changed": _changed(draft),
        "preview_url": preview_url(draft),
        "call_url": reverse("call-made", args=[draft.call_id]) if draft.call_id else "",
        "ended": draft.ended_at and moment(draft.ended_at),
        "discarded": draft.state == CallDraftState.DISCARDED,
    }
    return render(request, "portal/calls/draft.html", context)


def _discard(request: HttpRequest, draft: CallDraft) -> HttpResponse:
    if request.POST.get("act") != "discard":
        raise Http404
    try:
        discard_draft(draft=draft, actor=person_of(request))
    except PermissionDenied:
        raise Http404 from None
    except DraftRefused:
        messages.error(request, _("The call has been published or thrown away already."))
        return redirect("call-draft", pk=draft.pk)
    messages.success(request, _("The draft is thrown away. It can still be read and fetched."))
    return redirect("call-making")


def _changed(draft: CallDraft) -> str:
    return _("Changed %(when)s by %(who)s, version %(version)d") % {
        "when": moment(draft.changed_at),
        "who": draft.changed_by,
        "version": draft.version,
    }


def preview_url(draft: CallDraft) -> str:
    """Where the call is shown as it will be."""
    try:
        return reverse("call-draft-preview", args=[draft.pk])
    except NoReverseMatch:
        return ""


def _by_part(looked_at: Examined) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    faults: dict[str, list[Any]] = {part.slug: [] for part in PARTS}
    misfits: dict[str, list[Any]] = {part.slug: [] for part in PARTS}
    for fault in looked_at.faults:
        faults[part_of(fault.place, PLACED).slug].append(fault)
    for misfit in looked_at.misfits:
        misfits[part_of(misfit.place, PLACED).slug].append(misfit)
    return faults, misfits


def _state_of(draft: CallDraft, part: Part, faults: int, misfits: list[Any]) -> PartState:
    if faults:
        return PartState.WRONG
    if any(each.blocks for each in misfits):
        return PartState.MISFIT
    if not said_in(draft.document, part.place, part.names):
        return PartState.EMPTY
    if draft.origin == CallDraftOrigin.COPY and part.slug not in draft.seen and draft.is_open:
        return PartState.UNSEEN
    return PartState.ADVICE if misfits else PartState.DONE


def _tag(state: PartState, faults: int) -> Tag:
    match state:
        case PartState.WRONG:
            label = ngettext("%(count)d to correct", "%(count)d to correct", faults)
            return Tag(label % {"count": faults}, Tone.DANGER)
        case PartState.MISFIT:
            return Tag(_("Does not fit together"), Tone.DANGER)
        case PartState.EMPTY:
            return Tag(_("Empty"), Tone.NEUTRAL)
        case PartState.UNSEEN:
            return Tag(_("Copied, look through"), Tone.INFO)
        case PartState.ADVICE:
            return Tag(_("Look over"), Tone.WARNING)
    return Tag(_("Complete"), Tone.SUCCESS)


def _hint(misfits: list[Any]) -> str:
    return " ".join(dict.fromkeys(each.text() for each in misfits[:3]))
