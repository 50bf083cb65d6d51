"""A daemon that speaks as much of clamd's protocol as scanning does, on a real TCP port."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.core.sample_files import EICAR


class Clamd(socketserver.ThreadingTCPServer):
    """Finds the EICAR test string. `answer`, when set, is said instead of a verdict; with
    `hangs_up` the connection ends in the middle of a file."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.streams: list[bytes] = []
        self.answer = ""
        self.hangs_up = False
        self.limit = 25 * 1024 * 1024
        self.before_answer = threading.Event()
        self.before_answer.set()


class _Handler(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        command = self.rfile.readline().strip()
        if command == b"nPING":
            self.wfile.write(b"PONG\n")
        elif command == b"nINSTREAM":
            self.wfile.write(self.verdict().encode() + b"\n")

    def verdict(self) -> str:
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if self.server.hangs_up:
                self.connection.close()
                return ""
            if len(content) > self.server.limit:
                return "INSTREAM size limit exceeded. ERROR"
        self.server.streams.append(content)
        self.server.before_answer.wait(20)
        if self.server.answer:
            return self.server.answer
        return f"stream: {'Eicar-Test-Signature FOUND' if EICAR in content else 'OK'}"


@contextmanager
def running_clamd(settings: Any) -> Iterator[Clamd]:
    """The daemon, and the settings that lead to it."""
    with Clamd() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        settings.CLAMAV_HOST, settings.CLAMAV_PORT = server.server_address
        yield server
        server.shutdown()
