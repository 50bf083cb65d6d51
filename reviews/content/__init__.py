"""Frozen values of the reviews room, without the database: the fields that officers write."""
