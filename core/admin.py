"""A read-only look at core's tables."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core import models


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Shows rows; writing goes through the services."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.Agency)
class AgencyAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_sv", "series", "register_pattern"]


@admin.register(models.County)
class CountyAdmin(ReadOnlyAdmin):
    list_display = ["code", "letter", "name"]


@admin.register(models.Municipality)
class MunicipalityAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "county"]
    list_select_related = ["county"]
    list_filter = ["county"]
    search_fields = ["name", "code"]


@admin.register(models.Journal)
class JournalAdmin(ReadOnlyAdmin):
    list_display = ["kind", "subject", "length", "head"]
    list_filter = ["kind"]
    search_fields = ["=subject"]


@admin.register(models.Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["journal", "sequence", "occurred_at", "name", "actor_kind", "actor"]
    list_select_related = ["journal"]
    search_fields = ["=journal__subject", "=name"]


@admin.register(models.OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ["dedupe_key", "state", "attempts", "next_attempt_at", "sent_at"]
    list_filter = ["state"]
    # A code to sign in with may stand in both.
    exclude = ["subject", "body"]


@admin.register(models.Incident)
class IncidentAdmin(ReadOnlyAdmin):
    list_display = ["reference", "kind", "started_at", "ended_at", "address", "status", "count"]
    list_filter = ["kind"]
    search_fields = ["=reference", "address"]


@admin.register(models.StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    list_display = ["pk", "state", "media_type", "size", "created_at", "attempts", "last_error"]
    list_filter = ["state", "media_type"]
    search_fields = ["=sha256"]
    exclude = ["key"]


@admin.register(models.NumberSeries)
class NumberSeriesAdmin(ReadOnlyAdmin):
    list_display = ["agency", "year", "last"]
    list_select_related = ["agency"]
