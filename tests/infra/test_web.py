"""What every answer of the web server carries, and what it says of its health."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client


@pytest.mark.django_db
def test_health_says_that_database_and_broker_answer(client: Client) -> None:
    response = client.get("/halsa/")
    assert response.status_code == 200
    assert response.json() == {"database": True, "broker": True}
    assert "no-cache" in response.headers["Cache-Control"]


def test_health_fails_without_the_database(client: Client, monkeypatch: Any) -> None:
    def broken(*args: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("config.health.connection.cursor", broken)
    response = client.get("/halsa/")
    assert response.status_code == 503
    assert response.json()["database"] is False


@pytest.mark.django_db
def test_health_tells_of_a_lost_broker_without_failing(client: Client, monkeypatch: Any) -> None:
    def broken(*args: object, **options: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("kombu.Connection.ensure_connection", broken)
    response = client.get("/halsa/")
    assert response.status_code == 200
    assert response.json() == {"database": True, "broker": False}


@pytest.mark.django_db
def test_pages_allow_no_script_but_the_sites_own(client: Client) -> None:
    headers = client.get("/konto/login/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_nobody_is_signed_in_before_the_address_is_confirmed(
    client: Client, django_user_model: Any
) -> None:
    answer = {
        "name": "Ny Person",
        "email": "ny@example.se",
        "password1": "långt-nog-lösen",
        "password2": "långt-nog-lösen",
    }
    client.post("/konto/signup/", answer)
    assert django_user_model.objects.filter(email="ny@example.se").exists()
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_the_health_check_is_not_redirected_to_https(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/halsa/").status_code == 200
    assert client.get("/konto/login/").status_code == 301


@pytest.mark.parametrize(
    "name",
    ["designsystemet/designsystemet.css", "designsystemet/theme.css", "htmx/htmx.min.js"],
)
def test_what_pages_take_from_npm_is_in_place(name: str) -> None:
    path = Path(settings.BASE_DIR) / "static" / "vendor" / name
    assert path.stat().st_size > 1000
