"""Mail about representing an organisation: that there is news, never what it is."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from applicants.models import Invitation, RepresentationRequest, User
from applicants.selectors import officers_of
from core.services.outbox import queue_mail


def send_invitation(invitation: Invitation, token: str) -> None:
    """Mail the link. The receiver's language is not known where it has no account."""
    user = User.objects.filter(email__iexact=invitation.email, is_active=True).first()
    language = user.language if user else invitation.invited_by.language
    with translation.override(language):
        subject = _("An invitation in Tilldela")
        body = _(
            "Hello!\n\n"
            "You have been invited to work together with others in Tilldela. Open the link to "
            "see what it is about. It holds for 14 days, and only for this e-mail address.\n\n"
            "%(address)s\n\n"
            "If you did not expect this, you need not do anything.\n"
        ) % {"address": _address("invitation", token)}
    queue_mail(
        recipient=invitation.email,
        language=language,
        subject=subject,
        body=body,
        dedupe_key=f"invitation:{invitation.pk}",
    )


def tell_officers(request: RepresentationRequest) -> None:
    """Tell each officer of the agency that a request waits, at most once a day."""
    day = timezone.localdate().isoformat()
    for officer in officers_of(request.agency):
        _tell(
            officer,
            gettext_noop("Requests to represent organisations wait for an answer in Tilldela."),
            "representation-requests",
            f"representation-waiting:{officer.pk}:{day}",
        )


def tell_answer(request: RepresentationRequest) -> None:
    """Tell the one who asked that there is an answer."""
    _tell(
        request.user,
        gettext_noop("There is news about your organisations in Tilldela."),
        "my-organisations",
        f"representation-answered:{request.pk}",
    )


def tell_administrators(request: RepresentationRequest, administrators: Iterable[User]) -> None:
    """Tell those who administered the organisation before that there is news about it."""
    for administrator in administrators:
        if administrator != request.user:
            _tell(
                administrator,
                gettext_noop("There is news about your organisations in Tilldela."),
                "my-organisations",
                f"representation-approved:{request.pk}:{administrator.pk}",
            )


def _tell(user: User, text: str, page: str, dedupe_key: str) -> None:
    with translation.override(user.language):
        subject = _("News in Tilldela")
        body = _("Hello!\n\n%(text)s Sign in to read more:\n\n%(address)s\n") % {
            "text": _(text),
            "address": _address(page),
        }
    queue_mail(
        recipient=user.email,
        language=user.language,
        subject=subject,
        body=body,
        dedupe_key=dedupe_key,
    )


def _address(page: str, *parts: str) -> str:
    return f"{settings.SITE_URL}{reverse(page, args=parts)}"
