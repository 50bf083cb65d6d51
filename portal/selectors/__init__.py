"""Reads that span the rooms: lists, the case page, the organisation page."""
