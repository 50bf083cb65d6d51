"""The file of a payment order, and the answer to it: written and read without the database.

Both are CSV as RFC 4180 says (commas, CRLF, UTF-8). Amounts are whole SEK.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

ORDER_COLUMNS = (
    "reference",
    "order",
    "case",
    "payee",
    "org_no",
    "giro_kind",
    "giro_number",
    "amount_sek",
    "appropriation",
    "budget_year",
)
ANSWER_COLUMNS = ("reference", "result", "reason")
LARGEST_ANSWER = 5_000_000
"""Bytes: some hundred thousand rows."""
LONGEST_REASON = 500
MOST_FAULTS = 100


class Result(StrEnum):
    """What the accounting system says of a payment."""

    PAID = "paid"
    REFUSED = "refused"


class PaymentRefused(Exception):
    """It cannot be done. `code`: `nothing_chosen`, `changed` (what was chosen cannot be paid any
    more), `state`, `same_person`, `giro`, `empty`, `stopped`, `not_stopped`, `reason`, `part` or
    `too_large`. `cases` are the numbers of the cases that it is about."""

    def __init__(self, code: str, cases: Iterable[str] = ()) -> None:
        self.code = code
        self.cases = tuple(cases)
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """What is wrong in an answer, and on which line, the heading being the first. `code`:
    `not_utf8`, `not_csv`, `columns`, `empty`, `unknown`, `twice`, `result`, `reason` or
    `answered` (before, and otherwise). `value` is what stands there."""

    line: int
    code: str
    value: str = ""


class AnswerRefused(Exception):
    """Nothing of the answer is taken: `faults` say why, line by line."""

    def __init__(self, faults: Iterable[AnswerFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} faults")


def checksum(content: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula, on one line."""
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(("=", "+", "-", "@")) else flat


def order_file(rows: Iterable[Iterable[str | int]]) -> bytes:
    """The file of an order: the same rows give the same bytes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(ORDER_COLUMNS)
    writer.writerows(
        [safe(each) if isinstance(each, str) else each for each in row] for row in rows
    )
    return out.getvalue().encode()


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What an answer says of a payment, by its reference."""

    reference: str
    result: Result
    reason: str = ""


def read_answer(content: bytes, known: Mapping[str, Result | None]) -> tuple[AnswerRow, ...]:
    """The rows of an answer. `known` are the references of the order's payments, each with what
    has been answered of it before.

    Raises AnswerRefused with every fault, the first MOST_FAULTS of them.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnswerRefused([AnswerFault(1, "not_utf8")]) from error
    faults: list[AnswerFault] = []
    rows: dict[str, AnswerRow] = {}
    try:
        for line, cells in _lines(text):
            found = _read(line, cells, known, rows)
            if isinstance(found, AnswerFault):
                faults.append(found)
            else:
                rows[found.reference] = found
    except csv.Error as error:
        faults.append(AnswerFault(1, "not_csv", str(error)))
    if not rows and not faults:
        faults.append(AnswerFault(1, "empty"))
    if faults:
        raise AnswerRefused(faults[:MOST_FAULTS])
    return tuple(rows.values())


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    head = text.split("\n", 1)[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names = [name.strip().casefold() for name in next(reader, [])]
    if not {"reference", "result"} <= set(names):
        raise AnswerRefused([AnswerFault(1, "columns", ", ".join(names)[:100])])
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=False))


def _read(
    line: int,
    cells: Mapping[str, str],
    known: Mapping[str, Result | None],
    rows: Mapping[str, AnswerRow],
) -> AnswerRow | AnswerFault:
    reference = cells.get("reference", "")
    said, reason = cells.get("result", "").casefold(), cells.get("reason", "")[:LONGEST_REASON]
    if reference not in known:
        return AnswerFault(line, "unknown", reference[:60])
    if reference in rows:
        return AnswerFault(line, "twice", reference)
    if said not in set(Result):
        return AnswerFault(line, "result", said[:60])
    if said == Result.REFUSED and not reason:
        return AnswerFault(line, "reason", reference)
    if known[reference] not in {None, said}:
        return AnswerFault(line, "answered", reference)
    return AnswerRow(reference, Result(said), reason if said == Result.REFUSED else "")
