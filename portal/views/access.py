"""How a page is kept: who may open it is said once, in the list of routes."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps

import rules
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

from applicants.models import User
from applicants.rules import remember_work
from portal.rules import answers_those_who_ask, looks_around, makes_editions, sees_mail

# Asking for a permission that nobody has declared would deny it: the declarations are loaded.
DECLARED = (answers_those_who_ask, looks_around, makes_editions, sees_mail)

type View = Callable[..., HttpResponseBase]


_SHOWING = ("GET", "HEAD")


class Access(StrEnum):
    """Who may open an address. The pages' own values name a permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    TECHNICAL = "technical"
    LOOK_AROUND = "portal.look_around"
    SEE_WORKLIST = "portal.see_worklist"
    SEE_ROUNDS = "portal.see_rounds"
    TAKE_PART = "portal.take_part"
    READ_CASES = "portal.read_cases"
    ADMINISTER = "portal.administer"
    READ_LETTERS = "portal.read_letters"
    DECIDE = "portal.decide"
    MAKE_CALLS = "portal.make_calls"
    MAKE_EDITIONS = "portal.make_editions"
    ANSWER_REQUESTS = "portal.answer_requests"
    SEE_MAIL = "portal.see_mail"
    KEEP_REGISTER = "portal.keep_register"
    DISCLOSE = "portal.disclose"
    GIVE_OPINIONS = "portal.give_opinions"
    HANDLE_MONEY = "portal.handle_money"
    KEEP_RATES = "portal.keep_rates"
    KEEP_TRAININGS = "portal.keep_trainings"


def person_of(request: HttpRequest) -> User:
    """Who is signed in. Raises Http404 where nobody is."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def guarded(view: View, access: Access) -> View:
    """The view behind its rule: those signed out sign in, others who may not find nothing."""
    if access is Access.PUBLIC:
        return view

    @wraps(view)
    def checked(request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        remember_work(request.user, reads=request.method in _SHOWING)
        if access is not Access.SIGNED_IN and not rules.has_perm(access.value, request.user):
            raise Http404
        return view(request, **kwargs)

    return checked
