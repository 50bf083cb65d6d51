"""The pages on which a call is written: a part of it, or a document inside."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from pydantic import BaseModel

from core.content import Crumb
from core.definitions.faults import Place
from grants.definitions import CallDefinition
from grants.definitions.places import field_words
from grants.definitions.shape import Kind, fields_of, model_at, opened, value_at
from grants.enums import CallDraftOrigin
from grants.models import CallDraft
from grants.selectors.call_drafts import faults_of
from grants.services.call_drafts import DraftRefused, look_through, save_value
from portal.forms.call_fields import BY_SLUG, CARDS, PAGES, PARTS, Part
from portal.forms.call_node import Node, item_name, names_shown
from portal.forms.call_reading import (
    changed_list,
    differing,
    digest_of,
    read,
    with_codes,
    without_blanks,
)
from portal.selectors.call_drafts import examined, part_of
from portal.views.access import person_of
from portal.views.call_making import crumb, draft_title
from portal.views.call_tasks import PLACED, draft_for, may_write, preview_url
from portal.views.labels import moment


@dataclass(frozen=True)
class Page:
    """What is written on one page: the document at a place, or some of its fields."""

    draft: CallDraft
    part: Part
    place: Place
    model: type[BaseModel]
    names: tuple[str, ...]
    is_part: bool

    @property
    def raw(self) -> Any:
        """The document as it now stands."""
        return value_at(self.draft.document, self.place)

    @property
    def locked(self) -> frozenset[str]:
        """What a change of a published call cannot change."""
        fixed = ("code", "year", "stream") if self.draft.changes_call and not self.place else ()
        return frozenset(fixed)

    @property
    def url(self) -> str:
        """The page's address."""
        if self.is_part:
            return reverse("call-draft-part", args=[self.draft.pk, self.part.slug])
        return node_url(self.draft, self.place)

    def at(self, draft: CallDraft, place: Place | None = None) -> "Page":
        """The same page of the draft as it is by now, or of an item that has moved."""
        return Page(
            draft,
            self.part,
            self.place if place is None else place,
            self.model,
            self.names,
            self.is_part,
        )

    def digest(self, raw: Any) -> str:
        """What tells whether what the page writes over has changed."""
        return digest_of(self.model, raw, self.names)


def node_url(draft: CallDraft, place: Place) -> str:
    """The page of a document inside the draft."""
    return reverse("call-draft-node", args=[draft.pk, "/".join(str(step) for step in place)])


@require_http_methods(["GET", "HEAD", "POST"])
def call_draft_part(request: HttpRequest, *, pk: int, part: str) -> HttpResponse:
    """One part of the call."""
    draft, found = draft_for(request, pk), BY_SLUG.get(part)
    if found is None:
        raise Http404
    model = model_at(CallDefinition, found.place)
    names = names_shown(model, found.names)
    return _page(request, Page(draft, found, found.place, model, names, is_part=True))


@require_http_methods(["GET", "HEAD", "POST"])
def call_draft_node(request: HttpRequest, *, pk: int, place: str) -> HttpResponse:
    """A document inside the call: a section, a question, a cost rule."""
    draft = draft_for(request, pk)
    steps: Place = tuple(int(each) if each.isdecimal() else each for each in place.split("/"))
    try:
        model = model_at(CallDefinition, steps)
    except LookupError:
        raise Http404 from None
    if isinstance(steps[-1], int) and value_at(draft.document, steps) is None:
        messages.info(request, _("That is not there any more: somebody has taken it away."))
        return redirect("call-draft", pk=draft.pk)
    part = part_of(steps, PLACED)
    if part.place == steps and not part.names:
        return redirect("call-draft-part", pk=draft.pk, part=part.slug)
    return _page(request, Page(draft, part, steps, model, names_shown(model), is_part=False))


def _page(request: HttpRequest, page: Page) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, page)
    if not may_write(request, page.draft):
        raise Http404
    act = request.POST.get("act", "save")
    if act == "seen":
        try:
            look_through(draft=page.draft, actor=person_of(request), part=page.part.slug)
            messages.success(request, _("Noted: this part is right as it stands."))
        except DraftRefused:
            messages.error(request, _("The call has been published or thrown away meanwhile."))
        return redirect("call-draft", pk=page.draft.pk)
    if act == "clear":
        return _cleared(request, page)
    return _saved(request, page, act)


