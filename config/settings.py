"""Settings, read from the environment; every one has a safe default.

The table in README.md lists them all.
"""

import os
import secrets
from pathlib import Path

import django_stubs_ext
import environ
from celery.schedules import crontab
from django.utils.csp import CSP

from config.oidc import providers_from

# Lets Django's generic classes be written with their types, as in ModelAdmin[Case].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Files, frozen data and, embedded, the database and the broker's folders.
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """A key kept in DATA_DIR, made at the first start when none is given.

    Web server and worker may start at once: the key is written under a name of its own and
    linked into place, so that both read the one that came first and never half of it.
    """
    path = DATA_DIR / "secret_key"
    if not path.exists():
        own = path.with_name(f"secret_key.{os.getpid()}.{secrets.token_hex(4)}")
        with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(own, path)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return path.read_text(encoding="ascii")


SECRET_KEY = env.str("SECRET_KEY", default="") or _secret_key()
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
REDIS_URL = env.str("REDIS_URL", default="")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()

INSTALLED_APPS = [
    "core",
    "applicants",
    "grants",
    "reviews",
    "reporting",
    "portal",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rules",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "config.failures.FailureMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.private_pages.PrivatePagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.second_factor.SecondFactorMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "applicants.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "config.sessions.AuthenticationBackend",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]
DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'tilldela.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # How often a query of core.selectors.prepared is asked before the server keeps its plan.
    # Never behind a pooler that gives each transaction another connection.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "prepare_threshold", 3 if env.bool("PREPARED_STATEMENTS", default=True) else None
    )

if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": env.str("REDIS_PREFIX", default="tilldela"),
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Background work. The row in the database is the record; a message is only a wake-up.
CELERY_BROKER_DIR = Path(env.str("BROKER_DIR", default=str(DATA_DIR / "broker"))).resolve()
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "global_keyprefix": f"{env.str('REDIS_PREFIX', default='tilldela')}:celery:",
        "visibility_timeout": 6 * 3600,
        "socket_connect_timeout": 5,
    }
else:
    CELERY_BROKER_URL = "tilldela-files://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(CELERY_BROKER_DIR / "queue"),
        "data_folder_out": str(CELERY_BROKER_DIR / "queue"),
        "control_folder": str(CELERY_BROKER_DIR / "control"),
        "processed_folder": str(CELERY_BROKER_DIR / "claimed"),
        "polling_interval": 0.2,
    }
    # A control message is a file that nobody fetches once its worker has gone.
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", default=False)
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Europe/Stockholm"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
# What is due and not done, so that a message lost or a night missed loses nothing.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "mail": {"task": "core.tasks.send_due_mail", "schedule": 60.0},
    "heartbeat": {"task": "core.tasks.heartbeat", "schedule": 60.0},
    "incidents": {"task": "core.tasks.collect_incidents", "schedule": 60.0},
    "watch": {"task": "core.tasks.watch", "schedule": 60.0},
    # By day, each hour, so that a reminder missed is made up for the same day.
    "reminders": {
        "task": "grants.tasks.remind_of_deadlines",
        "schedule": crontab(hour="7-20", minute="20"),
    },
    "completions": {"task": "grants.tasks.lapse_completions", "schedule": 3600.0},
    "editions": {"task": "reporting.tasks.resume_builds", "schedule": 60.0},
    "report-packages": {"task": "reporting.tasks.resume_packages", "schedule": 60.0},
    "reports": {"task": "reporting.tasks.require_missing_reports", "schedule": 300.0},
    "report-reminders": {
        "task": "reporting.tasks.remind_of_reports",
        "schedule": crontab(hour="7-17", minute="30"),
    },
    "letters": {"task": "grants.tasks.make_due_letters", "schedule": 60.0},
    "letter-batches": {"task": "grants.tasks.resume_letter_batches", "schedule": 60.0},
    "payments": {"task": "grants.tasks.book_answers", "schedule": 60.0},
    "claims": {
        "task": "grants.tasks.remind_of_debts",
        "schedule": crontab(hour="7-17", minute="50"),
    },
    # Once a night; tried again later where the worker slept.
    "reconciliation": {
        "task": "grants.tasks.reconcile_money",
        "schedule": crontab(hour="2-23", minute="10"),
    },
    "opinions": {
        "task": "reviews.tasks.remind_of_opinions",
        "schedule": crontab(hour="7-17", minute="40"),
    },
    "scenarios": {"task": "reviews.tasks.resume_scenarios", "schedule": 60.0},
    "seals": {"task": "core.tasks.seal_journals", "schedule": 3600.0},
    "scans": {"task": "core.tasks.scan_waiting_files", "schedule": 60.0},
    "sweep": {"task": "core.tasks.sweep_files", "schedule": 3600.0},
}

