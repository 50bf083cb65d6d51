"""Addresses of a grant's changes: a grant to the lead and its partner, with one withdrawn."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from grants.content.change_letter import change_letter
from grants.content.changes import BudgetChange, change_document
from grants.models import ChangeQuestion, GrantChange
from grants.selectors.change_facts import facts_of_change
from grants.selectors.changes import granting
from grants.services.case_letters import freeze_case_letter
from tests.factories import ConflictDeclarationFactory, ParticipationFactory
from tests.factories.changing import Changing

if TYPE_CHECKING:
    from tests.portal.everyone import Everyone


def change_addresses(everyone: "Everyone") -> dict[str, str]:
    """An address of each page of changes, in a case of the lead and its partner."""
    desk = Changing(agency=everyone.agency)
    case = desk.granted(lead=everyone.lead)
    ParticipationFactory(application=case, organisation=everyone.partner)
    now = timezone.now()
    change = GrantChange.objects.create(
        application=case, kind="budget", state="withdrawn", reasons="Skäl.", asked_at=now,
        wanted=change_document(BudgetChange(((1, 290_000), (2, 110_000)))), withdrawn_at=now,
        asked_by=everyone.people["lead signatory"], proposed="refused",
    )  # fmt: skip
    asked = GrantChange.objects.create(
        application=case, kind="budget", state="question", reasons="Skäl.", asked_at=now,
        wanted=change.wanted, asked_by=everyone.people["lead signatory"],
    )  # fmt: skip
    ChangeQuestion.objects.create(change=asked, text="Vilka?", asked_at=now, asked_by=desk.officer)
    ConflictDeclarationFactory(
        application=case, user=everyone.people["case_officer"], has_conflict=False
    )
    facts = facts_of_change(change, decision=granting(case), decider="Bo", made=None)
    with transaction.atomic():
        letter = freeze_case_letter(
            application=case, source=f"change_decision:{change.pk}",
            content=change_letter(facts, None), actor=None,
        )  # fmt: skip
    one, paper = [case.pk, change.pk], [case.pk, letter.pk]
    return {
        "change-list": reverse("change-list"),
        "case-changes": reverse("case-changes", args=[case.pk]),
        "case-change": reverse("case-change", args=one),
        "case-paper-requests": reverse("case-paper-requests", args=[case.pk]),
        "case-paper-request": reverse("case-paper-request", args=[case.pk, "time"]),
        "case-paper-answer": reverse("case-paper-answer", args=[case.pk, asked.pk]),
        "case-paper-withdrawal": reverse("case-paper-withdrawal", args=[case.pk, asked.pk]),
        "case-other-letter": reverse("case-other-letter", args=paper),
        "own-changes": reverse("own-changes", args=[case.pk]),
        "own-change": reverse("own-change", args=one),
        "own-change-new": reverse("own-change-new", args=[case.pk, "time"]),
        "own-case-letter": reverse("own-case-letter", args=paper),
    }
