"""The broker of files: nothing lost, nothing twice, nothing half."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue

import config.celery  # noqa: F401


@pytest.fixture
def name(tmp_path: Path) -> str:
    """Of its own for each test: a process remembers which queues it has declared."""
    return f"prov-{tmp_path.name}".replace("_", "-")


def queue_of(name: str) -> Queue:
    return Queue(name, Exchange(name, type="direct"), routing_key=name)


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    return {
        "data_folder_in": str(tmp_path / "broker" / "queue"),
        "data_folder_out": str(tmp_path / "broker" / "queue"),
        "processed_folder": str(tmp_path / "broker" / "claimed"),
        "control_folder": str(tmp_path / "broker" / "control"),
        "polling_interval": 0.01,
    }


def send(options: dict[str, Any], name: str, numbers: range) -> None:
    with Connection("tilldela-files://", transport_options=options) as connection:
        producer, queue = connection.Producer(), queue_of(name)
        for number in numbers:
            producer.publish(
                {"n": number}, exchange=queue.exchange, routing_key=name, declare=[queue]
            )


def receive(options: dict[str, Any], name: str, until_empty: int) -> list[int]:
    """What comes until the queue was found empty so many times."""
    found, empty = [], 0
    with Connection("tilldela-files://", transport_options=options) as connection:
        queue = connection.SimpleQueue(queue_of(name))
        while empty < until_empty:
            try:
                message = queue.get(timeout=0.1)
            except (Empty, TimeoutError):
                empty += 1
            else:
                found.append(message.payload["n"])
                message.ack()
        queue.close()
    return found


def test_messages_come_in_the_order_they_were_sent(options: dict[str, Any], name: str) -> None:
    send(options, name, range(20))
    assert receive(options, name, 1) == list(range(20))
    assert receive(options, name, 1) == []


def test_many_at_once_lose_and_double_nothing(options: dict[str, Any], name: str) -> None:
    with ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(receive, options, name, 10) for _reader in range(2)]
        writers = [pool.submit(send, options, name, range(k * 60, k * 60 + 60)) for k in range(3)]
        for writer in writers:
            writer.result()
        got = Counter(number for reader in readers for number in reader.result())
    assert got == Counter(range(180))
    assert list(Path(options["data_folder_in"]).iterdir()) == []
    assert list(Path(options["processed_folder"]).iterdir()) == []


def test_a_half_written_message_is_not_seen(options: dict[str, Any], name: str) -> None:
    send(options, name, range(1))
    folder = Path(options["data_folder_in"])
    (folder / f"{0:020}_x.{name}.msg.part").write_text('{"body"', encoding="utf-8")
    assert receive(options, name, 1) == [0]
