"""The technical administration shows core's tables and writes none of them."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import RequestFactory

from core.models import EventText

MODELS = [m for m in apps.get_app_config("core").get_models() if m in admin.site._registry]


def test_texts_are_not_shown() -> None:
    assert EventText not in admin.site._registry


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_not_even_a_superuser_writes(model: type, rf: RequestFactory, admin_user: object) -> None:
    request = rf.get("/")
    request.user = admin_user  # type: ignore[assignment]
    site = admin.site._registry[model]
    assert site.has_view_permission(request)
    assert not site.has_add_permission(request)
    assert not site.has_change_permission(request)
    assert not site.has_delete_permission(request)
