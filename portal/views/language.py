"""The language switch, which the signed-in person's mail follows."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as switch

from applicants.models import User
from portal.services.language import keep_language


@csrf_exempt
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """The page in the other language, and from now on mail as well.

    Without a CSRF token, so that the switch on every page needs no cookie: another site can set
    a reader's language at worst, and sends no session along (`SESSION_COOKIE_SAMESITE`).
    """
    if isinstance(request.user, User):
        keep_language(actor=request.user, language=request.POST.get("language", ""))
    return switch(request)
