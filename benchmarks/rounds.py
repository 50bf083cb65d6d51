"""A round of assessed applications: the worklist, distributions of the frame, adopting one of
them, and deciding several hundred at once.

Run as `python -m benchmarks.rounds NUMBER` on a migrated, empty database; prints JSON. Pages are
opened in the process itself, with the project's whole middleware, and measured against a view
that does one trivial query there, in processor time, which a busy machine changes least;
distributing against plain Python and SQL.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import django

NUMBER = 10_000
DECIDED = 400
"""So many are decided."""
MOST_QUERIES = 12
MOST_BARE = 60
"""A page of the worklist takes at most so many times the processor time of the view that does one
trivial query, behind the same middleware."""
MOST_SHARING = 40
"""Making a distribution takes at most so many times as long as sharing the frame out in plain
Python and keeping the shares by plain SQL."""
MOST_ADOPTING, MOST_DECIDING = 15, 75
"""And a case adopted, and a case decided."""
MOST_GROWTH = 1.5
"""The last cases take at most so many times as long as the first."""
_TIMES = 12
_PARTS = 10


def measure(number: int, *, times: int = _TIMES, decided: int = DECIDED) -> dict[str, Any]:
    """What the round costs, in seconds, with what each is measured against. Pages are opened so
    many times, and so many cases decided, of a round that has as many."""
    from benchmarks.round_data import fill_round

    start = time.perf_counter()
    filled = fill_round(number)
    _analyze()
    found: dict[str, Any] = {"number": number, "filled_seconds": time.perf_counter() - start}
    found["pages"] = _pages(filled, times)
    found["computing"] = _computing(filled)
    found["adopting"] = _adopting(filled)
    found["deciding"] = _deciding(filled, min(decided, number))
    return found


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# The worklist -----------------------------------------------------------------------------------


def _pages(filled: Any, times: int) -> dict[str, dict[str, float]]:
    """Median seconds, processor time, queries and time in SQL of each page; `bare` is the
    yardstick."""
    from urllib.parse import urlencode

    from django.urls import reverse

    from benchmarks.round_data import SOUGHT
    from portal.selectors.worklist import View

    client = _client(filled.officer)
    base = reverse("worklist")
    asked: dict[str, dict[str, str]] = {str(view): {"view": str(view)} for view in View}
    asked |= {
        "all, a filter": {"view": "all", "county": filled.county, "joint": "yes"},
        "all, words": {"view": "all", "q": SOUGHT},
        "all, a number": {"view": "all", "q": "902-17"},
        "to decide, by amount": {"view": "decide", "sort": "-requested"},
    }
    addresses = {name: f"{base}?{urlencode(query)}" for name, query in asked.items()}
    addresses |= {
        "overview of the round": reverse("round-overview", args=[filled.call.pk]),
        "distributions": reverse("distribution", args=[filled.call.pk]),
    }
    addresses = {"bare": "/bench/bare/", **addresses}
    costs: dict[str, list[dict[str, float]]] = {name: [] for name in addresses}
    for turn in range(times + 1):
        for name, url in addresses.items():
            cost = _opened(client, url)
            if turn:
                costs[name].append(cost)
    return {
        name: {
            "seconds": statistics.median(each["seconds"] for each in of),
            "processor_ms": statistics.median(each["processor_ms"] for each in of),
            "sql_ms": statistics.median(each["sql_ms"] for each in of),
            "queries": max(each["queries"] for each in of),
        }
        for name, of in costs.items()
    }


def _client(user: Any) -> Any:
    """Somebody who has signed in with a passkey."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(user, "config.sessions.AuthenticationBackend")
    session = client.session
    session["assurance"] = "passkey"
    session.save()
    return client


def _opened(client: Any, url: str) -> dict[str, float]:
    start = time.perf_counter()
    response = client.get(url)
    seconds = time.perf_counter() - start
    if response.status_code != 200:
        raise RuntimeError(f"{url}: {response.status_code}")
    # As benchmarks.timing writes it.
    queries, sql, processor = response.headers["Server-Timing"].split(", ")
    return {
        "seconds": seconds,
        "queries": float(queries.partition('desc="')[2].rstrip('"')),
        "sql_ms": float(sql.partition("dur=")[2]),
        "processor_ms": float(processor.partition("dur=")[2]),
    }


