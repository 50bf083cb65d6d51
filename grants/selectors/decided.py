"""Reading decisions that have been made, and what came after them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from applicants.enums import Role
from applicants.models import StaffRole, User
from grants.definitions import Appeal as AppealRule
from grants.enums import CorrectedPlace
from grants.models import Appeal, Application, Decision, DecisionCorrection, DecisionDelivery


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a decision says now, with its corrections made."""

    reasons: str
    conditions: tuple[str, ...]
    dissent: str

    def text_of(self, place: str) -> str:
        """The text of one place; conditions one on each line."""
        if place == CorrectedPlace.CONDITIONS:
            return "\n".join(self.conditions)
        return self.dissent if place == CorrectedPlace.DISSENT else self.reasons


def corrected(decision: Decision) -> Corrected:
    """The decision's texts as corrected; the first place where the error stands is put right."""
    basis = decision.basis_content
    conditions = "\n".join(basis.conditions) if basis is not None else ""
    texts = {
        CorrectedPlace.REASONS: decision.reasons,
        CorrectedPlace.CONDITIONS: conditions,
        CorrectedPlace.DISSENT: decision.dissent,
    }
    for each in sorted(decision.corrections.all(), key=lambda found: found.pk):
        place = CorrectedPlace(each.place)
        texts[place] = texts[place].replace(each.before, each.after, 1)
    return Corrected(
        reasons=texts[CorrectedPlace.REASONS],
        conditions=tuple(line for line in texts[CorrectedPlace.CONDITIONS].split("\n") if line),
        dissent=texts[CorrectedPlace.DISSENT],
    )


def appeal_rule(decision: Decision) -> AppealRule | None:
    """How the decision is appealed; None where its kind cannot be."""
    assessment = decision.application.call.definition.assessment
    letter = None if assessment is None else assessment.letter
    return None if letter is None else letter.appeal_of(decision.kind)


def deliveries_by_party(decision: Decision) -> dict[int, DecisionDelivery]:
    """The deliveries by organisation."""
    return {each.organisation_id: each for each in decision.deliveries.all()}


def decisions_of(application: Application) -> list[Decision]:
    """The case's decisions, the newest first, with all that their pages show."""
    return list(_with_all(Decision.objects.filter(application=application)).order_by("-pk"))


def decision_of(application: Application, pk: int) -> Decision | None:
    """One decision of the case, with all that its page shows."""
    return _with_all(Decision.objects.filter(application=application, pk=pk)).first()


def _with_all(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    return decisions.select_related(
        "decider", "preparer", "supersedes", "superseded_by", "delegation_rule"
    ).prefetch_related(
        Prefetch(
            "corrections",
            DecisionCorrection.objects.select_related("corrected_by").order_by("pk"),
        ),
        Prefetch(
            "deliveries",
            DecisionDelivery.objects.select_related("organisation", "opened_by").order_by("pk"),
        ),
        Prefetch("appeals", appeals_with_files(Appeal.objects.all())),
    )


def appeals_with_files(appeals: QuerySet[Appeal]) -> QuerySet[Appeal]:
    """With party, people and files, the oldest first."""
    return (
        appeals.select_related(
            "organisation", "registered_by", "dismissed_by", "tried_by", "decision__application"
        )
        .prefetch_related("files")
        .order_by("received_on", "pk")
    )


def colleagues_of(application: Application, *, besides: User) -> list[User]:
    """Those at the agency who may have taken part in a decision of the case: its case officers
    and decision makers without a conflict of interest, in the order of their names."""
    staff = StaffRole.objects.filter(
        agency=application.call.agency_id, role__in=[Role.CASE_OFFICER, Role.DECISION_MAKER]
    )
    return list(
        User.objects.filter(is_active=True, pk__in=staff.values("user"))
        .exclude(pk=besides.pk)
        .exclude(pk__in=application.shut_out.values("user"))
        .order_by("name", "pk")
    )


def has_open_appeal(appeals: Iterable[Appeal]) -> bool:
    """Whether any appeal still waits for something."""
    return any(each.is_open for each in appeals)
