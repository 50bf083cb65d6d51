"""What has changed in a call that is being made, and publishing it."""

from collections.abc import Mapping
from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Crumb, SummaryRow, Table
from grants.definitions.changes import Change, changes
from grants.enums import CallDraftOrigin
from grants.models import Call, CallDraft
from grants.rules import wrote_it_last
from grants.services.call_drafts import DraftRefused
from grants.services.call_publishing import NotReady
from portal.forms.call_fields import PARTS
from portal.selectors.call_drafts import Examined, examined, part_of
from portal.services.calls import publish
from portal.views.access import person_of
from portal.views.call_differences import changes_table
from portal.views.call_making import crumb, draft_title, state_tag
from portal.views.call_tasks import PLACED, draft_for, preview_url
from portal.views.labels import day, money

HINDRANCES: Mapping[str, Any] = {
    "invalid": gettext_lazy("There are fields to correct."),
    "no_form": gettext_lazy("There are no questions of the application: nobody could apply."),
    "no_days": gettext_lazy("Say the first and the last day to apply."),
    "other_call": gettext_lazy(
        "The call has got another version since the change was begun, or has another code, year "
        "or stream. Begin the change anew."
    ),
    "misfit": gettext_lazy("Parts of the call do not fit together."),
    "frame_below_granted": gettext_lazy("The frame is less than what has been granted already."),
    "code_taken": gettext_lazy("The code is taken already. Choose another."),
}


def _changes(draft: CallDraft) -> list[Change] | None:
    """What differs from what it was begun from; None where it was begun from nothing."""
    return None if draft.source is None else changes(draft.source.document, draft.document)


def _tables(found: list[Change]) -> list[Table]:
    """A table for each part of the call."""
    by_part: dict[str, list[Change]] = {}
    for each in found:
        by_part.setdefault(part_of(each.place, PLACED).slug, []).append(each)
    return [
        changes_table(by_part[part.slug], id_=f"changes-{part.slug}", caption=part.title)
        for part in PARTS
        if part.slug in by_part
    ]


@require_safe
def call_draft_changes(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Everything that differs from what the call was begun from, field by field."""
    draft = draft_for(request, pk)
    found = _changes(draft)
    context = {
        "crumbs": [*_crumbs(draft), Crumb(_("What has changed"))],
        "title": draft_title(draft),
        "tables": _tables(found or []),
        "count": len(found or []),
        "none_before": found is None,
        "is_change": draft.changes_call,
        "back_url": reverse("call-draft", args=[draft.pk]),
    }
    return render(request, "portal/calls/changes.html", context)


def _crumbs(draft: CallDraft) -> list[Crumb]:
    return [crumb(), Crumb(draft_title(draft), reverse("call-draft", args=[draft.pk]))]


@require_http_methods(["GET", "HEAD", "POST"])
def call_draft_publish(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What publishing means, what stands against it, and the button."""
    draft, person = draft_for(request, pk), person_of(request)
    refused: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            done = publish(draft=draft, actor=person, version=_version(request))
        except PermissionDenied:
            raise Http404 from None
        except NotReady as error:
            refused = error.hindrances
        except DraftRefused as error:
            if error.code == "ended":
                messages.info(request, _("The call has been published or thrown away already."))
                return redirect("call-draft", pk=draft.pk)
            if error.code == "changed":
                messages.error(
                    request,
                    _("The call was changed since you saw this page. Look at it again."),
                )
                return redirect("call-draft-publish", pk=draft.pk)
            refused = (error.code,)
        else:
            text = (
                _("The call is published.")
                if done.before is None
                else _("The new version is published. What came in earlier keeps its own.")
            )
            messages.success(request, text)
            return redirect("call-made", call=done.call.pk)
    if not draft.is_open:
        return redirect("call-draft", pk=draft.pk)
    return _asked(request, draft, examined(draft), refused)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _asked(
    request: HttpRequest, draft: CallDraft, looked_at: Examined, refused: tuple[str, ...]
) -> HttpResponse:
    definition = looked_at.definition
    hindering = list(dict.fromkeys((*looked_at.hindrances, *refused)))
    if definition is None:
        hindering = ["invalid"]
    elif Call.objects.filter(agency=draft.agency, code=definition.code).exists() and (
        not draft.changes_call and "code_taken" not in hindering
    ):
        hindering.append("code_taken")
    unseen = (
        [part.title for part in PARTS if part.slug not in draft.seen]
        if draft.origin == CallDraftOrigin.COPY
        else []
    )
    found = _changes(draft)
    context = {
        "crumbs": [*_crumbs(draft), Crumb(_("Publish"))],
        "draft": draft,
        "title": draft_title(draft),
        "tag": state_tag(draft),
        "hindrances": [HINDRANCES[code] for code in hindering],
        "blocking": [each.text() for each in looked_at.misfits if each.blocks],
        "advice": [each.text() for each in looked_at.misfits if not each.blocks],
        "unseen": unseen,
        "may": rules.has_perm("grants.publish_call", request.user, draft),
        "wrote_last": wrote_it_last(request.user, draft),
        "is_change": draft.changes_call,
        "changes": None if found is None else len(found),
        "rows": []
        if definition is None
        else [
            SummaryRow(_("Code"), definition.code),
            SummaryRow(
                _("Applications are received"),
                f"{day(definition.dates.opens)} – {day(definition.dates.closes)}",
            ),
            SummaryRow(_("Frame"), money(definition.frame_sek)),
        ],
        "preview_url": preview_url(draft),
        "back_url": reverse("call-draft", args=[draft.pk]),
    }
    status = 409 if refused else 200
    return render(request, "portal/calls/publish.html", context, status=status)
