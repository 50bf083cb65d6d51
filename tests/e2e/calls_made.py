"""Calls that are being made at an agency: one copied from this year's, half way, one anew."""

from typing import Any

from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.definitions.faults import Place
from core.models import Agency
from grants.definitions.shape import value_at
from grants.enums import Stream
from grants.models import Call, CallDraft
from grants.services.call_drafts import begin_call, copy_call, look_through, save_value
from portal.forms.call_fields import PARTS
from portal.services.demo import demo_call
from tests.factories import AgencyFactory, staff

AREA = "support_children"
NOT_YET = ("omraden", "kostnadsslag", "tabeller")
"""The parts that nobody has looked through yet."""
OTHER_GROUP = ("target_groups_other", "Vilken annan grupp?")
"""The key of a question that depends on another, and its words."""


def write_in(
    draft: CallDraft, actor: User, place: Place, value: Any, *, part: str = ""
) -> CallDraft:
    """At a place of a draft's document; `part` has been looked through by that."""
    return save_value(draft=draft, actor=actor, place=place, write=lambda _there: value, part=part)


class CallsMade:
    """Hanna and Ove write calls, Bo publishes them."""

    def __init__(self) -> None:
        today = timezone.localdate()
        self.agency: Agency = AgencyFactory(
            code="myndigheten", name_sv="Myndigheten", short="Myndigheten"
        )
        self.hanna, self.ove = (
            staff(self.agency, Role.CASE_OFFICER, name=name)
            for name in ("Hanna Handläggare", "Ove Olsson")
        )
        self.bo: User = staff(self.agency, Role.DECISION_MAKER, name="Bo Beslutsfattare")
        self.call: Call = demo_call(agency=self.agency, definition="kommuner-2013", today=today)
        demo_call(agency=self.agency, definition="foreningar-2013", today=today)
        self.year = self.call.year + 1
        pilots = begin_call(
            agency=self.agency,
            actor=self.ove,
            code=f"forstudier-{self.year}",
            year=self.year,
            stream=Stream.ASSOCIATIONS,
        )
        title = "Medel till föreningars förstudier {year}"
        write_in(pilots, self.ove, ("title", "sv"), title)
        self.draft: CallDraft = copy_call(
            call=self.call, actor=self.hanna, code=f"kommuner-{self.year}", year=self.year
        )
        self._written()

    def _written(self) -> None:
        """What is new of the year, with a day that does not fit and a text that is missing."""
        self.write(("frame_sek",), 75_000_000, part="tider-och-ram")
        self.write(("dates", "report_due"), f"{self.year + 1}-07-15")
        self.write(
            ("purpose", "sv"),
            "Bidraget ska göra kommunernas arbete mot våld i nära relationer bättre. Pengarna går "
            "i första hand till stöd till barn som har upplevt våld.",
            part="grunder",
        )
        self.write((*self.other_group, "text", "en"), "")
        for part in PARTS:
            if part.slug not in NOT_YET:
                look_through(draft=self._now(), actor=self.hanna, part=part.slug)

    def _now(self) -> CallDraft:
        return CallDraft.objects.get(pk=self.draft.pk)

    def write(self, place: Place, value: Any, *, part: str = "") -> None:
        """At a place of the draft's document."""
        write_in(self._now(), self.hanna, place, value, part=part)

    @property
    def other_group(self) -> Place:
        """Where the question on another group stands."""
        sections: Place = ("application", "questionnaire", "sections")
        found: list[dict[str, Any]] = value_at(self._now().document, sections)
        for number, section in enumerate(found):
            for at, question in enumerate(section["questions"]):
                if question["key"] == OTHER_GROUP[0]:
                    return (*sections, number, "questions", at)
        raise LookupError(OTHER_GROUP[0])

    def translated(self) -> None:
        """The text that was missing is there."""
        self.write((*self.other_group, "text", "en"), "Which other group?")

    def corrected(self) -> None:
        """The day fits."""
        self.write(("dates", "report_due"), f"{self.year + 1}-04-30")