# Distributing the frame -------------------------------------------------------------------------


def _computing(filled: Any) -> dict[str, float]:
    """Seconds to make each kind of distribution, and for the same shared out in plain Python."""
    from reviews.checks.scenarios import Method, PotKey, Rules
    from reviews.services.scenarios import make_scenario

    tries = {
        "ranking": Rules(method=Method.RANKING),
        "proportional": Rules(method=Method.PROPORTIONAL),
        "base and population": Rules(method=Method.BASE_AND_POPULATION, base_sek=20_000),
        "proportional, by county": Rules(method=Method.PROPORTIONAL, pots=PotKey.COUNTY),
    }
    found = {"plain Python and SQL": _shared_plainly(filled.call)}
    for name, rules in tries.items():
        found[name] = _timed(
            lambda name=name, rules=rules: make_scenario(
                call=filled.call, actor=filled.adopter, name=name, rules=rules
            )
        )
    found["side by side"] = _side_by_side(filled)
    return found


def _shared_plainly(call: Any) -> float:
    """The same share of every case's approved lines: fetched by one query, kept by another."""
    from django.db import connection, transaction

    def work() -> None:
        cursor.execute(
            "SELECT a.id, a.requested_sek, o.county_id, o.kind, m.population, s.points, "
            "(SELECT sum(l.approved_sek) FROM reviews_lineassessment l "
            "WHERE l.application_id = a.id) "
            "FROM grants_application a JOIN applicants_organisation o ON o.id = a.lead_id "
            "JOIN core_municipality m ON m.code = o.municipality_id "
            "JOIN reviews_assessment s ON s.application_id = a.id "
            "WHERE a.call_id = %s AND a.status = 'assessed' ORDER BY a.received_at",
            [call.pk],
        )
        rows = cursor.fetchall()
        whole = sum(int(row[-1]) for row in rows)
        shares = [(row[0], int(row[-1]) * call.frame_sek // whole) for row in rows]
        cursor.execute(
            "INSERT INTO bench_candidates VALUES (%s)",
            [json.dumps([[str(value) for value in row] for row in rows])],
        )
        cursor.executemany("INSERT INTO bench_shares VALUES (%s, %s)", shares)

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_candidates (said text)")
        cursor.execute(
            "CREATE TABLE bench_shares (application bigint REFERENCES grants_application, "
            "sek bigint)"
        )
        times = []
        for _ in range(3):
            with transaction.atomic():
                times.append(_timed(work))
        cursor.execute("DROP TABLE bench_shares")
        cursor.execute("DROP TABLE bench_candidates")
    return min(times)


def _side_by_side(filled: Any) -> float:
    """The page that compares them, with its maps and tables."""
    from django.urls import reverse

    client = _client(filled.officer)
    url = reverse("distribution", args=[filled.call.pk])
    _opened(client, url)
    return statistics.median(_opened(client, url)["seconds"] for _ in range(3))


# Writing ----------------------------------------------------------------------------------------


def _adopting(filled: Any) -> dict[str, float]:
    """Adopting the proportional distribution until every case has its proposal."""
    from django.db import connection

    from benchmarks.timing import Meter
    from reviews.models import Scenario
    from reviews.services.scenarios import adopt_scenario, apply_scenario

    scenario = Scenario.objects.get(call=filled.call, name="proportional")
    adopted = _timed(lambda: adopt_scenario(scenario=scenario, actor=filled.adopter))
    meter = Meter()
    start, processor = time.time(), time.process_time()
    with connection.execute_wrapper(meter):
        made = apply_scenario(scenario_id=scenario.pk)
    seconds, processor = time.time() - start, time.process_time() - processor
    times = scenario.amounts.order_by("applied_at").values_list("applied_at", flat=True)
    done = [each.timestamp() - start for each in times]
    if made != len(done):
        raise RuntimeError(f"{made} proposals were made")
    return {
        "adopt_seconds": adopted,
        "seconds": seconds,
        "processor": processor,
        "cases": made,
        "queries": meter.queries / made,
        "growth": _growth([now - then for then, now in pairwise([0.0, *done])]),
    }


def _deciding(filled: Any, number: int) -> dict[str, float]:
    """A batch decided as proposed, each with its basis, its letter and its place in the diary."""
    from django.db import connection

    from benchmarks.timing import Meter
    from grants.enums import Status
    from grants.models import Application, DecisionLetter
    from reviews.selectors.deciding import seen_in
    from reviews.services.deciding import decide_many

    waiting = Application.objects.filter(call=filled.call, status=Status.ASSESSED)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:number])
    times: list[float] = []
    meter = Meter()
    seen = seen_in(ids)
    processor = time.process_time()
    with connection.execute_wrapper(meter):
        for pk in ids:
            start = time.perf_counter()
            (result,) = decide_many(cases={pk: seen[pk]}, actor=filled.decider)
            times.append(time.perf_counter() - start)
            if result.refused is not None:
                raise result.refused
    processor = time.process_time() - processor
    if DecisionLetter.objects.count() != number:
        raise RuntimeError("a decision has no letter")
    return {
        "seconds": sum(times),
        "processor": processor,
        "cases": number,
        "queries": meter.queries / number,
        "growth": _growth(times),
    }


