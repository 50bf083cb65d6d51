"""What tests of pages share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from applicants.models import User
from portal.selectors.calls import forget_sums
from reporting.services.previews import forget_previews
from tests.portal.html import Page
from tests.portal.world import World, make_world


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """What a process keeps of the database is not kept from one test to the next."""
    forget_sums()
    forget_previews()


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def get(client: Client) -> Callable[..., Page]:
    """`get(url, user=None, language="en")`: the parsed page as that person sees it."""

    def fetch(url: str, user: User | None = None, language: str = "en", **extra: Any) -> Page:
        if user is None:
            client.logout()
        else:
            client.force_login(user)
        return Page(client.get(url, headers={"accept-language": language}, **extra))

    return fetch
