"""Forms that are saved field by field, or a whole page where there are no scripts: what pages of
applicants and of officers share. Who may save what, the service that is called has decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.definitions import UnfitValueError
from grants.content.draft import SavedValue
from grants.content.fields import FieldSpec
from grants.services.versions import ValueChanged
from portal.views.applying_fields import Typed, conflict_of, saved_text, typed_text
from portal.views.finding_texts import problem_text

BASE, VALUE = "b:", "v:"
PAGE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a refusal to save is answered: HTTP status, the script's word for it, and why."""

    status: int
    code: str
    text: Callable[[], str]


type Refusals = Mapping[type[Exception], Refusal]
type Save = Callable[[str, str, int], SavedValue]
"""Saves a field by path, text and version."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a page posted whole: how many fields were saved, and what was not."""

    saved: int = 0
    typed: Mapping[str, Typed] = field(default_factory=dict)


def clean(text: str) -> str:
    """What was typed, without the character that no text has and a database refuses."""
    return text.replace("\0", "")


def is_number(text: str) -> bool:
    """Whether the text is the number of a row: digits 0 to 9, no more than a database holds."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def number_in(text: str) -> int:
    """A version's number; 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def page_of(request: HttpRequest) -> str:
    """The page that something is saved from."""
    return clean(request.POST.get("page", ""))[:PAGE_LENGTH]


def field_answer(request: HttpRequest, save: Save, refusals: Refusals, me: str) -> JsonResponse:
    """Save the one field in the request; the answer says what is there now, or why it was not
    saved. `me` is the reader's name as values keep it."""
    path, text = clean(request.POST.get("path", "")), clean(request.POST.get("text", ""))
    try:
        saved = save(path, text, number_in(request.POST.get("base", "")))
    except UnfitValueError as wrong:
        message = problem_text(wrong.code, wrong.params)
        return JsonResponse({"status": "unfit", "message": message}, status=422)
    except ValueChanged as changed:
        return _changed(changed)
    except tuple(refusals) as refused:
        found = _refusal(refused, refusals)
        return JsonResponse({"status": found.code, "message": found.text()}, status=found.status)
    return JsonResponse(
        {
            "status": "saved",
            "text": saved.text,
            "base": saved.number,
            "saved": saved_text(saved, me),
        }
    )


def _refusal(refused: Exception, refusals: Refusals) -> Refusal:
    return next(each for kind, each in refusals.items() if isinstance(refused, kind))


def _changed(changed: ValueChanged) -> JsonResponse:
    theirs = changed.theirs
    conflict = conflict_of(changed.spec, theirs)
    who = conflict.who or _("Somebody")
    return JsonResponse(
        {
            "status": "changed",
            "theirs": typed_text(changed.spec, theirs.text),
            "codes": theirs.text,
            "shown": conflict.shown or _("Nothing: the field was emptied."),
            "base": theirs.number,
            "heading": _("The text has changed while you wrote"),
            "message": _(
                "%(who)s saved another text %(when)s. Both are here: yours is in the field, "
                "where you can go on writing."
            )
            % {"who": who, "when": conflict.when},
            "label": _("The text by %(who)s") % {"who": who},
            "keep": _("Keep my text"),
            "take": _("Take the text by %(who)s") % {"who": who},
        },
        status=409,
    )


def posted_fields(request: HttpRequest) -> dict[str, tuple[str, int]]:
    """The text and the version of every field in the request, by path."""
    return {
        name.removeprefix(BASE): (
            clean(",".join(request.POST.getlist(f"{VALUE}{name.removeprefix(BASE)}"))),
            number_in(request.POST[name]),
        )
        for name in request.POST
        if name.startswith(BASE) and name == clean(name)
    }


def save_page(
    request: HttpRequest,
    *,
    spec_of: Callable[[str], FieldSpec | None],
    value_of: Callable[[str], SavedValue],
    earlier: Callable[[Mapping[str, int]], Mapping[str, str]],
    save: Save,
    refusals: Refusals,
) -> Posted:
    """Save every field of the page that was changed in it; the others are left alone.

    What cannot be saved is given back as typed, with why. `theirs` in the request names a field
    whose newer text by somebody else is to stand. `earlier` tells what fields said in versions.
    """
    given = posted_fields(request)
    given.pop(request.POST.get("theirs", ""), None)
    moved = {
        path: base
        for path, (_text, base) in given.items()
        if base and base != value_of(path).number
    }
    before = earlier(moved) if moved else {}
    typed: dict[str, Typed] = {}
    saved = 0
    for path, (text, base) in given.items():
        spec = spec_of(path)
        if spec is None:
            continue
        try:
            canonical = spec.canonical(text)
        except UnfitValueError as wrong:
            typed[path] = Typed(text, base, problem_text(wrong.code, wrong.params))
            continue
        stood = before.get(path, "") if path in moved else value_of(path).text
        if canonical == stood:
            continue
        outcome = saved_or_typed(save, path, text, base, refusals)
        if isinstance(outcome, Typed):
            typed[path] = outcome
        else:
            saved += 1
    return Posted(saved, typed)


def saved_or_typed(
    save: Save, path: str, text: str, base: int, refusals: Refusals
) -> SavedValue | Typed:
    """The field as saved, or as typed with why it was not."""
    try:
        return save(path, text, base)
    except ValueChanged as changed:
        conflict = conflict_of(changed.spec, changed.theirs)
        return Typed(text, changed.theirs.number, conflict=conflict)
    except tuple(refusals) as refused:
        return Typed(text, base, _refusal(refused, refusals).text())


def saved_message(request: HttpRequest, posted: Posted) -> None:
    """Say how many answers were saved."""
    if posted.saved:
        text = ngettext(
            "%(number)d answer is saved.", "%(number)d answers are saved.", posted.saved
        )
        messages.success(request, text % {"number": posted.saved})
