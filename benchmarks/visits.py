"""What is asked of the pages: each visit opens addresses and says what they cost."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from .server import Answer, Server, run

MOST_QUERIES = 12
"""A page may ask the database so many times."""
FASTER = 10
"""How many times faster than the nearest open-source peer a visit is to be."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The nearest open-source peer with 10 000 applications on two cores, as given: its median
    in milliseconds and its queries (0 where they are not given). Not measured here."""

    ms: float
    queries: int = 0


PEER = {
    "list": Peer(841, 216),
    "search": Peer(786),
    "case": Peer(202, 56),
    "dashboard": Peer(546),
    "export": Peer(70_000),
    "transition": Peer(77),
    "form to receipt": Peer(508, 138),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a visit cost, all its addresses together. `most_queries` are the most of one page,
    `sent_queries` the most of one form sent in; 0 where there is none."""

    seconds: float
    first_byte: float
    queries: int
    most_queries: int
    sent_queries: int
    sql_ms: float
    cpu_ms: float
    size: int

    @classmethod
    def of(cls, *answers: Answer) -> "Cost":
        """The pages' cost together."""
        return cls(
            sum(each.seconds for each in answers),
            answers[0].first_byte,
            sum(each.queries for each in answers),
            max((each.queries for each in answers if each.method == "GET"), default=0),
            max((each.queries for each in answers if each.method == "POST"), default=0),
            sum(each.sql_ms for each in answers),
            sum(each.cpu_ms for each in answers),
            sum(len(each.body) for each in answers),
        )


type Make = Callable[[Server], Callable[[], Cost]]


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit by its name: `make` prepares it on a server and gives what is done each time.

    `peer` names what it is compared with. `grows` says that it goes through all there is, and
    may take longer with more; `streams` that its answer is to be sent without being held in
    memory. `rounds` is how often it is done, 0 as often as is asked for.
    """

    name: str
    make: Make
    peer: str = ""
    grows: bool = False
    streams: bool = False
    rounds: int = 0


def _page(who: str, address: Callable[[dict[str, Any]], str], **more: Any) -> dict[str, Any]:
    def make(server: Server) -> Callable[[], Cost]:
        client, url = server.client(who), address(server.filled)
        return lambda: Cost.of(client.get(url))

    return {"make": make, **more}


def _listed(path: str, **chosen: str) -> Callable[[dict[str, Any]], str]:
    query = f"?{urlencode(chosen)}" if chosen else ""
    return lambda filled: f"/{path}/{query}"


def _second_page(server: Server) -> Callable[[], Cost]:
    """A page far into the list is opened by its cursor, as the link to the next page has it."""
    client = server.client("officer")
    address = "/ansokningar/"
    for _ in range(4):
        body = client.get(address).body.decode()
        cursor = body.partition("after=")[2].partition('"')[0].partition("&")[0]
        assert cursor
        address = f"/ansokningar/?after={cursor}"
    return lambda: Cost.of(client.get(address))


def _draft(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        run(["-m", "benchmarks.prepare", "draft"], server.environment)
    )
    return found


def _own(address: str) -> Make:
    """A page of the applicant's draft; the address has the application's number at its %d."""

    def make(server: Server) -> Callable[[], Cost]:
        client, url = server.client("applicant"), address % _draft(server)["application"]
        return lambda: Cost.of(client.get(url))

    return make


def _form_section(server: Server) -> Callable[[], Cost]:
    """The first part of the form that has questions of the call's own."""
    client, draft = server.client("applicant"), _draft(server)
    tasks = f"/mina-ansokningar/{draft['application']}/"
    body = client.get(tasks).body.decode()
    for address in dict.fromkeys(re.findall(rf'href="({tasks}[a-z0-9-]+/)', body)):
        answer = client.get(address)
        if draft["path"].encode() in answer.body:
            return lambda: Cost.of(client.get(address))
    raise AssertionError("no part of the form asks for the text")


def _saving(server: Server) -> Callable[[], Cost]:
    """A field is left, each time with another text, from one and the same page."""
    client, draft = server.client("applicant"), _draft(server)
    address = f"/mina-ansokningar/{draft['application']}/"
    client.get(address)

    def once() -> Cost:
        values = {
            "path": draft["path"],
            "text": f"Svar på frågan efter {draft['base']}",
            "base": str(draft["base"]),
            "page": "benchmark",
        }
        answer = client.post(f"{address}falt/", values)
        draft["base"] = json.loads(answer.body)["base"]
        return Cost.of(answer)

    return once


