"""What the database itself refuses in the reporting room."""

from core.triggers import append_only, refuse_removal

append_only("reporting_reportversion")
append_only("reporting_reportarea")
append_only("reporting_reportanswer")
append_only("reporting_reportdocument")
append_only("reporting_frozendataset")
append_only("reporting_edition")
append_only("reporting_editiontable")
refuse_removal("reporting_training")
append_only("reporting_reporttext")
append_only("reporting_editiontext")
