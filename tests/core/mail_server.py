"""A real mail server on loopback, which answers as a test tells it to."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

type Answer = str | Callable[[], str]


class MailServer:
    """What has been received. `at_recipient` and `at_data` are used up, one answer a mail, and
    then everything is accepted; an answer may be a function that is called in a thread."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.at_recipient: list[str] = []
        self.at_data: list[Answer] = []
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - the server's own name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self.at_recipient.pop(0) if self.at_recipient else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - the server's own name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        answer = self.at_data.pop(0) if self.at_data else "250 OK"
        if not isinstance(answer, str):
            answer = await asyncio.get_running_loop().run_in_executor(None, answer)
        if answer.startswith("2"):
            self.recipients += envelope.rcpt_tos
            self.received.append(
                message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.default)
            )
        return answer

    @property
    def url(self) -> str:
        """As EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mailers(self) -> dict[str, Any]:
        """As the setting MAILERS."""
        return {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": self.port, "timeout": 5},
            }
        }


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server on a port of its own, until the block ends."""
    server = MailServer()
    # Port 0 is chosen by the system; the controller's own probe would ask port 0 itself.
    controller = _AnyPort(server, hostname="127.0.0.1", port=0)
    controller.start()
    server.port = controller.server.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        controller.stop()


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
