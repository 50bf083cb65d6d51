"""Reading the messages in a case."""

from typing import Any

from django.db.models import (
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from applicants.enums import Role
from applicants.models import User
from grants.models import Application, Message, MessageReading

from .register import not_secret_to_party
from .shut_out import shut_out_people


def messages_of(application: Application) -> QuerySet[Message]:
    """The messages, the oldest first, with all that a page shows of them."""
    return (
        Message.objects.filter(application=application)
        .select_related("sender", "organisation")
        .prefetch_related(
            "files",
            Prefetch(
                "readings",
                MessageReading.objects.select_related("user").order_by("read_at", "pk"),
            ),
        )
        .order_by("sent_at", "pk")
    )


def unread_messages(application: Application, user: Any, *, from_agency: bool) -> QuerySet[Message]:
    """What one side has sent that the person has not read."""
    read = MessageReading.objects.filter(message=OuterRef("pk"), user=user)
    sent = Message.objects.filter(application=application, from_agency=from_agency)
    if from_agency:
        sent = not_secret_to_party(sent, "message")
    return sent.exclude(Exists(read))


def with_unread_count(
    applications: QuerySet[Application], user: Any, *, from_agency: bool
) -> QuerySet[Application]:
    """Annotates `unread`: how many messages of that side the person has not read."""
    read = MessageReading.objects.filter(message=OuterRef("pk"), user=user)
    unread = (
        Message.objects.filter(application=OuterRef("pk"), from_agency=from_agency)
        .exclude(Exists(read))
        .order_by()
        .values("application")
        .annotate(total=Count("pk"))
        .values("total")
    )
    counted = Coalesce(Subquery(unread, output_field=IntegerField()), Value(0))
    return applications.annotate(unread=counted)


def officers_concerned(application: Application) -> list[User]:
    """The case's officer; while nobody has it, every case officer of the agency. Nobody who sees
    nothing of the case for a conflict of interest."""
    people = User.objects.filter(is_active=True).exclude(pk__in=shut_out_people(application))
    if application.assigned_to_id is not None:
        return list(people.filter(pk=application.assigned_to_id))
    roles = application.call.agency.staff_roles.filter(role=Role.CASE_OFFICER)
    return list(people.filter(pk__in=roles.values("user")).order_by("pk"))
