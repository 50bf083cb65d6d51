"""Every read of core's tables."""