def _form_to_receipt(server: Server) -> Callable[[], Cost]:
    """The form that is signed is opened, sent in, and the receipt is shown. The case becomes a
    draft again between, which is not counted."""
    client, draft = server.client("applicant"), _draft(server)
    address = f"/mina-ansokningar/{draft['application']}/"

    def once() -> Cost:
        form = client.get(f"{address}granska/")
        seen = re.search(rb'name="seen" value="([0-9a-f]{64})"', form.body)
        assert seen is not None
        ticked = re.findall(rb'name="(declaration_[0-9]+)"', form.body)
        values = {"seen": seen[1].decode()} | {name.decode(): "on" for name in ticked}
        sent = client.post(f"{address}skicka-in/", values)
        assert sent.location.endswith("/kvitto/"), sent.location
        receipt = client.get(sent.location)
        client.post(f"/bench/take-back/{draft['application']}/", {})
        return Cost.of(form, sent, receipt)

    return once


def _cases(server: Server) -> Callable[[], Callable[[], Answer]]:
    """The next submitted case: what asks for a completion there, and the next time goes on
    without it. Another case each time, for what it costs does not rest on the case's history."""
    client = server.client("officer")
    client.get("/ansokningar/")
    if "csrftoken" not in client.cookies:
        client.get("/konto/password/reset/")
    waiting = cycle(server.filled["submitted"])

    def next_case() -> Callable[[], Answer]:
        address = f"/bench/transition/{next(waiting)}/"
        return lambda: client.post(address, {})

    return next_case


def _transition(server: Server) -> Callable[[], Cost]:
    """A move of the state machine and no more: lock, permission, facts, save, event."""
    next_case = _cases(server)

    def once() -> Cost:
        move = next_case()
        move()
        return Cost.of(move())

    return once


def _completion(server: Server) -> Callable[[], Cost]:
    """A move that also writes a request, numbers it as a document and queues the mails."""
    next_case = _cases(server)

    def once() -> Cost:
        move = next_case()
        asked = move()
        move()
        return Cost.of(asked)

    return once


VISITS = (
    Visit("bare", **_page("", lambda filled: "/bench/bare/")),
    Visit("front page", **_page("", lambda filled: "/")),
    Visit("calls", **_page("", lambda filled: "/utlysningar/")),
    Visit(
        "call",
        **_page("", lambda filled: f"/utlysningar/{filled['agency']}/{filled['call']}/"),
    ),
    Visit("list", **_page("officer", _listed("ansokningar"), peer="list")),
    Visit("list, fifth page", make=_second_page, peer="list"),
    Visit(
        "list by organisation",
        **_page("officer", _listed("ansokningar", sort="organisation"), peer="list"),
    ),
    Visit(
        "list by amount", **_page("officer", _listed("ansokningar", sort="-granted"), peer="list")
    ),
    Visit(
        "list of a state",
        **_page("officer", _listed("ansokningar", status="rejected"), peer="list"),
    ),
    Visit("list of a county", **_page("officer", _listed("ansokningar", county="23"), peer="list")),
    Visit(
        "search",
        **_page(
            "officer",
            lambda filled: (
                "/ansokningar/?" + urlencode({"q": filled["sought"], "status": "final_reported"})
            ),
            peer="search",
        ),
    ),
    Visit(
        "search for a number",
        **_page("officer", _listed("ansokningar", q="801-17-"), peer="search"),
    ),
    Visit(
        "search for a common word",
        **_page("officer", _listed("ansokningar", q="kommun", status="rejected"), peer="search"),
    ),
    Visit(
        "search for nothing there",
        **_page("officer", _listed("ansokningar", q="finns inte"), peer="search"),
    ),
    Visit(
        "case",
        **_page("officer", lambda filled: f"/ansokningar/{filled['application']}/", peer="case"),
    ),
    Visit("organisations", **_page("officer", _listed("organisationer"))),
    Visit(
        "organisations by amount",
        **_page("officer", _listed("organisationer", sort="-granted"), grows=True),
    ),
    Visit("organisations, search", **_page("officer", _listed("organisationer", q="åmyra 1"))),
    Visit(
        "organisation",
        **_page("officer", lambda filled: f"/organisationer/{filled['organisation']}/"),
    ),
    Visit("reports", **_page("officer", _listed("redovisningar"))),
    Visit("reports, search", **_page("officer", _listed("redovisningar", q="norrviken 17"))),
    Visit("report", **_page("officer", lambda filled: f"/redovisningar/{filled['report']}/")),
    Visit("my pages", **_page("applicant", lambda filled: "/mina-sidor/", peer="dashboard")),
    Visit("overview of the staff", **_page("officer", lambda filled: "/", peer="dashboard")),
    Visit("application, tasks", make=_own("/mina-ansokningar/%d/")),
    Visit("application, a part", make=_form_section),
    Visit("saving a field", make=_saving),
    Visit("form to receipt", make=_form_to_receipt, peer="form to receipt"),
    Visit("transition", make=_transition, peer="transition"),
    Visit("completion asked for", make=_completion),
    Visit(
        "export",
        **_page(
            "officer",
            lambda filled: "/ansokningar/export.csv",
            peer="export",
            grows=True,
            streams=True,
            rounds=3,
        ),
    ),
)
