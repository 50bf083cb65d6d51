"""Call definitions as documents, without a database.

Call: `CallDefinition`, `CallDates`, `AgencyReference`, `Area`, `PlacedArea`,
`DevelopmentField`, `Requirement`, `FindingValue`, `AppliesTo`, `CarryOver`, `ReportDemand`,
`RevocationGround`, `OrganisationKind`. Tables: `TableDefinition`, `TableKind`, `Entry`,
`RowText`, `ColumnText`, `HAD_FUNDING`. Files: `load_call_definition`, `dump_call_definition`,
`built_in_definitions`, `built_in_definition`; faults are `core.definitions.DefinitionError`.
"""

from grants.definitions.call import (
    AgencyReference,
    AppliesTo,
    Area,
    CallDates,
    CallDefinition,
    CarryOver,
    DevelopmentField,
    FindingValue,
    OrganisationKind,
    PlacedArea,
    ReportDemand,
    Requirement,
    RevocationGround,
)
from grants.definitions.loader import (
    built_in_definition,
    built_in_definitions,
    dump_call_definition,
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
    "AppliesTo",
    "Area",
    "CallDates",
    "CallDefinition",
    "CarryOver",
    "ColumnText",
    "DevelopmentField",
    "Entry",
    "FindingValue",
    "OrganisationKind",
    "PlacedArea",
    "ReportDemand",
    "Requirement",
    "RevocationGround",
    "RowText",
    "TableDefinition",
    "TableKind",
    "built_in_definition",
    "built_in_definitions",
    "dump_call_definition",
    "load_call_definition",
]
