"""PostgreSQL cut off in the middle of a submit and of a payment, and started again: what was not
committed has not happened, web server and worker go on by themselves, and what is left is done."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.enums import OutboxState
from core.models import Event, Incident, OutboxMessage
from core.services import incidents
from grants.enums import OrderState
from grants.services.payment_answers import receive_answer
from grants.services.reconciling import reconcile
from tests.factories.paying import Paying, answer_file
from tests.infra.faults import (
    WEB,
    WORKER,
    OwnPostgres,
    free_port,
    held_at,
    journals_hold,
    no_messages,
    own_postgres,
    tick,
)
from tests.infra.test_submit_killed import post, whole_or_draft
from tests.infra.test_worker_killed import paid_of
from tests.portal.own_cases import Own, fresh, sign_data, url
from tests.processes import database_url, environment, started


@contextmanager
def moved_to(postgres: OwnPostgres) -> Iterator[None]:
    """The test's database, with all that is in it, is on that server meanwhile."""
    postgres.copy(database_url())
    connection.close()
    before = dict(connection.settings_dict)
    options = {key: text for key, text in before["OPTIONS"].items() if key != "options"}
    # What is committed here shall survive too.
    connection.settings_dict.update(
        HOST="127.0.0.1", PORT=str(postgres.port), NAME="postgres", USER="prov", PASSWORD="",
        OPTIONS=options,
    )  # fmt: skip
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@pytest.mark.postgresql
@pytest.mark.long
def test_postgresql_is_cut_off_and_started_again(transactional_db: None, data_dir: Path) -> None:
    own, desk = Own(), Paying()
    draft = own.draft()
    client = Client()
    client.force_login(own.signatory, "config.sessions.AuthenticationBackend")
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    data, address, port = sign_data(client, draft), url("application-submit", draft), free_port()
    order = desk.order(*(desk.granted(100_000 * number) for number in (1, 2, 3)))
    no_messages()
    with own_postgres() as postgres, moved_to(postgres):
        go_on, env = data_dir / "go-on", {**environment(), "PORT": str(port)}
        submitting = "grants.services.submission:_tell_received"
        booking = "grants.services.payment_answers:record:2"
        with (
            started(WEB, held_at(env, submitting, go_on), gently=False) as web,
            started(WORKER, held_at(env, booking, go_on), gently=False) as process,
        ):
            web.wait_for("Listening at")
            process.wait_for("ready.")
            statuses: list[int] = []
            click = threading.Thread(
                target=lambda: statuses.append(post(port, address, session, data))
            )
            click.start()
            said = answer_file(order, "paid", "paid", "paid")
            answer = receive_answer(order=order, actor=desk.first, content=said)
            web.wait_for(f"held at {submitting}")
            process.wait_for(f"held at {booking}")
            connection.close()
            postgres.cut_off()
            go_on.touch()
            click.join(30)
            assert statuses == [500], "the applicant was told of a receipt that is not there"
            process.wait_for("raised unexpected")
            postgres.start()

            assert whole_or_draft(draft) is False
            assert paid_of(order) == {1: 100_000}, "what was committed, and nothing besides"
            assert post(port, address, session, data) == 302, "the web server did not go on"
            assert whole_or_draft(draft) is True
            assert fresh(draft).register_number.split("-")[1] == "1", "a number was lost"
            tick(process, "payments", "mail")
            assert web.popen.poll() is process.popen.poll() is None
            process.signal(signal.SIGKILL)
        order.refresh_from_db()
        answer.refresh_from_db()
        assert order.state == OrderState.ANSWERED, "beat did not finish the answer"
        assert answer.finished_at is not None
        assert paid_of(order) == {1: 100_000, 2: 200_000, 3: 300_000}
        assert Event.objects.filter(name="payment.paid").count() == 3
        assert not OutboxMessage.objects.exclude(state=OutboxState.SENT).exists()
        # Noted in a file, since the database was what was away.
        incidents.collect_noted(now=timezone.now() + 2 * incidents.SETTLED_AFTER)
        assert Incident.objects.filter(status=500).exists(), "not on record as our failure"
        assert reconcile(agency=desk.agency).faults == []
        journals_hold()
