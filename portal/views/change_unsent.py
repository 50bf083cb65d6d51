"""What somebody had written in a form about a change of a grant, when the request had gone on
meanwhile: it is shown again, with what has happened and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from core.content import Text
from grants.checks.changes import ChangeRefused
from grants.enums import ChangeKind, ChangeState
from grants.models import GrantChange
from grants.models.changes import DECIDED
from grants.workflow import HAS_GRANT
from portal.selectors.changes import ChangeRoom
from portal.views.change_texts import refusal_of_change
from portal.views.labels import day


@dataclass(frozen=True, slots=True)
class Unsent:
    """`said` are the words of the form, each with what its field is called; `url` leads to where
    they can be sent instead."""

    why: str
    said: tuple[tuple[Text, str], ...]
    url: str = ""
    link: str = ""


def unsent(
    form: forms.Form | None, posted: Mapping[str, str], *, why: str, url: str = "", link: str = ""
) -> Unsent:
    """What was posted in a form that cannot be sent any more; of one that cannot even be shown
    again the reasons, which are what it took time to write."""
    if form is None:
        reasons = posted.get("reasons", "").strip()
        said: list[tuple[Text, str]] = [(_("Reasons"), reasons)] if reasons else []
    else:
        said = [(bound.label, _words(bound)) for bound in form if not bound.is_hidden]
    return Unsent(why, tuple(each for each in said if each[1]), url, link)


def _words(bound: forms.BoundField) -> str:
    value = bound.value()
    if isinstance(bound.field, forms.FileField):
        # A browser does not send the same file twice by itself.
        return ""
    if isinstance(bound.field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in _choices(bound.field)}
        return labels.get(str(value), "")
    return "" if value is None else str(value).strip()


def _choices(field: Any) -> list[tuple[Any, Any]]:
    return [each for each in field.choices if isinstance(each, tuple)]


def ended(change: GrantChange) -> str:
    """What became of a request that waits no more; empty for one that does."""
    if change.state == ChangeState.WITHDRAWN:
        return _("The request was withdrawn %(day)s.") % {"day": day(change.withdrawn_at)}
    if change.state in DECIDED:
        return _("The request was decided %(day)s.") % {"day": day(change.decided_at)}
    return ""


def happened_to(change: GrantChange, *, own: bool, answering: bool = False) -> str:
    """Where a request that has gone on stands now, and what to do with what one had written: of
    the grantee's `own`, or of the agency's; `answering` a question."""
    then = (
        _("If it still matters, write it to the agency as a message.")
        if own
        else _("If it still matters, write it to the grantee as a message.")
    )
    text = ended(change)
    if text:
        return f"{text} {then}"
    if answering:
        text = _("The question has been answered already; the answer stands with the request.")
    elif change.state == ChangeState.QUESTION:
        text = _("The grantee has already been asked a question, and has not answered yet.")
        then = _("The question is below. Come back when it has been answered.")
    else:
        text = _("The proposal has been sent back already.")
    return f"{text} {then}"


def not_asked(room: ChangeRoom, kind: ChangeKind, *, signs: bool = True) -> str:
    """Why a change of that kind cannot be asked for any more."""
    if not signs:
        return _("Those who sign for the lead applicant ask for changes.")
    if room.application.status not in HAS_GRANT:
        return refusal_of_change(ChangeRefused("late"))
    if room.waits(kind):
        return _(
            "A change of the same kind has been asked for already. When that has been decided or "
            "withdrawn, you can ask again."
        )
    return _("The grant has nothing of the kind to change any more.")
