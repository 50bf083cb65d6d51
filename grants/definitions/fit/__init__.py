"""What does not fit together in a call definition, beyond what a definition refuses to be.

`misfits` says everything; `Misfit`, `Severity`.
"""

from grants.definitions.call import CallDefinition

from .days import of_days
from .judging import of_applicants, of_assessment, of_requirements
from .misfit import TEXTS, Misfit, Severity
from .money import of_costs, of_payments, of_reporting
from .questions import of_questionnaires, of_report, of_years
from .tables import of_tables
from .wording import of_texts

__all__ = ["TEXTS", "Misfit", "Severity", "misfits"]


def misfits(definition: CallDefinition, earlier: CallDefinition | None = None) -> list[Misfit]:
    """Everything that does not fit together, what blocks first, then in the order of the document.

    `earlier` is the definition that this one follows, the year before's or the version before:
    with it, what questions replace is held against what was asked.
    """
    found = [
        *of_days(definition),
        *of_applicants(definition),
        *of_requirements(definition, earlier),
        *of_costs(definition),
        *of_questionnaires(definition),
        *of_assessment(definition),
        *of_payments(definition),
        *of_reporting(definition),
        *of_report(definition),
        *of_tables(definition),
        *of_texts(definition),
        *(of_years(definition, earlier) if earlier is not None else ()),
    ]
    order = {name: index for index, name in enumerate(CallDefinition.model_fields)}
    return sorted(found, key=lambda each: (not each.blocks, order.get(str(each.place[0]), 0)))