def _saved(request: HttpRequest, page: Page, act: str) -> HttpResponse:
    """Save what was posted, with what the button does to a list; another's save meanwhile is
    shown beside it, and nothing is written over."""
    base, person = request.POST.get("base", ""), person_of(request)
    moved_to: list[int | None] = [None]

    def write(there: Any) -> Any:
        said = _written(request, page, there)
        if ":" in act:
            said, moved_to[0] = changed_list(page.model, said, act)
        return said

    try:
        draft = save_value(
            draft=page.draft,
            actor=person,
            place=page.place,
            write=write,
            unchanged=lambda there: page.digest(there) == base,
            part=page.part.slug,
        )
    except PermissionDenied:
        raise Http404 from None
    except LookupError:
        return redirect(page.url)
    except DraftRefused as refused:
        return _refused(request, page, refused, base, act)
    messages.success(request, _saved_text(draft, act))
    return redirect(_next(page.at(draft), act, moved_to[0]))


def _written(request: HttpRequest, page: Page, there: Any) -> dict[str, Any]:
    act = request.POST.get("act", "save")
    posted = read(page.model, there, request.POST)
    # A page writes what it shows, whatever else is posted to it.
    kept = opened(page.model, there)
    said = {
        name: posted[name] if name in page.names else kept[name]
        for name in posted
        if name in page.names or name in kept
    }
    if ":" not in act:
        said = without_blanks(page.model, said)
    siblings = value_at(page.draft.document, page.place[:-1]) if page.place else None
    taken = [
        str(each.get("code") or each.get("key") or "")
        for each in (siblings if isinstance(siblings, list) else [])
        if isinstance(each, dict)
    ]
    if page.place or not page.is_part:
        return with_codes(page.model, _keyed(page, said), taken)
    return with_codes(page.model, said)


def _keyed(page: Page, said: dict[str, Any]) -> dict[str, Any]:
    """A questionnaire has a key and a version, which nobody has to think of."""
    if page.model.__name__ == "Questionnaire" and any(said.values()):
        steps = [str(step).replace("_", "-") for step in page.place if isinstance(step, str)]
        said = {"key": "-".join(steps), "version": 1, **{k: v for k, v in said.items() if v}}
    return said


def _saved_text(draft: CallDraft, act: str) -> str:
    verb = act.partition(":")[0]
    if verb == "remove":
        return _("Taken away, and the page is saved.")
    if verb in ("up", "down"):
        return _("Moved, and the page is saved.")
    return _("Saved.")


def _next(page: Page, act: str, index: int | None) -> str:
    """Where the reader goes: to what was added, to what was moved, or on."""
    verb, _colon, path = act.partition(":")
    steps: Place = tuple(int(each) if each.isdecimal() else each for each in path.split("."))
    if verb == "add" and index is not None:
        place = (*page.place, *steps, index)
        if len(steps) == 1 and _has_page(page.model, str(steps[0])):
            return f"{node_url(page.draft, place)}?new=1"
        return f"{page.url}?new=1#f-{path.replace('.', '-')}-{index}"
    if verb in ("up", "down") and index is not None:
        return f"{page.url}#f-{'-'.join(path.split('.')[:-1])}-{index}"
    if verb == "remove":
        return f"{page.url}#f-{'-'.join(path.split('.')[:-1])}"
    if act == "back":
        return _above(page)[-1].url if _above(page) else page.url
    if act == "tasks":
        return reverse("call-draft", args=[page.draft.pk])
    return page.url


def _has_page(model: type[BaseModel], name: str) -> bool:
    return fields_of(model)[name].model in CARDS


def _refused(
    request: HttpRequest, page: Page, refused: DraftRefused, base: str, act: str
) -> HttpResponse:
    """Somebody was there first: to an item that has moved the save follows; of one that has
    changed both are shown."""
    draft = draft_for(request, page.draft.pk)
    if refused.code == "ended":
        messages.error(request, _("The call has been published or thrown away meanwhile."))
        return _shown(request, page.at(draft), posted=True)
    place = _moved_to(page.at(draft), base)
    if place is not None:
        return _saved(request, page.at(draft, place), act)
    return _shown(request, page.at(draft), posted=True, conflict=True)


def _moved_to(page: Page, base: str) -> Place | None:
    """Where the item that was shown stands now, when it was moved and not changed."""
    if not page.place or not isinstance(page.place[-1], int):
        return None
    rows = value_at(page.draft.document, page.place[:-1])
    found = [
        index
        for index, each in enumerate(rows if isinstance(rows, list) else [])
        if page.digest(each) == base
    ]
    if len(found) == 1 and found[0] != page.place[-1]:
        return (*page.place[:-1], found[0])
    return None


