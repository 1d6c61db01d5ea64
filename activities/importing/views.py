"""Pages of the import: the file, its columns, the preview, the result. Everybody sees their own imports only."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import View
from django_htmx.http import HttpResponseClientRefresh

from activities.importing import shown
from core.history import rollback
from core.imports import error_file, runs
from core.imports.forms import SheetForm, UploadForm, WordsForm, row_answers
from core.imports.importer import Importer, importer_of, importers, own_page
from core.imports.models import ImportRun
from core.imports.reader import UnreadableFile
from core.once import once, result_of
from people import access
from people.pages import ForAbility, for_ability

State = ImportRun.State


def own_run(request: HttpRequest, pk: int) -> ImportRun:
    """The user's run; Http404 for somebody else's exactly as for none."""
    rows = ImportRun.objects.filter(by=request.user.pk).select_related("by", "job", "operation")
    run: ImportRun = get_object_or_404(rows, pk=pk)
    return run


def to_run(run: ImportRun) -> HttpResponse:
    return HttpResponseRedirect(reverse("imports:run", args=[run.pk]))


class ImportPage(ForAbility, View):
    ability = "import"


class Upload(ImportPage):
    """Takes a file and looks into it; what cannot be read is said beside the field."""

    def setup(self, request: HttpRequest, *args: Any, key: str = "sales", **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.key = key

    @property
    def importer(self) -> Importer:
        """What the address names; Http404 for what is none, or is not the reader's to bring."""
        found = next((one for one in self.offered if one.key == self.key), None)
        if found is None:
            raise Http404
        return found

    @property
    def offered(self) -> list[Importer]:
        return [one for one in importers() if access.may(self.request.user, one.ability)]  # type: ignore[arg-type]

    def get(self, request: HttpRequest, **_address: str) -> HttpResponse:
        if page := own_page(self.importer, "new"):
            return HttpResponseRedirect(reverse(page))
        return self._show(request, UploadForm())

    def post(self, request: HttpRequest, **_address: str) -> HttpResponse:
        chosen = self.importer
        if done := result_of(request):
            return done
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            user: Any = request.user
            try:
                run = runs.read(form.cleaned_data["file"], by=user, importer=chosen)
            except UnreadableFile as error:
                form.add_error("file", str(error))
            else:
                return self._keep(request, run)
        return self._show(request, form, status=422)

    def _keep(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        def save() -> str:
            run.save()
            return reverse("imports:columns", args=[run.pk])

        try:
            return once(request, save)
        finally:
            if run.pk is None:  # the same form was sent twice at one moment: the other's run is kept
                run.file.delete(save=False)

    def _show(self, request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "importer": self.importer, "importers": self.offered}
        return render(request, "imports/upload.html", context, status=status)


class Columns(ImportPage):
    """What is on each sheet, and which column is which; shown with the first rows."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = own_run(request, pk)
        if not self._may_choose(run):
            return to_run(run)
        return self._show(request, run, self._forms(run))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = own_run(request, pk)
        if not self._may_choose(run):
            return to_run(run)
        forms = self._forms(run, request.POST)
        wrong = [form for form in forms if not form.is_valid()]
        headers = {form.sheet["sheet"]: form.cleaned_data["header"] for form in forms if form.has_new_header}
        if headers or "again" in request.POST:
            return self._again(request, run, headers)
        plan = [form.cleaned_data["entry"] for form in forms if form.cleaned_data.get("entry")]
        if not plan and not wrong:
            return self._show(request, run, forms, _("Say what is on at least one sheet."), status=422)
        if wrong:
            return self._show(request, run, forms, status=422)
        runs.choose_columns(run, plan)
        return to_run(run)

    def _again(self, request: HttpRequest, run: ImportRun, headers: Mapping[str, int]) -> HttpResponse:
        """Shows the form for other kinds of sheets, or other header rows; nothing is chosen yet."""
        if headers:
            kept = {sheet["sheet"]: sheet["header"] for sheet in run.book}
            try:
                runs.look_again(run, importer_of(run), kept | dict(headers))
            except (UnreadableFile, FileNotFoundError):
                messages.error(request, _("The file is not kept any more: upload it again."))
                return HttpResponseRedirect(reverse("imports:new"))
        kinds = {
            f"sheet{place}-kind": request.POST.get(f"sheet{place}-kind", "") for place in range(len(run.book))
        }
        return self._show(request, run, self._forms(run, kinds=kinds))

    def _forms(
        self, run: ImportRun, data: Any = None, kinds: Mapping[str, str] | None = None
    ) -> list[SheetForm]:
        return [
            SheetForm(
                data,
                sheet=sheet,
                importer=importer_of(run),
                run=run,
                place=place,
                kind=(kinds or {}).get(f"sheet{place}-kind"),
            )
            for place, sheet in enumerate(run.book)
        ]

    def _may_choose(self, run: ImportRun) -> bool:
        return run.state in (State.UPLOADED, State.CHECKED, State.FAILED) and bool(run.file)

    def _show(
        self, request: HttpRequest, run: ImportRun, forms: list[SheetForm], error: str = "", status: int = 200
    ) -> HttpResponse:
        context = {"run": run, "forms": forms, "error": error}
        return render(request, "imports/columns.html", context, status=status)


class Run(ImportPage):
    """One import in its state: the progress, the preview with its questions, or the result."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = own_run(request, pk)
        if page := own_page(importer_of(run), "run"):
            return HttpResponseRedirect(reverse(page, args=[run.pk]))
        if run.state == State.UPLOADED:
            return HttpResponseRedirect(reverse("imports:columns", args=[run.pk]))
        if run.state == State.CHECKED:
            return self._preview(request, run)
        if run.state in (State.APPLIED, State.UNDONE):
            return render(request, "imports/result.html", shown.result_of(run))
        return render(request, "imports/progress.html", {"run": run, "job": run.job})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Takes the answers of the preview; loads only what was checked by these very answers."""
        run = own_run(request, pk)
        if run.state != State.CHECKED:
            return to_run(run)
        importing = importer_of(run)
        questions = importing.questions(run)(request.POST, run=run)
        words = WordsForm(request.POST, run=run, importer=importing)
        if not (questions.is_valid() and words.is_valid()):
            return self._preview(request, run, questions, words, status=422)
        duplicates = shown.duplicates_of(run)
        before = run.answers.get("rows", {})
        answers = {
            "all": {**run.answers.get("all", {}), **questions.cleaned_data},
            "words": {**run.answers.get("words", {}), **words.answers()},
            "rows": row_answers(request.POST, duplicates, before, importing.row_choices()),
        }
        wants_load = "load" in request.POST
        if not shown.same_answers(answers, run, questions):
            runs.decide(run, answers)
            if wants_load:
                messages.info(request, _("Your answers have changed the result: look at it, then load."))
        elif wants_load and run.to_load:
            runs.load(run)
        return to_run(run)

    def _preview(
        self,
        request: HttpRequest,
        run: ImportRun,
        questions: Any = None,
        words: Any = None,
        status: int = 200,
    ) -> HttpResponse:
        importing = importer_of(run)
        duplicates = shown.duplicates_of(run)
        ids = [row.same_as["record"] for row in duplicates if row.same_as and "record" in row.same_as]
        context = {
            "run": run,
            "sheets": shown.sheets_of(run),
            "questions": questions or importing.questions(run)(run=run),
            "words": words or WordsForm(run=run, importer=importing),
            "errors": shown.errors_of(run),
            "errors_more": run.total("error") - shown.ROWS,
            "duplicates": shown.with_links(run, duplicates, importing.links(run, ids)),
            "row_choices": importing.row_choices(),
            "to_load": "" if runs.is_too_long(run) else shown.to_load(run),
            "too_long": runs.MOST_AT_ONCE if runs.is_too_long(run) else 0,
        }
        return render(request, "imports/preview.html", context, status=status)


@for_ability("import")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar alone; once the worker is done, the whole page anew."""
    run = own_run(request, pk)
    if not run.is_in_work and request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    return render(request, "imports/_progress.html", {"run": run, "job": run.job})


@for_ability("import")
def errors_file(request: HttpRequest, pk: int) -> FileResponse:
    """The rows with errors, to be mended in Excel and uploaded again."""
    run = own_run(request, pk)
    if not run.total("error") or not run.rows.exists():
        raise Http404
    stem = run.name.rpartition(".")[0] or run.name
    name = _("%(name)s, rows with errors.xlsx") % {"name": stem}
    return FileResponse(error_file.write(run, importer_of(run)), as_attachment=True, filename=name)


class Undo(ImportPage):
    """What undoing will do, in numbers; POST has the worker do it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        if run is None:
            return to_run(own_run(request, pk))
        try:
            plan = rollback.plan(run.operation, allowed=importer_of(run).allowed(run.by))  # type: ignore[arg-type]
        except PermissionDenied:
            return render(request, "imports/undo.html", {"run": run, "is_foreign": True})
        counts: dict[str, int] = {}
        for row in plan.deleted:
            label = str(row.model._meta.verbose_name_plural)
            counts[label] = counts.get(label, 0) + 1
        context = {
            "run": run,
            "deleted": counts.items(),
            "changed": sum(1 for row in plan.changed if row.restore),
            "kept": plan.kept[: shown.ROWS],
            "kept_count": len(plan.kept),
            "conflicts": len(plan.conflicts),
            "is_empty": plan.is_empty,
        }
        return render(request, "imports/undo.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        if run is not None:
            runs.undo(run)
        return to_run(own_run(request, pk))

    def _run(self, request: HttpRequest, pk: int) -> ImportRun | None:
        run = own_run(request, pk)
        return run if run.state == State.APPLIED and run.operation is not None else None


@for_ability("import")
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Has a job that was given up done once more."""
    run = own_run(request, pk)
    runs.retry(run)
    return to_run(run)


@for_ability("import")
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throws away a run that has written nothing."""
    run = own_run(request, pk)
    if not runs.discard(run):
        return to_run(run)
    messages.success(request, _("The file was thrown away; nothing was loaded."))
    return HttpResponseRedirect(reverse("imports:list"))
