"""Writing reports and editions."""
