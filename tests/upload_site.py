"""A page with an upload box, for the tests alone: addresses before those of the site itself."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template import engines
from django.urls import include, path, reverse

from core.checks import FileRefused
from core.models import StoredFile
from core.selectors.files import same_content
from core.services.files import delete_stored_file
from portal.views import files

LIST = "{% include 'components/file_list.html' with id='papers' files=files empty='Inga filer.' %}"
PAGE = (
    "{% extends 'base.html' %}{% load static %}{% block title %}Filer{% endblock %}"
    "{% block head %}<script src=\"{% static 'js/upload.js' %}\" defer></script>{% endblock %}"
    "{% block page %}<h1 class='ds-heading'>Filer</h1>"
    "{% include 'components/upload.html' with id='papers' url=url label='Bilagor' multiple=True %}"
    f"<h2 class='ds-heading'>Bifogade filer</h2>{LIST}{{% endblock %}}"
)
ROOM_FOR = 4
"""How many files this page takes."""


def own_files(request: HttpRequest) -> Any:
    return StoredFile.objects.filter(uploaded_by=request.user.pseudonym)  # type: ignore[union-attr]


def context(request: HttpRequest) -> dict[str, Any]:
    return {
        "url": reverse("upload"),
        "files": [
            files.file_item(
                file,
                url=reverse("download", args=[file.pk]),
                remove_url=reverse("remove", args=[file.pk]),
            )
            for file in own_files(request)
        ],
    }


def shown(template: str, request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(template).render(context(request), request))


@login_required
def page(request: HttpRequest) -> HttpResponse:
    return shown(PAGE, request)


@login_required
def upload(request: HttpRequest) -> HttpResponse:
    there = list(own_files(request).values_list("pk", flat=True))

    def attach(file: StoredFile) -> str:
        if len(there) >= ROOM_FOR:
            raise FileRefused("too_many", limit=ROOM_FOR)
        same = same_content(there, file.sha256)
        there.append(file.pk)
        return files.same_content_text(same) if same else ""

    outcomes = files.receive_uploads(
        request,
        uploaded_by=request.user.pseudonym,
        attach=attach,  # type: ignore[union-attr]
    )
    return files.upload_answer(
        request,
        outcomes,
        shown=lambda: shown(LIST, request),
        back=reverse("page"),
    )


@login_required
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    return files.download_response(get_object_or_404(own_files(request), pk=pk))


@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    delete_stored_file(file=get_object_or_404(own_files(request), pk=pk))
    return redirect("page")


urlpatterns = [
    path("prov/", page, name="page"),
    path("prov/skicka/", upload, name="upload"),
    path("prov/<int:pk>/", download, name="download"),
    path("prov/<int:pk>/ta-bort/", remove, name="remove"),
    path("", include("config.urls")),
]
