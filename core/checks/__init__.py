"""Pure rules that all apps stand on: canonical text, checksums, shares, and uploaded files."""

from core.checks.canonical import canonical_json, sha256_text
from core.checks.files import (
    FileRefused,
    FileRefusedCode,
    clean_file_name,
    refuse_beyond,
)
from core.checks.shares import half_up_percent, in_proportion, largest_remainder

__all__ = [
    "FileRefused",
    "FileRefusedCode",
    "canonical_json",
    "clean_file_name",
    "half_up_percent",
    "in_proportion",
    "largest_remainder",
    "refuse_beyond",
    "sha256_text",
]
