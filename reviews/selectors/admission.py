"""Reading what can be dismissed, and what the case officer has said of it."""

from collections.abc import Mapping

from django.db.models import OuterRef, QuerySet, Subquery

from grants.models import Application
from reviews.checks.admission import grounds_against
from reviews.enums import AdmissionOutcome
from reviews.models import Admission


def admissions_of(application: Application) -> QuerySet[Admission]:
    """All that has been said, the latest first."""
    return (
        Admission.objects.filter(application=application)
        .select_related("made_by", "incident")
        .order_by("-pk")
    )


def admission_of(application: Application) -> Admission | None:
    """What holds, which is the latest."""
    return admissions_of(application).first()


def proposed_dismissal(application: Application) -> Admission | None:
    """The proposal that the application be dismissed, with ground and reasons, for the decision
    maker; None where nothing is proposed, or it has been admitted since."""
    latest = admission_of(application)
    return latest if latest is not None and latest.outcome == AdmissionOutcome.DISMISS else None


def dismissal_grounds(application: Application) -> tuple[str, ...]:
    """The grounds for dismissing that the system can tell: that it came late, and that somebody
    in it is of a kind that may not apply. Values of `AdmissionGround`."""
    kinds = application.participations.values_list("organisation_id", "organisation__kind")
    return _grounds(application, dict(kinds))


def _grounds(application: Application, kinds: Mapping[int, str]) -> tuple[str, ...]:
    return grounds_against(
        late=application.late,
        kinds=kinds,
        who_may_apply=map(str, application.definition.who_may_apply),
    )


def with_admission(applications: QuerySet[Application]) -> QuerySet[Application]:
    """With `admission_outcome`, what the latest admission says; None where there is none."""
    latest = Admission.objects.filter(application=OuterRef("pk")).order_by("-pk")
    return applications.annotate(admission_outcome=Subquery(latest.values("outcome")[:1]))


def why_unadmitted(application: Application, outcome: str | None, kinds: Mapping[int, str]) -> str:
    """What `stands_unadmitted` says, by the latest admission's outcome (None for none) and the
    kinds of the organisations that take part."""
    if outcome is not None:
        return "dismissal_proposed" if outcome == AdmissionOutcome.DISMISS else ""
    return "admission" if _grounds(application, kinds) else ""


def stands_unadmitted(application: Application) -> str:
    """Why the case cannot be assessed yet: `admission`, where it came late or from somebody not
    entitled and nobody has said that it is admitted; `dismissal_proposed`; "" where it can."""
    latest = admission_of(application)
    if latest is not None:
        return "dismissal_proposed" if latest.outcome == AdmissionOutcome.DISMISS else ""
    return "admission" if dismissal_grounds(application) else ""
