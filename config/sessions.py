"""Whose session it is: asked of the database at each request, so that a session that is ended,
and an account that is closed, is so at once; by queries that are written once a process."""

from typing import Any

from allauth.account import auth_backends
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from applicants.models import User
from core.selectors.prepared import Prepared

_sessions = Prepared(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))
_people = Prepared(lambda pk: User.objects.filter(pk=pk))


class SessionStore(db.SessionStore):
    """Django's own sessions."""

    def _get_session_from_db(self) -> Any:
        key = self.session_key or ""
        found = None if "\x00" in key else _sessions.first(key, timezone.now())
        if found is None:
            self._session_key = None
        return found


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """allauth's own accounts."""

    def get_user(self, user_id: Any) -> User | None:
        user = _people.first(int(user_id))
        return user if user is not None and self.user_can_authenticate(user) else None
