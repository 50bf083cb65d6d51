"""The settings of a web server that has the tests' page with an upload box."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.upload_site"