def _growth(times: list[float]) -> float:
    """The median of the last tenth in that of the first; what is done the first time in a process
    is not counted."""
    part = max(len(times) // _PARTS, 1)
    first = times[part : 2 * part] or times
    return statistics.median(times[-part:]) / statistics.median(first)


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# What it comes to -------------------------------------------------------------------------------


def report(found: dict[str, Any]) -> tuple[str, list[tuple[str, bool]]]:
    """What was measured, line by line, and each goal with whether it is kept."""
    goals: list[tuple[str, bool]] = []
    lines = [
        f"A round of {found['number']:,} assessed applications (put in place in "
        f"{found['filled_seconds']:.0f} s).",
        f"{'page':28}{'queries':>9}{'SQL ms':>9}{'ms':>9}{'CPU ms':>9}{'× bare':>9}",
    ]
    bare = found["pages"]["bare"]["processor_ms"]
    for name, page in found["pages"].items():
        times = page["processor_ms"] / bare
        lines.append(
            f"{name:28}{page['queries']:9.0f}{page['sql_ms']:9.1f}{page['seconds'] * 1000:9.1f}"
            f"{page['processor_ms']:9.1f}{times:9.1f}"
        )
        if name != "bare":
            goals.append(_at_most(f"{name}, times the bare view", times, MOST_BARE))
            goals.append(_at_most(f"{name}, queries", page["queries"], MOST_QUERIES))
    lines.append(f"{'distributing':28}{'seconds':>9}{'× plain':>9}")
    plain = found["computing"]["plain Python and SQL"]
    for name, seconds in found["computing"].items():
        lines.append(f"{name:28}{seconds:9.3f}{seconds / plain:9.1f}")
        if seconds != plain:
            goals.append(_at_most(f"{name}, times plain", seconds / plain, MOST_SHARING))
    lines.append(
        f"{'writing':28}{'queries':>9}{'ms a case':>10}{'a second':>9}{'CPU ms':>9}{'× bare':>9}"
        f"{'growth':>9}"
    )
    for name, most in {"adopting": MOST_ADOPTING, "deciding": MOST_DECIDING}.items():
        wrote = found[name]
        each, processor = (wrote[key] / wrote["cases"] for key in ("seconds", "processor"))
        lines.append(
            f"{name:28}{wrote['queries']:9.1f}{each * 1000:10.2f}{1 / each:9.0f}"
            f"{processor * 1000:9.2f}{processor * 1000 / bare:9.1f}{wrote['growth']:9.2f}"
        )
        goals.append(_at_most(f"{name}, times the bare view", processor * 1000 / bare, most))
        goals.append(_at_most(f"{name}, the last in the first", wrote["growth"], MOST_GROWTH))
    lines.append(
        f"Adopting answers after {found['adopting']['adopt_seconds']:.2f} s and is done with "
        f"{found['adopting']['cases']:,} cases after {found['adopting']['seconds']:.1f} s; a batch "
        f"of {found['deciding']['cases']} decisions takes {found['deciding']['seconds']:.1f} s."
    )
    return "\n".join(lines), goals


def _at_most(what: str, found: float, most: float) -> tuple[str, bool]:
    return f"{what}: {found:.1f}, at most {most}", found <= most


def main() -> None:
    """Measure on the database that DATABASE_URL names."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER)))


if __name__ == "__main__":
    main()
