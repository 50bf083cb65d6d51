"""The project's settings, with what each answer cost the database written in its headers."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE as _MIDDLEWARE

ROOT_URLCONF = "benchmarks.urls"
MIDDLEWARE = ["benchmarks.timing.server_timing", *_MIDDLEWARE]
