"""Prints the SHA-256 of each rendering of the 2013 report: run in a process of its own."""

import hashlib

import django

django.setup()

from reporting.documents.renderings import RENDERINGS  # noqa: E402
from tests.reporting.content_factory import build_content  # noqa: E402

if __name__ == "__main__":
    content = build_content()
    for rendering in RENDERINGS.values():
        print(rendering.format, hashlib.sha256(rendering.render(content)).hexdigest())
