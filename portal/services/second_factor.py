"""Taking away the second factor of someone who has lost it."""

import uuid

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from applicants.models import User
from core.enums import JournalKind
from core.services import journal
from core.services.outbox import queue_mail


@transaction.atomic
def remove_second_factor(*, user: User) -> int:
    """Take away the person's passkeys, one-time codes and recovery codes, and tell the person.

    For those who keep the installation, on the command line: nobody does it through the pages.
    Returns how many there were; with none, nothing is recorded and nobody told.
    """
    held = Authenticator.objects.select_for_update().filter(user=user)
    kinds = sorted(str(each) for each in held.values_list("type", flat=True))
    if not kinds:
        return 0
    held.delete()
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name="second_factor.removed",
        payload={"person": str(user.pseudonym), "kinds": kinds},
        actor=journal.Actor.system(),
    )
    with override(user.language):
        subject = _("Your second step for signing in to Tilldela has been removed")
        body = "\n\n".join(
            (
                _(
                    "Passkeys, one-time codes and recovery codes no longer open your account. "
                    "You set up a new second step the next time you sign in."
                ),
                _("Was it not you who asked for it? Tell those who keep the service at once."),
                "Tilldela\n",
            )
        )
    queue_mail(
        recipient=user.email,
        language=user.language,
        subject=subject,
        body=body,
        dedupe_key=f"account:second_factor_removed:{uuid.uuid4()}",
    )
    return len(kinds)
