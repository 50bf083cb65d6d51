"""Made-up programme years of any size as files, from the call definitions; always the same
files for the same plan.

`write_year(folder, reports_per_stream=20_000)` or, with shares of everything, `write_plan`.
"""

import csv
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from importlib import resources
from itertools import count
from pathlib import Path
from typing import NamedTuple, TextIO

from stdnum import luhn

from core.definitions import WHOLE, QuestionKind
from grants.definitions import CallDefinition, built_in_definitions

HEADERS = {
    "calls": "call,definition,year,frame_sek,report_cutoff",
    "organisations": "organisation,org_no,unit,name,kind,county_code,municipality_code",
    "applications": (
        "reference,call,lead,received_at,requested_sek,outcome,granted_sek,decided_at"
    ),
    "partners": "reference,organisation",
    "funds": "reference,year,available_sek,spent_sek,to_repay_sek",
    "reports": "report,stream,year,organisation,references,received_at",
    "areas": "report,area,status",
    "answers": "report,area,question,option",
    "values": "report,area,question,value",
    "findings": "reference,organisation,requirement,finding",
}
_NAMES = ("Björkby", "Åmyra", "Östra ängen", "Älvsund", "Ekåsa", "Zinkgruvan", "Norrviken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a year is to be like. Shares are of the reports of a stream, 0–1."""

    reports_per_stream: int
    year: int = 2013
    seed: int = 1
    streams: tuple[str, ...] = ("municipalities", "associations")
    carried_share: float = 0.4
    only_carried_share: float = 0.1
    rejected_share: float = 0.2
    withdrawn_share: float = 0.02
    unreported_share: float = 0.02
    joint_share: float = 0.2
    late_share: float = 0.01
    unit_share: float = 0.05
    area_share: float = 0.42
    answered_share: float = 0.9
    values: bool = False
    findings: bool = False


class _Choice(NamedTuple):
    question: str
    one: bool
    options: tuple[str, ...]
    exclusive: tuple[str, ...]


class _Value(NamedTuple):
    question: str
    kind: QuestionKind


@dataclass(slots=True)
class _Files:
    """The open files, and how many grants and kronor each call has."""

    folder: Path
    out: dict[str, TextIO] = field(default_factory=dict)

    def line(self, name: str, *cells: object) -> None:
        """One row; texts with commas are quoted."""
        csv.writer(self.out[name], lineterminator="\n").writerow(cells)


def write_year(folder: Path, *, reports_per_stream: int, year: int = 2013, seed: int = 1) -> Path:
    """Write a year with so many reports a stream; returns the folder, made where missing."""
    return write_plan(folder, Plan(reports_per_stream=reports_per_stream, year=year, seed=seed))


def write_plan(folder: Path, plan: Plan) -> Path:
    """Write a year that is as planned."""
    folder.mkdir(parents=True, exist_ok=True)
    files = _Files(folder)
    wanted = [
        name
        for name in HEADERS
        if (name != "values" or plan.values) and (name != "findings" or plan.findings)
    ]
    try:
        for name in wanted:
            files.out[name] = (folder / f"{name}.csv").open("w", encoding="utf-8", newline="")
            files.out[name].write(HEADERS[name] + "\n")
        for definition in built_in_definitions():
            if definition.stream in plan.streams:
                _Stream(plan, definition, files).write()
    finally:
        for out in files.out.values():
            out.close()
    return folder


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("core") / "registers" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


class _Stream:
    """One stream's part of the year."""

    def __init__(self, plan: Plan, definition: CallDefinition, files: _Files) -> None:
        self.plan = plan
        self.definition = definition
        self.files = files
        self.random = random.Random(f"{plan.seed}/{definition.stream}/{plan.year}")  # noqa: S311
        municipal = definition.stream == "municipalities"
        self.letter = "K" if municipal else "F"
        self.kinds = definition.who_may_apply
        self.org_prefix = "222" if municipal else "802"
        stem = definition.code.rpartition("-")[0]
        self.call, self.earlier = f"{stem}-{plan.year}", f"{stem}-{plan.year - 1}"
        self.municipalities = [
            (row["municipality_code"], row["county_code"]) for row in _rows("municipalities.csv")
        ]
        self.serials = count(1)
        self.numbers = count(1)
        self.cases = {self.call: count(1), self.earlier: count(1)}
        self.granted = {self.call: 0, self.earlier: 0}
        self.zone = timezone(timedelta(hours=1))
        self.cutoff = date(plan.year + 1, 6, 1)
        form = definition.report_questionnaire
        self.statuses = tuple(status.code for status in form.area_statuses)
        self.areas = definition.area_codes
        self.choices: dict[str, list[_Choice]] = {}
        self.values: dict[str, list[_Value]] = {}
        for area in (WHOLE, *self.areas):
            self.choices[area], self.values[area] = [], []
            for placed in form.questions_for(area):
                question = placed.question
                if question.kind.is_choice:
                    self.choices[area].append(
                        _Choice(
                            question.key,
                            question.kind is QuestionKind.ONE_CHOICE,
                            tuple(o.code for o in question.options if not o.exclusive),
                            tuple(o.code for o in question.options if o.exclusive),
                        )
                    )
                else:
                    self.values[area].append(_Value(question.key, question.kind))

    def write(self) -> None:
        """Every row of the stream."""
        plan, chance = self.plan, self.random.random
        for number in range(1, plan.reports_per_stream + 1):
            lead = self._organisation()
            only_carried = chance() < plan.only_carried_share
            references = []
            if only_carried or chance() < plan.carried_share:
                references.append(self._carried(lead))
            if not only_carried:
                references.append(self._grant(lead))
            self._report(number, lead, references)
        for share, outcome in (
            (plan.rejected_share, "rejected"),
            (plan.withdrawn_share, "withdrawn"),
            (plan.unreported_share, "granted"),
        ):
            for _ in range(_rounded(share * plan.reports_per_stream)):
                if outcome == "granted":
                    self._grant(self._organisation())
                else:
                    self._application(self.call, self._organisation(), outcome)
        for code, year in ((self.call, plan.year), (self.earlier, plan.year - 1)):
            if code == self.earlier and not self.granted[code]:
                continue
            frame = max(self.definition.frame_sek, self.granted[code])
            self.files.line("calls", code, self.definition.code, year, frame, date(year + 1, 6, 1))

    def _organisation(self) -> str:
        serial = next(self.serials)
        key = f"{self.letter}{serial:05d}"
        pick = self.random.randrange
        code, county = self.municipalities[pick(len(self.municipalities))]
        kind = self.kinds[pick(len(self.kinds))]
        unit = ""
        if serial > 1 and self.random.random() < self.plan.unit_share:
            unit = f"Enhet {serial}"
        # A unit is of the legal entity that begins its hundred.
        legal = serial - (serial - 1) % 100 if unit else serial
        digits = f"{self.org_prefix}{legal:06d}"
        digits += luhn.calc_check_digit(digits)
        name = f"{_NAMES[pick(len(_NAMES))]} {serial}, {self.letter.lower()}"
        municipality = code if pick(3) else ""
        self.files.line(
            "organisations",
            key,
            f"{digits[:6]}-{digits[6:]}",
            unit,
            name,
            kind,
            county,
            municipality,
        )
        return key

    def _moment(self, first: date, days: int) -> str:
        at = datetime(first.year, first.month, first.day, 8, tzinfo=self.zone)
        at += timedelta(
            days=self.random.randrange(max(days, 1)), minutes=self.random.randrange(600)
        )
        return at.isoformat()

    def _application(self, call: str, lead: str, outcome: str) -> tuple[str, int]:
        """The reference, and what was granted."""
        year = self.plan.year if call == self.call else self.plan.year - 1
        reference = f"{self.letter}{year % 100:02d}-{next(self.cases[call]):05d}"
        requested = 1_000 * self.random.randrange(50, 2_000)
        granted = 0
        if outcome == "granted":
            granted = 1_000 * self.random.randrange(20, requested // 1_000 + 1)
            self.granted[call] += granted
        decided = date(year, 3, 14) + timedelta(days=self.random.randrange(30))
        self.files.line(
            "applications",
            reference,
            call,
            lead,
            self._moment(date(year - 1, 11, 1), 30),
            requested,
            outcome,
            granted or "",
            "" if outcome == "withdrawn" else decided,
        )
        parties = [lead]
        if self.random.random() < self.plan.joint_share:
            for _ in range(self.random.randrange(1, 4)):
                parties.append(self._organisation())
                self.files.line("partners", reference, parties[-1])
        if self.plan.findings and year == self.definition.year and call == self.call:
            for requirement in self.definition.requirements:
                for party in parties:
                    finding = self.random.choice(["met", "begun", "not_met", "not_applicable"])
                    self.files.line("findings", reference, party, requirement.code, finding)
        return reference, granted

    def _grant(self, lead: str) -> str:
        reference, granted = self._application(self.call, lead, "granted")
        spent = (
            granted if self.random.random() < 0.6 else granted * self.random.randrange(101) // 100
        )
        to_repay = granted - spent if self.random.random() < 0.05 else 0
        self.files.line("funds", reference, self.plan.year, granted, spent, to_repay)
        return reference

    def _carried(self, lead: str) -> str:
        reference, granted = self._application(self.earlier, lead, "granted")
        available = (
            granted - self.random.randrange(granted) if self.random.random() < 0.5 else granted
        )
        spent = available * self.random.randrange(50, 101) // 100
        self.files.line("funds", reference, self.plan.year, available, spent, available - spent)
        return reference

    def _report(self, number: int, lead: str, references: list[str]) -> None:
        code = f"R{self.letter}{self.plan.year % 100:02d}-{number:05d}"
        if self.random.random() < self.plan.late_share:
            received = self._moment(self.cutoff + timedelta(days=1), 60)
        else:
            received = self._moment(date(self.plan.year + 1, 1, 15), 130)
        self.files.line(
            "reports",
            code,
            self.definition.stream,
            self.plan.year,
            lead,
            ";".join(references),
            received,
        )
        chance = self.random.random
        areas = [area for area in self.areas if chance() < self.plan.area_share]
        statuses = self.statuses
        self.files.out["areas"].writelines(
            f"{code},{area},{statuses[int(chance() * len(statuses))]}\n" for area in areas
        )
        answers, answered = self.files.out["answers"], self.plan.answered_share
        for area in ("", *areas):
            for choice in self.choices[area]:
                if chance() < answered:
                    answers.writelines(
                        f"{code},{area},{choice.question},{option}\n"
                        for option in self._chosen(choice)
                    )
            if self.plan.values:
                self._values(code, area)

    def _chosen(self, choice: _Choice) -> Iterable[str]:
        chance = self.random.random
        options = choice.options
        if choice.one:
            return (options[int(chance() * len(options))],)
        if choice.exclusive and chance() < 0.1:
            return (choice.exclusive[int(chance() * len(choice.exclusive))],)
        most = min(3, len(options))
        return self.random.sample(options, 1 + int(chance() * most))

    def _values(self, code: str, area: str) -> None:
        for key, kind in self.values[area]:
            if self.random.random() < self.plan.answered_share:
                value = next(_made_up(self.random, kind))
                self.files.line("values", code, area, key, value)


def _made_up(chance: random.Random, kind: QuestionKind) -> Iterator[str]:
    match kind:
        case QuestionKind.NUMBER | QuestionKind.MONEY:
            yield str(chance.randrange(500))
        case QuestionKind.DATE:
            yield (date(2013, 1, 1) + timedelta(days=chance.randrange(365))).isoformat()
        case _:
            yield f"Vi gjorde {chance.randrange(20)} saker, och ”mer” därtill."


def _rounded(number: float) -> int:
    return int(number + 0.5)
