"""Reading reports and editions."""
