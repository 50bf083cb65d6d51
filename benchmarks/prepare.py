"""What the pages are to find in the database: run as `python -m benchmarks.prepare WHAT`."""

import json
import os
import sys
from collections.abc import Callable

import django


def sessions() -> dict[str, str]:
    """A session for each account, as signing in makes it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from applicants.models import User
    from benchmarks.cases import APPLICANT, OFFICER

    found = {}
    for name, email in (("officer", OFFICER), ("applicant", APPLICANT)):
        user = User.objects.get(email=email)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "config.sessions.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["assurance"] = "passkey"
        session.create()
        assert session.session_key
        found[name] = session.session_key
    return found


def draft() -> dict[str, object]:
    """A draft of an open call with a form, filled in so that it can be sent in, and a
    text in it by its path and number; the one that is there is taken up."""
    from django.utils import timezone

    from applicants.models import Mandate, User
    from benchmarks.cases import APPLICANT
    from core.models import Agency
    from grants.enums import Status
    from grants.models import Application, DraftValue
    from grants.services.drafts import create_draft
    from portal.services.demo import demo_call
    from tests.factories.forms import filled

    user = User.objects.get(email=APPLICANT)
    lead = Mandate.objects.filter(user=user).earliest("pk").organisation
    earlier = Application.objects.filter(lead=lead, imported=True).latest("pk").call
    definition = {"municipalities": "kommuner-2013", "associations": "foreningar-2013"}
    call = demo_call(
        agency=Agency.objects.get(pk=earlier.agency_id),
        definition=definition[earlier.stream],
        today=timezone.localdate(),
    )
    found = Application.objects.filter(call=call, lead=lead, status=Status.DRAFT).first()
    if found is None:
        found = create_draft(call=call, lead=lead, actor=user)
        filled(found, user, area=call.definition.area_codes[0])
    texts = DraftValue.objects.filter(
        application=found, path__startswith="answer.", text__startswith="Svar på", current=True
    )
    text = texts.earliest("path")
    return {"application": found.pk, "path": text.path, "base": text.number}


PREPARED: dict[str, Callable[[], object]] = {"sessions": sessions, "draft": draft}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(PREPARED[sys.argv[1]]()))


if __name__ == "__main__":
    main()