def _cleared(request: HttpRequest, page: Page) -> HttpResponse:
    """Take the whole document away, such as a form that the call is not to have."""
    try:
        save_value(
            draft=page.draft,
            actor=person_of(request),
            place=page.place,
            write=lambda _there: None,
            unchanged=lambda there: page.digest(there) == request.POST.get("base", ""),
            part=page.part.slug,
        )
    except PermissionDenied:
        raise Http404 from None
    except DraftRefused as refused:
        return _refused(request, page, refused, request.POST.get("base", ""), "clear")
    messages.success(request, _("Taken away."))
    return redirect("call-draft", pk=page.draft.pk)


def _shown(
    request: HttpRequest, page: Page, *, posted: bool = False, conflict: bool = False
) -> HttpResponse:
    draft = page.draft
    there = page.raw
    gone = conflict and page.place and there is None
    mine: Any = _written(request, page, there) if posted else there
    document = draft.document
    faults = faults_of(document) if draft.is_open else ()
    node = Node(
        draft=draft.pk,
        document=document,
        place=page.place,
        model=page.model,
        raw=mine,
        names=page.names,
        faults=() if posted else faults,
        fresh="new" in request.GET,
        locked=page.locked,
        theirs=differing(page.model, mine, there, page.names) if conflict else {},
    )
    fields = node.fields()
    above = _above(page)
    context = {
        "crumbs": [
            crumb(),
            Crumb(draft_title(draft), reverse("call-draft", args=[draft.pk])),
            *(Crumb(each.label, each.url) for each in above),
            Crumb(_heading(page)),
        ],
        "draft": draft,
        "title": draft_title(draft),
        "heading": _heading(page),
        "intro": page.part.intro if page.is_part else "",
        "fields": fields,
        "summary": () if posted else node.summary(fields),
        "base": page.digest(there),
        "conflict": conflict,
        "gone": gone,
        "who": draft.changed_by,
        "when": moment(draft.changed_at),
        "writes": may_write(request, draft),
        "unseen": page.is_part
        and draft.origin == CallDraftOrigin.COPY
        and page.part.slug not in draft.seen,
        "back": above[-1] if above else None,
        "tasks_url": reverse("call-draft", args=[draft.pk]),
        "next": _following(page),
        "may_clear": _may_clear(page),
        "misfits": _misfits_at(page) if not faults and not posted else (),
        "preview_url": preview_url(draft),
    }
    return render(request, "portal/calls/node.html", context, status=409 if conflict else 200)


def _misfits_at(page: Page) -> list[Any]:
    """What does not fit together on the page."""
    found = examined(page.draft).misfits
    if page.is_part:
        return [each for each in found if part_of(each.place, PLACED) is page.part]
    return [each for each in found if each.place[: len(page.place)] == page.place]


def _heading(page: Page) -> str:
    if page.is_part:
        return str(page.part.title)
    return _step_name(page.draft, page.place)


def _step_name(draft: CallDraft, place: Place) -> str:
    last = place[-1]
    if isinstance(last, int):
        model = model_at(CallDefinition, place)
        return item_name(model, value_at(draft.document, place), last)
    return field_words(model_at(CallDefinition, place[:-1]), last)


@dataclass(frozen=True, slots=True)
class _Step:
    label: str
    url: str


def _above(page: Page) -> list[_Step]:
    """The pages that lead to the page, from the part on."""
    if page.is_part:
        return []
    steps = [
        _Step(
            str(page.part.title), reverse("call-draft-part", args=[page.draft.pk, page.part.slug])
        )
    ]
    for length in range(len(page.part.place) + 1, len(page.place)):
        place = page.place[:length]
        is_item = isinstance(place[-1], int)
        if is_item or model_at_or_none(place) in PAGES:
            steps.append(_Step(_step_name(page.draft, place), node_url(page.draft, place)))
    return steps


def model_at_or_none(place: Place) -> type[BaseModel] | None:
    """The model of the document at a place; None for that of a list."""
    try:
        return model_at(CallDefinition, place)
    except LookupError:
        return None


def _following(page: Page) -> _Step | None:
    """The part after this one."""
    if not page.is_part:
        return None
    index = PARTS.index(page.part) + 1
    if index >= len(PARTS):
        return None
    return _Step(
        str(PARTS[index].title), reverse("call-draft-part", args=[page.draft.pk, PARTS[index].slug])
    )


def _may_clear(page: Page) -> bool:
    """Whether the whole document can be left out of the call, and is there."""
    if not page.place or isinstance(page.place[-1], int) or page.raw in (None, {}):
        return False
    if page.is_part and page.part.names:
        return False
    owner = model_at(CallDefinition, page.place[:-1])
    shape = fields_of(owner)[page.place[-1]]
    return shape.kind is Kind.DOCUMENT and not shape.required and shape.default is None
