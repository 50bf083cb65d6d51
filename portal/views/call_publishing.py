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

from core.content import Cell, Column, Crumb, Row, SummaryRow, Table
from grants.definitions import CallDefinition
from grants.definitions.differences import Difference, differences
from grants.definitions.places import STEP, field_words
from grants.definitions.shape import model_at, pruned, value_at
from grants.enums import CallDraftOrigin
from grants.models import Call, CallDraft
from grants.rules import wrote_it_last
from grants.services.call_drafts import DraftRefused
from grants.services.call_publishing import NotReady
from portal.forms.call_fields import PARTS
from portal.forms.call_node import item_name, shown
from portal.selectors.call_drafts import Examined, examined, part_of
from portal.services.calls import publish
from portal.views.access import person_of
from portal.views.call_making import crumb, draft_title, state_tag
from portal.views.call_tasks import PLACED, draft_for, preview_url
from portal.views.labels import day, money

_NOT_COMPARED = frozenset(("version", "follows"))

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
    "code_taken": gettext_lazy("The agency has a call with that code already. Choose another."),
}


def _changes(draft: CallDraft) -> list[Difference] | None:
    """What differs from what it was begun from; None where it was begun from nothing."""
    if draft.source is None:
        return None
    before = pruned(CallDefinition, draft.source.document)
    return [
        each
        for each in differences(CallDefinition, before, draft.document)
        if each.place[0] not in _NOT_COMPARED
    ]


def _where(draft: CallDraft, change: Difference) -> str:
    source: Any = {} if draft.source is None else draft.source.document
    document = source if change.after is None and change.whole else draft.document
    words = []
    for length in range(1, len(change.place) + 1):
        place = change.place[:length]
        last = place[-1]
        if isinstance(last, int):
            model = model_at(CallDefinition, place)
            words.append(item_name(model, value_at(document, place), last))
        else:
            words.append(field_words(model_at(CallDefinition, place[:-1]), last))
    return STEP.join(words)


def _said(change: Difference, value: Any) -> str:
    if value is None or value == []:
        return "–"
    if change.whole:
        return shown(change.field, [value]).partition(". ")[2] or "–"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return shown(change.field, value) or "–"


def _table(draft: CallDraft, changes: list[Difference]) -> list[Table]:
    """A table for each part of the call."""
    by_part: dict[str, list[Difference]] = {}
    for each in changes:
        by_part.setdefault(part_of(each.place, PLACED).slug, []).append(each)
    return [
        Table(
            id=f"changes-{part.slug}",
            caption=part.title,
            columns=(Column(_("Field")), Column(_("Before")), Column(_("Now"))),
            rows=tuple(
                Row(
                    Cell(_where(draft, each)),
                    (Cell(_said(each, each.before)), Cell(_said(each, each.after))),
                )
                for each in by_part[part.slug]
            ),
            stack=True,
        )
        for part in PARTS
        if part.slug in by_part
    ]


@require_safe
def call_draft_changes(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Everything that differs from what the call was begun from, field by field."""
    draft = draft_for(request, pk)
    changes = _changes(draft)
    context = {
        "crumbs": [*_crumbs(draft), Crumb(_("What has changed"))],
        "title": draft_title(draft),
        "tables": [] if changes is None else _table(draft, changes),
        "count": 0 if changes is None else len(changes),
        "none_before": changes is None,
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
    changes = _changes(draft)
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
        "changes": None if changes is None else len(changes),
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
