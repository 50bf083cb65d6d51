"""Reading decisions that have been made, and what came after them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from applicants.enums import Role
from applicants.models import StaffRole, User
from grants.definitions import Appeal as AppealRule
from grants.enums import CorrectedPlace
from grants.models import Appeal, Application, Decision, DecisionCorrection, DecisionDelivery

from .register import not_secret_to_party


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a decision says now, with its corrections made."""

    reasons: str
    conditions: tuple[str, ...]
    dissent: str

    def texts_of(self, place: str) -> tuple[str, ...]:
        """The texts of one place: each condition by itself, or the one text there is."""
        if place == CorrectedPlace.CONDITIONS:
            return self.conditions
        return (self.dissent if place == CorrectedPlace.DISSENT else self.reasons,)

    def text_of(self, place: str) -> str:
        """The text of one place; each condition begins a line."""
        return "\n".join(self.texts_of(place))

    def says(self, place: str, text: str) -> bool:
        """Whether the text stands in one of the texts of the place."""
        return any(text in each for each in self.texts_of(place))


def corrected(decision: Decision) -> Corrected:
    """The decision's texts as corrected; the first text of the place where the error stands is put
    right, once. A condition that nothing is left of is gone."""
    basis = decision.basis_content
    texts: dict[CorrectedPlace, list[str]] = {
        CorrectedPlace.REASONS: [decision.reasons],
        CorrectedPlace.CONDITIONS: list(basis.conditions) if basis is not None else [],
        CorrectedPlace.DISSENT: [decision.dissent],
    }
    for each in sorted(decision.corrections.all(), key=lambda found: found.pk):
        there = texts[CorrectedPlace(each.place)]
        for number, text in enumerate(there):
            if each.before in text:
                there[number] = text.replace(each.before, each.after, 1)
                break
    return Corrected(
        reasons=texts[CorrectedPlace.REASONS][0],
        conditions=tuple(each for each in texts[CorrectedPlace.CONDITIONS] if each.strip()),
        dissent=texts[CorrectedPlace.DISSENT][0],
    )


def appeal_rule(decision: Decision) -> AppealRule | None:
    """How the decision is appealed; None where its kind cannot be."""
    assessment = decision.application.definition.assessment
    letter = None if assessment is None else assessment.letter
    return None if letter is None else letter.appeal_of(decision.kind)


def deliveries_by_party(decision: Decision) -> dict[int, DecisionDelivery]:
    """The deliveries by organisation."""
    return {each.organisation_id: each for each in decision.deliveries.all()}


def decisions_of(application: Application) -> list[Decision]:
    """The case's decisions, the newest first, as a list of them shows them."""
    return list(_decisions_of(application).order_by("-pk"))


def decision_alone(application: Application, pk: int) -> Decision | None:
    """One decision of the case without what came after it."""
    return _decisions_of(application).filter(pk=pk).first()


def decision_of(application: Application, pk: int, *, own: bool = False) -> Decision | None:
    """One decision of the case, with all that its page shows; `own` leaves out one that is secret
    to its party."""
    found = _decisions_of(application).filter(pk=pk)
    return _with_all(not_secret_to_party(found, "decision") if own else found).first()


def _decisions_of(application: Application) -> QuerySet[Decision]:
    return Decision.objects.filter(application=application).select_related(
        "decider", "superseded_by"
    )


def _with_all(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    return decisions.select_related("preparer", "supersedes", "delegation_rule").prefetch_related(
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
