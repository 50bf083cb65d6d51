"""What a report answers against: the grants with their approved budgets, and the areas' plans.

Frozen and without the database. Amounts are whole SEK.
"""

from dataclasses import dataclass

WHOLE_GRANT = 0
"""The number of the one line of a grant whose budget is not recorded line by line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """A budget line as it was approved; `organisation` is whose it is, None where not known."""

    number: int
    title: str
    approved_sek: int
    category: str = ""
    area: str = ""
    activity: str = ""
    organisation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPlan:
    """A grant that the report answers for. `available_sek` is what could be used in the report's
    year; `carried`: it is an earlier year's grant, carried over."""

    application: int
    number: str
    year: int
    carried: bool
    granted_sek: int
    available_sek: int
    lines: tuple[PlanLine, ...]

    def line(self, number: int) -> PlanLine | None:
        """The line with that number."""
        return next((each for each in self.lines if each.number == number), None)


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """What the application said, in answer to a question."""

    question: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPlan:
    """An area with money: what was granted for it, what was to be done, what was expected."""

    code: str
    granted_sek: int = 0
    activities: tuple[str, ...] = ()
    answers: tuple[PlanAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Taker:
    """An organisation that takes part in the grants; `done` when it has said that its part is."""

    organisation: int
    name: str
    is_lead: bool
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlan:
    """All that the report answers against, the newest grant first, the lead first."""

    grants: tuple[GrantPlan, ...]
    areas: tuple[AreaPlan, ...]
    takers: tuple[Taker, ...]

    def grant(self, application: int) -> GrantPlan | None:
        """The grant of that application."""
        return next((each for each in self.grants if each.application == application), None)

    def line(self, application: int, number: int) -> PlanLine | None:
        """A line of a grant."""
        grant = self.grant(application)
        return None if grant is None else grant.line(number)

    def area(self, code: str) -> AreaPlan | None:
        """The plan of an area."""
        return next((each for each in self.areas if each.code == code), None)

    @property
    def area_codes(self) -> tuple[str, ...]:
        """The areas with money, in order."""
        return tuple(each.code for each in self.areas)

    @property
    def partners(self) -> tuple[Taker, ...]:
        """Those who take part beside the lead."""
        return tuple(each for each in self.takers if not each.is_lead)

    def takes_part(self, organisation: int) -> bool:
        """Whether the organisation takes part."""
        return any(each.organisation == organisation for each in self.takers)

    def lines_of(self, organisation: int) -> tuple[tuple[int, PlanLine], ...]:
        """The organisation's lines, each with the application that it is of."""
        return tuple(
            (grant.application, line)
            for grant in self.grants
            for line in grant.lines
            if line.organisation == organisation
        )
