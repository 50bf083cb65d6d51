"""`python -m benchmarks.pages`: the pages with 10 000 and 100 000 applications on PostgreSQL.

Both databases have a gunicorn of two workers, as in production, and are asked in turns, so that
a machine that is busy for a while is so for both. Queries, and the time in SQL, are counted by
the outermost middleware: session, person and menu are among them. What the nearest peer takes
is given, not measured here.
"""

import argparse
import statistics
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from .server import Server, database, gunicorn, postgres
from .visits import FASTER, MOST_QUERIES, PEER, VISITS, Cost, Visit

SIZES = (10_000, 100_000)
MOST_GROWTH = 1.5
"""A page takes at most so many times longer with the larger number of applications."""
MOST_MEMORY_MB = 32
"""An export adds at most so much to a worker's memory, whatever it exports."""
_WARM_UP = 6
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Found:
    """What one visit cost on one database."""

    queries: int
    most_queries: int
    sent_queries: int
    fewest_queries: int
    sql_ms: float
    cpu_ms: float
    median_ms: float
    p95_ms: float
    first_byte_ms: float
    size: int
    memory_mb: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--only", action="append", help="a visit by its name; may be repeated")
    parser.add_argument("--size", type=int, action="append", help="applications; may be repeated")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="times each page is opened")
    parser.add_argument("--keep", action="store_true", help="keep the databases, or take them up")
    options = parser.parse_args()
    visits = [
        visit for visit in VISITS if not options.only or visit.name in (*options.only, "bare")
    ]
    unknown = set(options.only or ()) - {visit.name for visit in VISITS}
    if unknown:
        parser.error(f"no such visit: {', '.join(sorted(unknown))}")
    server = postgres()
    if not server:
        print("The pages are left out: no PostgreSQL answers, here or where DATABASE_URL says.")
        return 0
    sizes = tuple(options.size or SIZES)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tilldela-bench-")))
        environments = [
            stack.enter_context(database(server, size, folder, keep=options.keep)) for size in sizes
        ]
        servers = {
            size: stack.enter_context(gunicorn(environment))
            for size, environment in zip(sizes, environments, strict=True)
        }
        found = {visit.name: _measured(visit, servers, options.rounds) for visit in visits}
    _print(visits, found, sizes)
    return 0 if judged(visits, found, sizes) else 1


def _measured(visit: Visit, servers: dict[int, Server], rounds: int) -> dict[int, Found]:
    """The visit on each database, in turns."""
    rounds = visit.rounds or rounds
    works = {size: visit.make(server) for size, server in servers.items()}
    for work in works.values():
        for _ in range(min(_WARM_UP, rounds)):
            work()
    before = {}
    for size, server in servers.items():
        server.forget_peak()
        before[size] = server.memory_mb("VmRSS")
    costs: dict[int, list[Cost]] = {size: [] for size in servers}
    for _ in range(rounds):
        for size, work in works.items():
            costs[size].append(work())
    return {
        size: _found(each, servers[size].memory_mb("VmHWM") - before[size])
        for size, each in costs.items()
    }


def _found(costs: list[Cost], memory_mb: float) -> Found:
    times = sorted(each.seconds * 1000 for each in costs)
    return Found(
        queries=max(each.queries for each in costs),
        most_queries=max(each.most_queries for each in costs),
        sent_queries=max(each.sent_queries for each in costs),
        fewest_queries=min(each.queries for each in costs),
        sql_ms=statistics.median(each.sql_ms for each in costs),
        cpu_ms=statistics.median(each.cpu_ms for each in costs),
        median_ms=statistics.median(times),
        p95_ms=times[min(len(times) - 1, round(len(times) * 0.95))],
        first_byte_ms=statistics.median(each.first_byte * 1000 for each in costs),
        size=max(each.size for each in costs),
        memory_mb=memory_mb,
    )


def _print(visits: list[Visit], found: dict[str, dict[int, Found]], sizes: tuple[int, ...]) -> None:
    heading = f"{'milliseconds':26}"
    for size in sizes:
        heading += f"{f'{size:,}':>9}: queries   SQL   CPU  median     p95"
    print(heading + f"{'growth':>8}{'× bare':>8}{'peer':>8}{'peer/ours':>10}")
    bare = found["bare"][sizes[0]].median_ms
    for visit in visits:
        of = found[visit.name]
        first, last = of[sizes[0]], of[sizes[-1]]
        line = f"{visit.name:26}"
        for size in sizes:
            each = of[size]
            line += f"{each.queries:18}{each.sql_ms:6.1f}{each.cpu_ms:6.1f}"
            line += f"{each.median_ms:8.1f}{each.p95_ms:8.1f}"
        line += f"{last.median_ms / first.median_ms:8.2f}{first.median_ms / bare:8.1f}"
        if visit.peer:
            peer = PEER[visit.peer]
            line += f"{peer.ms:8,.0f}{peer.ms / first.median_ms:10.1f}"
            if peer.queries:
                line += f"  ({peer.queries} queries)"
        print(line)
    for visit in visits:
        each = found[visit.name][sizes[0]]
        if each.sent_queries:
            pages = f"{each.most_queries} queries the page that asks most, " * bool(
                each.most_queries
            )
            print(f"{visit.name}: {pages}{each.sent_queries} what is sent in (not judged)")
    for visit in visits:
        if visit.streams:
            for size in sizes:
                each = found[visit.name][size]
                print(
                    f"{visit.name}, {size:,}: {each.size / 1e6:.1f} MB, first byte after "
                    f"{each.first_byte_ms:.0f} ms, {each.memory_mb:.1f} MB more memory"
                )
    print("The peer's figures (10 000 applications, two cores) are given, not measured here.")


def judged(visits: list[Visit], found: dict[str, dict[int, Found]], sizes: tuple[int, ...]) -> bool:
    """Prints every goal with whether it is kept; tells whether all are."""
    goals: list[tuple[str, bool]] = []
    for visit in visits:
        of = found[visit.name]
        first, last = of[sizes[0]], of[sizes[-1]]
        if visit.peer and sizes[0] == SIZES[0]:
            peer = PEER[visit.peer]
            most = peer.ms / FASTER
            goals.append(
                (
                    f"{visit.name}: {first.median_ms:,.1f} ms, at most {most:,.1f}",
                    first.median_ms <= most,
                )
            )
        most_queries = max(each.most_queries for each in of.values())
        if most_queries:
            goals.append(
                (
                    f"{visit.name}: {most_queries} queries a page, at most {MOST_QUERIES}",
                    most_queries <= MOST_QUERIES,
                )
            )
        counts = {each.queries for each in of.values()}
        goals.append((f"{visit.name}: as many queries at every size", len(counts) == 1))
        if visit.streams:
            memory = max(each.memory_mb for each in of.values())
            goals.append(
                (
                    f"{visit.name}: {memory:.1f} MB more memory, at most {MOST_MEMORY_MB}",
                    memory <= MOST_MEMORY_MB,
                )
            )
        if len(sizes) > 1 and visit.name != "bare" and not visit.grows:
            growth = last.median_ms / first.median_ms
            goals.append(
                (
                    f"{visit.name}: {growth:.2f} times as long, at most {MOST_GROWTH}",
                    growth <= MOST_GROWTH,
                )
            )
    for goal, kept in goals:
        if not kept:
            print(f"NO  {goal}")
    kept = sum(1 for _, each in goals if each)
    print(f"{kept} of {len(goals)} goals are kept.")
    return kept == len(goals)


if __name__ == "__main__":
    sys.exit(main())
