"""What the upload box says of the files it takes."""

from collections.abc import Iterable
from typing import NamedTuple

from django import template
from django.conf import settings

from core.checks.file_types import ACCEPT
from core.content import FileItem

register = template.Library()


class UploadLimits(NamedTuple):
    """What a file may be: extensions for the file picker, megabytes, bytes."""

    accept: str
    max_mb: int
    max_bytes: int


@register.filter
def any_waiting(files: Iterable[FileItem]) -> bool:
    """Whether one of the files is being checked."""
    return any(file.waiting for file in files)


@register.simple_tag
def upload_limits() -> UploadLimits:
    """The limits that the server holds to."""
    return UploadLimits(ACCEPT, settings.FILE_MAX_MB, settings.FILE_MAX_MB * 1024 * 1024)
