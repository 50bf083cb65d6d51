"""kombu's filesystem transport, for web server and worker on one machine.

kombu creates a message's file and then fills it, so that a reader in between meets an empty
message and stops; and it claims a message by moving it to the system's folder for temporary
files, which may be another file system. Here a message is written under another name and
renamed, and claimed by a rename within the broker's own folders: both are atomic.
"""

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

_binding = threading.Lock()


class Channel(filesystem.Channel):
    def _folder(self, option: str) -> Path:
        folder = Path(self.transport_options[option])
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def data_folder_in(self) -> Path:
        return self._folder("data_folder_in")

    @property
    def data_folder_out(self) -> Path:
        return self._folder("data_folder_out")

    @property
    def processed_folder(self) -> Path:
        return self._folder("processed_folder")

    @property
    def control_folder(self) -> Path:
        return self._folder("control_folder")

    def _put(  # type: ignore[override]  # kombu names it message in one base, payload in another
        self, queue: str, payload: dict[str, Any], **kwargs: object
    ) -> None:
        folder = self.data_folder_out
        # Wall time, since the time since boot starts again while messages wait.
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        partial = folder / f"{name}.part"
        partial.write_text(dumps(payload), encoding="utf-8")
        partial.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder, claimed = self.data_folder_in, self.processed_folder
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            path = claimed / name
            try:
                (folder / name).rename(path)
            except FileNotFoundError:
                continue  # another worker was first
            text = path.read_text(encoding="utf-8")
            path.unlink()
            return loads(text)
        raise Empty

    def queue_bind(self, *arguments: Any, **options: Any) -> None:
        # kombu notes a binding for the whole process before its file is there: a second thread
        # would believe it, find no file, and its message would go nowhere.
        with _binding:
            super().queue_bind(*arguments, **options)

    def get_table(self, exchange: str) -> Any:
        return _patiently(super().get_table, exchange)

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        _patiently(super()._queue_bind, exchange, routing_key, pattern, queue)


def _patiently[T](function: Callable[..., T], *arguments: str | None) -> T:
    """The file of an exchange is empty between its creation and its first writing."""
    for _attempt in range(20):
        with contextlib.suppress(ValueError):
            return function(*arguments)
        time.sleep(0.05)
    return function(*arguments)


class Transport(filesystem.Transport):
    Channel = Channel