# Mail as a URL: smtp://user:password@host:25, smtp+tls://..., filemail:////folder.
_mail = env.email("EMAIL_URL", default=f"filemail:///{DATA_DIR / 'mail'}")
_mail_options = {
    "EMAIL_HOST": "host",
    "EMAIL_PORT": "port",
    "EMAIL_HOST_USER": "username",
    "EMAIL_HOST_PASSWORD": "password",
    "EMAIL_USE_TLS": "use_tls",
    "EMAIL_USE_SSL": "use_ssl",
}
if _mail["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
    _mail_options = {"EMAIL_FILE_PATH": "file_path"}
elif not _mail["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
    _mail_options = {}
else:
    # Seconds that each step may take; all of them take less than a mail is leased for.
    _mail["EMAIL_TIMEOUT"] = env.int("EMAIL_TIMEOUT", default=20)
    _mail_options["EMAIL_TIMEOUT"] = "timeout"
MAILERS = {
    "default": {
        "BACKEND": _mail["EMAIL_BACKEND"],
        "OPTIONS": {name: _mail[key] for key, name in _mail_options.items() if _mail.get(key)},
    }
}
# Where a worker asks the web server how it is, such as http://web:8000/halsa/; empty: nowhere.
HEALTH_URL = env.str("HEALTH_URL", default="")
# Where people reach the site; mails lead there.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Tilldela <tilldela@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True

# Served under names with a hash in them once collectstatic has run; found in place otherwise.
STATIC_HASHED = env.bool("STATIC_HASHED", default=False)
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not STATIC_HASHED
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files")},
    },
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if STATIC_HASHED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# Uploaded files. A part of a request beyond 2.5 MB goes to a file in DATA_DIR, not to memory.
FILE_MAX_MB = env.int("FILE_MAX_MB", default=20)
FILES_PER_CASE = env.int("FILES_PER_CASE", default=50)
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, exist_ok=True)
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "config.uploads.BoundedFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 2 * FILES_PER_CASE
# A long budget posted whole, without scripts: a dozen values for each of its lines.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# Days that a file of reports as data can be fetched before it is removed.
REPORT_DATA_DAYS = env.int("REPORT_DATA_DAYS", default=7)
# The virus scanner; without one, files are received and marked as not checked.
CLAMAV_SOCKET = env.str("CLAMAV_SOCKET", default="")
CLAMAV_HOST = env.str("CLAMAV_HOST", default="")
CLAMAV_PORT = env.int("CLAMAV_PORT", default=3310)

# Sign-in. Anyone may make an account; what it may do is given to it by others.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "after-sign-in"
ACCOUNT_ADAPTER = "config.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "config.account_signup.NamedSignup"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# By a code, which is read on one device and written on another.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_HOURS
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if env.bool("HTTPS", default=False) else "http"
# Number of tries / time / per network address (ip), address or account asked for (key), person.
ACCOUNT_RATE_LIMITS = {
    "signup": "20/m/ip,100/h/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/15m/key",
    "reset_password_from_key": "20/m/ip",
    "confirm_email": "1/10s/key,10/h/key",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
}
ACCOUNT_FORMS = {
    "login": "config.account_forms.LoginForm",
    "signup": "config.account_forms.SignupForm",
    "add_email": "config.account_forms.AddEmailForm",
    "change_password": "config.account_forms.ChangePasswordForm",
    "set_password": "config.account_forms.SetPasswordForm",
    "reset_password": "config.account_forms.ResetPasswordForm",
    "reset_password_from_key": "config.account_forms.ResetPasswordKeyForm",
    "confirm_email_verification_code": "config.account_forms.ConfirmCodeForm",
    "reauthenticate": "config.account_forms.ReauthenticateForm",
}
MFA_ADAPTER = "config.accounts.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Tilldela"
MFA_TOTP_TOLERANCE = 1
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TRUST_ENABLED = False  # no browser is let past the second factor
MFA_RATE_LIMITS = {"webauthn_login": "20/m/ip"}
MFA_FORMS = {
    "authenticate": "config.account_forms.MfaAuthenticateForm",
    "reauthenticate": "config.account_forms.MfaReauthenticateForm",
    "activate_totp": "config.account_forms.ActivateTotpForm",
    "add_webauthn": "config.account_forms.AddPasskeyForm",
    "signup_webauthn": "config.account_forms.SignupPasskeyForm",
    "edit_webauthn": "config.account_forms.EditPasskeyForm",
}
# A one-time code, a passkey or as strong a sign-in elsewhere for whoever works at an agency.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=True)
# Sign-in through others: an agency's own directory, or a broker of electronic identities.
OIDC_PROVIDERS = providers_from(env.str("OIDC_PROVIDERS", default="[]"))
OIDC_STRONG = {each.id: each.strong for each in OIDC_PROVIDERS.values()}
SOCIALACCOUNT_ADAPTER = "config.accounts.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"signup": "config.account_forms.SocialSignupForm"}
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": [each.as_app() for each in OIDC_PROVIDERS.values()]}
}
# A verified address of a trusted provider opens the account that has it, once and for all.
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
# How many proxies in front set X-Forwarded-For: limits are counted for each network address.
ALLAUTH_TRUSTED_PROXY_COUNT = int(
    env.str("TRUSTED_PROXIES", default="") or env.bool("HTTPS", default=False)
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# HTTPS=true behind a proxy that ends TLS and sets X-Forwarded-Proto itself.
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=10) * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_REDIRECT_EXEMPT = [r"^halsa/$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# No script and no style but the project's own files; images also as data (the CSS has icons so).
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": LOG_LEVEL, "propagate": True, "handlers": []},
        # One line a request is the web server's task.
        "django.server": {"level": "WARNING", "propagate": True, "handlers": []},
        # Says the schedule again at each tick.
        "celery.beat": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
    },
}
