"""The language in which a person is written to."""

from django.db import transaction

from applicants.models import User

LANGUAGES = ("sv", "en")


@transaction.atomic
def keep_language(*, actor: User, language: str) -> None:
    """Let mail to the person come in this language; one that is not offered changes nothing."""
    if language in LANGUAGES and language != actor.language:
        User.objects.filter(pk=actor.pk).update(language=language)
        actor.language = language
