"""Call definitions as documents, without a database.

Call: `CallDefinition`, `CallDates`, `AgencyReference`, `Area`, `PlacedArea`,
`DevelopmentField`, `Requirement`, `FindingValue`, `AppliesTo`, `CarryOver`, `ReportDemand`,
`RevocationGround`, `OrganisationKind`. Application: `ApplicationForm`, `Budget`, `CostCategory`,
`CostRule`, `CostRuleKind`, `AttachmentKind`, `RequirementForm`, `EligibilityQuestion`,
`EligibilityAnswer`, `Verdict`, `Contact`. Tables: `TableDefinition`, `TableKind`, `Entry`,
`RowText`, `ColumnText`, `HAD_FUNDING`. Files: `load_call_definition`, `dump_call_definition`,
`lay_over`, `built_in_definitions`, `built_in_definition`; faults are
`core.definitions.DefinitionError`.
"""

from grants.definitions.application import (
    ApplicationForm,
    AttachmentKind,
    Budget,
    Contact,
    CostCategory,
    CostRule,
    CostRuleKind,
    EligibilityAnswer,
    EligibilityQuestion,
    RequirementForm,
    Verdict,
)
from grants.definitions.call import (
    AgencyReference,
    AppliesTo,
    Area,
    CallDates,
    CallDefinition,
    CarryOver,
    DevelopmentField,
    FindingValue,
    PlacedArea,
    ReportDemand,
    Requirement,
    RevocationGround,
)
from grants.definitions.kinds import OrganisationKind
from grants.definitions.loader import (
    built_in_definition,
    built_in_definitions,
    dump_call_definition,
    lay_over,
    load_call_definition,
)
from grants.definitions.tables import (
    HAD_FUNDING,
    ColumnText,
    Entry,
    RowText,
    TableDefinition,
    TableKind,
)

__all__ = [
    "HAD_FUNDING",
    "AgencyReference",
    "ApplicationForm",
    "AppliesTo",
    "Area",
    "AttachmentKind",
    "Budget",
    "CallDates",
    "CallDefinition",
    "CarryOver",
    "ColumnText",
    "Contact",
    "CostCategory",
    "CostRule",
    "CostRuleKind",
    "DevelopmentField",
    "EligibilityAnswer",
    "EligibilityQuestion",
    "Entry",
    "FindingValue",
    "OrganisationKind",
    "PlacedArea",
    "ReportDemand",
    "Requirement",
    "RequirementForm",
    "RevocationGround",
    "RowText",
    "TableDefinition",
    "TableKind",
    "Verdict",
    "built_in_definition",
    "built_in_definitions",
    "dump_call_definition",
    "lay_over",
    "load_call_definition",
]
