from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp, SocialToken
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config.health import health
from portal.views.language import set_language

# Keys of one-time codes are nobody's to read, and providers are named by the environment alone.
admin.site.unregister([Authenticator, SocialApp, SocialToken])
# Its own sign-in page would ask for a password alone.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("halsa/", health, name="health"),
    path("konto/", include("config.sign_in_urls")),
    path("sprak/setlang/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("", include("portal.urls")),
]
handler500 = "config.failures.server_error"
