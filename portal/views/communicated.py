"""What the page of a case tells its party of material to answer."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applicants.models import User
from core.content import Tag, Tone
from grants.models import Application
from portal.selectors.communication import own_communications
from reviews.selectors.communication import can_be_answered

from .labels import day


def communicated_lines(application: Application, person: User) -> list[dict[str, Any]]:
    """Each thing that was sent to be answered: its day, whether it is answered, its address, and
    whether the reader's organisation still has to do with it."""
    today = timezone.localdate()
    lines = []
    for each in own_communications(application, person):
        answered = bool(getattr(each, "answered", False))
        is_open = can_be_answered(each, application.status)
        if answered:
            tag = Tag(_("Answered"), Tone.SUCCESS)
        elif not is_open or today > each.due:
            tag = Tag(_("Not answered"))
        else:
            tag = Tag(_("To be answered by %(day)s") % {"day": day(each.due)}, Tone.WARNING)
        lines.append(
            {
                "sent": day(each.sent_at),
                "tag": tag,
                "url": reverse("own-communication", args=[application.pk, each.pk]),
                "waits": is_open and not answered,
            }
        )
    return lines
