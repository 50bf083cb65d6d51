"""Measuring the main job on generated years."""
