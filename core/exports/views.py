"""The page of a file that is being made, its bar, the file itself: for who asked for it, to others it is not there."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.exports.delivery import hand_over, own_export
from core.exports.models import Export


def _own(request: HttpRequest, pk: int) -> Export:
    export = own_export(request.user, pk)  # type: ignore[arg-type]
    if export is None:
        raise Http404
    return export


def export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the file is; once it is made, where to fetch it."""
    return render(request, "exports/export.html", {"export": _own(request, pk)})


def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a fragment, which asks for itself until the file is made."""
    return render(request, "exports/_progress.html", {"export": _own(request, pk)})


def file(request: HttpRequest, pk: int) -> FileResponse | HttpResponseRedirect:
    """The file; the page of it, where it is not there to be fetched."""
    found = _own(request, pk)
    try:
        content = found.file.open("rb") if found.is_ready else None
    except FileNotFoundError:
        content = None
    if content is None:
        return HttpResponseRedirect(reverse("exports:export", args=[pk]))
    return FileResponse(content, as_attachment=True, filename=found.name)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Has a file made once more whose job was given up."""
    found = _own(request, pk)
    if found.is_stuck:
        hand_over(found)
    return HttpResponseRedirect(reverse("exports:export", args=[pk]))
