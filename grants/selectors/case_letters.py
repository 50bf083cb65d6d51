"""Reading letters in cases."""

import json
from datetime import datetime

from grants.content.letter_parts import LetterContent
from grants.models import Application, CaseLetter

from .letters import due


def content_of(letter: CaseLetter) -> LetterContent:
    """What the letter says, as it was frozen."""
    return LetterContent.of(json.loads(letter.document))


def due_case_letter_ids(*, now: datetime, limit: int) -> list[int]:
    """The letters to be made at `now` (UTC), those that waited longest first."""
    rows = CaseLetter.objects.filter(due(now)).order_by("next_attempt_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def letters_by_source(application: Application) -> dict[str, CaseLetter]:
    """The case's letters by the source of their documents, in one query."""
    found = application.letters.defer("document").order_by("pk")
    return {each.source: each for each in found}


def case_letter(application: Application, pk: int) -> CaseLetter | None:
    """A letter of the case by its id."""
    return application.letters.select_related("file", "application").filter(pk=pk).first()


def own_case_letter(application: Application, pk: int) -> CaseLetter | None:
    """The same for the party: not one whose document is secret to it."""
    found = case_letter(application, pk)
    if found is None:
        return None
    hidden = application.documents.filter(source=found.source, secret_to_party=True).exists()
    return None if hidden else found
