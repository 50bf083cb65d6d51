"""Asking ClamAV's daemon, over a socket, whether a file has a virus."""

from typing import BinaryIO

from clamav_client.clamd import (
    ClamdError,
    ClamdNetworkSocket,
    ClamdUnixSocket,
)
from django.conf import settings

PATIENCE = 120
"""Seconds to wait for the daemon, each time something is sent or awaited."""


class ScannerUnavailable(Exception):
    """The daemon could not be asked, or gave no verdict; the file is still unchecked."""


def _daemon(patience: int = PATIENCE) -> ClamdNetworkSocket:
    if settings.CLAMAV_SOCKET:
        return ClamdUnixSocket(settings.CLAMAV_SOCKET, timeout=patience)
    return ClamdNetworkSocket(settings.CLAMAV_HOST, settings.CLAMAV_PORT, timeout=patience)


def scanner_answers() -> bool:
    """Whether the daemon is there."""
    try:
        return _daemon(patience=5).ping().strip() == "PONG"
    except (ClamdError, OSError, ValueError):
        return False


def virus_in(content: BinaryIO) -> str:
    """The signature's name of the virus in the content, empty when there is none.

    Nothing but the daemon's own OK counts as none. Raises ScannerUnavailable.
    """
    try:
        answer = _daemon().instream(content)
    except (ClamdError, OSError, ValueError) as error:
        raise ScannerUnavailable(f"{type(error).__name__}: {error}") from error
    status, signature = answer.get("stream", ("", None))
    if status == "FOUND":
        return signature or "unnamed"
    if status != "OK":
        raise ScannerUnavailable(f"no verdict: {status or 'no answer'} {signature or ''}".strip())
    return ""
