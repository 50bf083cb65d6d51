"""Reading what a person has at the agencies: cases, drafts, what waits for an answer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Cast, Coalesce, Replace

from applicants.enums import OrganisationRole
from applicants.models import Invitation, Mandate, Organisation, User
from applicants.rules import mandates_held
from applicants.selectors import (
    open_invitations,
    organisation_ids_read_by,
    organisation_ids_taken_over,
)
from core.enums import JournalKind
from core.models import StoredFile
from core.selectors.journal import events_of
from core.selectors.prepared import Prepared, keep_prefetched
from grants.enums import Approval, SignaturePurpose, Status
from grants.models import (
    Application,
    ApplicationVersion,
    Attachment,
    CompletionRequest,
    Decision,
    DecisionDelivery,
    DraftValue,
    Message,
    Participation,
    Signature,
)
from grants.selectors import latest_version, own_applications
from grants.selectors.cases import with_part_of
from grants.selectors.messages import with_unread_count
from grants.selectors.register import not_secret_to_party
from reporting.enums import ReportStatus
from reporting.models import Report, ReportReference

from .communication import unanswered_by

MOST = 200
"""How many of a person's applications are looked through, the newest."""


@dataclass(frozen=True, slots=True)
class OwnPages:
    """What the start page of an applicant is made of. `roles` are the person's roles by
    organisation; `taken_over` the organisations that these have absorbed, whose cases are read;
    `reports` those that are due or to be written again."""

    applications: tuple[Application, ...]
    taken_over: frozenset[int]
    mandates: tuple[Mandate, ...]
    roles: Mapping[int, frozenset[str]]
    invitations: tuple[Invitation, ...]
    reports: tuple[Report, ...]

    def may_sign(self, organisation: int) -> bool:
        """Whether the person signs for the organisation."""
        return OrganisationRole.SIGNATORY in self.roles.get(organisation, frozenset())

    def may_write(self, organisation: int) -> bool:
        """Whether the person writes for the organisation."""
        return bool(self.roles.get(organisation, frozenset()) - {OrganisationRole.READER})

    def report_of(self, application: int) -> Report | None:
        """The report that waits to be written for a grant, the one that is due first."""
        for report in self.reports:
            if any(each.application_id == application for each in report.references.all()):
                return report
        return None


def own_pages(user: Any) -> OwnPages:
    """Everything that the person has in hand, in eight queries; one more after a merger."""
    mandates = tuple(mandates_held(user))
    roles: dict[int, set[str]] = {}
    for mandate in mandates:
        roles.setdefault(mandate.organisation_id, set()).add(str(mandate.role))
    organisations, taken_over = list(roles), organisation_ids_taken_over(user)
    applications = _listed(own_applications(user), user).prefetch_related(
        Prefetch(
            "participations",
            Participation.objects.filter(
                organisation__in=[*organisations, *taken_over]
            ).select_related("organisation"),
            to_attr="own_parts",
        ),
        Prefetch(
            "signatures",
            Signature.objects.filter(version=None, purpose=SignaturePurpose.SUBMIT).select_related(
                "user"
            ),
            to_attr="open_signatures",
        ),
        Prefetch("communications", unanswered_by(organisations), to_attr="to_answer"),
        Prefetch("decisions", _unopened_by(organisations), to_attr="unopened_decisions"),
    )
    return OwnPages(
        applications=tuple(applications.order_by("-pk")[:MOST]) if organisations else (),
        taken_over=taken_over,
        mandates=mandates,
        roles={pk: frozenset(found) for pk, found in roles.items()},
        invitations=_invitations_to(user),
        reports=_reports_due(organisations),
    )


def _shown(applications: QuerySet[Application]) -> QuerySet[Application]:
    return (
        applications.exclude(status=Status.DISCARDED)
        .select_related("call", "call__agency", "call__definition_record", "lead", "assigned_to")
        .defer("call__definition_record__document")
    )


def _listed(applications: QuerySet[Application], user: Any) -> QuerySet[Application]:
    saved = DraftValue.objects.filter(application=OuterRef("pk"), current=True)
    last_saved = saved.order_by("-saved_at").values("saved_at")[:1]
    counted = with_unread_count(_shown(applications), user, from_agency=True)
    return counted.annotate(last_saved=Subquery(last_saved))


def _unopened_by(organisations: Collection[int]) -> QuerySet[Decision]:
    """Decisions that any of the organisations has been told of and not opened, the latest
    first."""
    unopened = DecisionDelivery.objects.filter(
        decision=OuterRef("pk"),
        organisation__in=organisations,
        sent_at__isnull=False,
        opened_at__isnull=True,
        paper_on__isnull=True,
    )
    found = Decision.objects.filter(Exists(unopened))
    return not_secret_to_party(found.order_by("-pk"), "decision")


def _invitations_to(user: Any) -> tuple[Invitation, ...]:
    """Invitations to act for an organisation that were sent to the address the person signs
    in with."""
    email = getattr(user, "email", "")
    return tuple(open_invitations().filter(email=email.lower())) if email else ()


