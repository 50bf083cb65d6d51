"""What a call asks of those who report: beside the questionnaire, the plan and the money.

Part of a call's definition. Amounts are whole SEK, percentages of the approved amount, days
calendar days.
"""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.definitions.faults import Place, fault, faults_at
from core.definitions.questionnaire import Questionnaire, repeated
from core.definitions.text import Document, Key, LocalText
from grants.definitions.application import ApplicationForm

type Faults = Iterator[tuple[Place, PydanticCustomError]]

Days = Annotated[int, Field(strict=True, ge=1, le=366)]


class ReportReminders(Document):
    """When those who are to report are reminded: so many days `before` the due date, on the day
    itself, and so many days `after` it.

    `escalate` days after it, the organisation's administrator and the case officer are told.
    """

    before: tuple[Days, ...] = (30, 7, 1)
    after: tuple[Days, ...] = (1, 7, 14)
    escalate: Days = 14

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        found: list[tuple[Place, PydanticCustomError]] = []
        for name, days in [("before", self.before), ("after", self.after)]:
            found += [
                ((name, index), fault("duplicate", value=day))
                for index, day in repeated([str(day) for day in days])
            ]
        faults_at("ReportReminders", found)
        return self


class ReportForm(Document):
    """How grantees report. A call that does not say has these defaults.

    `plan` are questions of the application that are shown beside an area while it is reported.
    `part` is what each organisation of a joint grant answers for itself. A budget line that came
    out at least `explain_percent` above what was approved, or in a final report below it, is
    explained. A grant of at least `certificate_from_sek` is reported with an auditor's
    certificate; None: none is asked for.
    """

    plan: tuple[Key, ...] = ()
    part: Questionnaire | None = None
    explain_percent: Annotated[int, Field(strict=True, ge=0, le=100)] = 10
    certificate_from_sek: Annotated[int, Field(strict=True, gt=0)] | None = None
    certificate_help: LocalText | None = None
    reminders: ReportReminders = ReportReminders()

    def faults_in(self, *, application: ApplicationForm | None) -> Faults:
        """What does not hold together with the call's application form."""
        for index, key in enumerate(self.plan):
            if application is None or not application.questionnaire.has_question(key):
                yield ("plan", index), fault("unknown_question", value=key, expected="")
        if self.part is not None:
            if self.part.area_statuses:
                yield ("part", "area_statuses"), fault("statuses_in_application")
            for index, section in enumerate(self.part.sections):
                if section.repeat is not None:
                    yield ("part", "sections", index, "repeat"), fault("part_repeats")