def _reports_due(organisations: Collection[int]) -> tuple[Report, ...]:
    if not organisations:
        return ()
    part = ReportReference.objects.filter(
        application__in=Participation.objects.filter(organisation__in=organisations)
        .exclude(approval=Approval.DECLINED)
        .values("application")
    )
    found = Report.objects.filter(
        Q(organisation__in=organisations) | Q(pk__in=part.values("report")),
        status__in=[str(ReportStatus.DUE), str(ReportStatus.DRAFT), str(ReportStatus.RETURNED)],
    ).prefetch_related("references")
    return tuple(found.select_related("organisation").order_by("due_on", "pk")[:MOST])


_WAITING = frozenset({ReportStatus.DUE, ReportStatus.DRAFT, ReportStatus.RETURNED})


def report_waiting(reports: Iterable[Report]) -> Report | None:
    """The one of a grant's reports that waits to be written, the one that is due first."""
    waiting = [each for each in reports if each.status in _WAITING]
    return min(
        waiting,
        key=lambda each: (each.due_on is None, each.due_on or date.max, each.pk),
        default=None,
    )


def own_case(user: Any, pk: int) -> Application | None:
    """The application or case, for one who acts for an organisation in it, with what every page
    of it shows: the call, the lead, how many messages are unread."""
    return _listed(own_applications(user), user).filter(pk=pk).first()


_OF_PART = tuple(field.attname for field in Participation._meta.concrete_fields)


def own_case_with_parts(user: Any, pk: int) -> Application | None:
    """The same with who takes part in it, the lead first, in one query."""
    rows: list[Any] = list(
        _listed(own_applications(user), user)
        .filter(pk=pk)
        .annotate(
            **{f"part_{name}": F(f"participations__{name}") for name in _OF_PART},
            part_name=F("participations__organisation__name"),
        )
        .order_by(
            "participations__role", "participations__organisation__sort_key", "participations__pk"
        )
    )
    if not rows:
        return None
    found: Application = rows[0]
    parts = []
    for row in rows:
        part = Participation.from_db(
            row._state.db, _OF_PART, [getattr(row, f"part_{name}") for name in _OF_PART]
        )
        part.organisation = Organisation.from_db(
            row._state.db, ["id", "name"], [part.organisation_id, row.part_name]
        )
        parts.append(part)
    keep_prefetched(found, "participations", parts)
    return found


def own_receipt(user: Any, pk: int) -> tuple[Application, ApplicationVersion | None] | None:
    """The application or case, for one who acts for an organisation in it, with the version that
    was sent in last."""
    application = _own_shown.first(organisation_ids_read_by(user), pk)
    return None if application is None else (application, latest_version(application))


_own_shown = Prepared(lambda organisations, pk: _shown(with_part_of(organisations)).filter(pk=pk))


def case_file(application: Application) -> Application:
    """The case with all that a party may see on its page fetched beside it; who takes part is not
    asked for again."""
    prefetch_related_objects(
        [application],
        Prefetch(
            "participations",
            Participation.objects.select_related("organisation").order_by(
                "role", "organisation__sort_key", "pk"
            ),
        ),
        Prefetch(
            "versions",
            not_secret_to_party(
                ApplicationVersion.objects.defer("document")
                .select_related("submitted_by")
                .order_by("-number"),
                "version",
            ),
        ),
        Prefetch(
            "completion_requests",
            not_secret_to_party(
                CompletionRequest.objects.select_related("asked_by").order_by("-asked_at", "-pk"),
                "completion_request",
            ),
        ),
        Prefetch(
            "decisions",
            not_secret_to_party(
                Decision.objects.select_related("letter").order_by("-pk"), "decision"
            ),
        ),
        Prefetch(
            "attachments",
            Attachment.objects.filter(removed_at__isnull=True)
            .select_related("file", "organisation")
            .order_by("added_at", "pk"),
        ),
    )
    return application


def events_a_party_may_see(
    application: Application, names: Iterable[str], organisations: Collection[int]
) -> list[Any]:
    """The case's events of these names, the oldest first, in one query; each with the `person`
    behind it, "" for one who neither acts nor has acted for these organisations."""
    # A pseudonym is kept with hyphens in one database and without in the other.
    plain = Replace(Cast("pseudonym", CharField()), Value("-"), Value(""))
    behind = (
        User.objects.filter(mandates__organisation__in=list(organisations))
        .annotate(plain=plain)
        .filter(plain=Replace(OuterRef("actor"), Value("-"), Value("")))
    )
    name = behind.values_list(
        Case(When(name="", then=F("email")), default=F("name"), output_field=CharField())
    )
    events = events_of(kind=JournalKind.CASE, subject=str(application.pk))
    found = events.filter(name__in=list(names)).prefetch_related(None)
    return list(found.annotate(person=Coalesce(Subquery(name[:1]), Value(""))))


def reports_of_case(application: Application) -> list[Report]:
    """The reports that answer for the grant, as they come."""
    return list(
        Report.objects.filter(references__application=application).order_by("year", "pk").distinct()
    )


def file_of_message(
    applications: QuerySet[Application], file_id: int, *, own: bool = False
) -> StoredFile | None:
    """The file, where it was sent with a message in one of the cases; `own` leaves out messages
    that are secret to their party."""
    messages = Message.objects.filter(application__in=applications.values("pk"))
    if own:
        messages = not_secret_to_party(messages, "message")
    return StoredFile.objects.filter(pk=file_id, messages__in=messages.values("pk")).first()
