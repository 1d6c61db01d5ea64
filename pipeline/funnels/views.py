"""The administrator's screen for funnels: one page with the stages in order, dialogs for the rest."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.forms import EditRecord, add_errors, redirect_to
from core.once import OnceView, once
from people.pages import ForAbility, for_ability
from pipeline.control import labels_of
from pipeline.funnels import actions
from pipeline.funnels.forms import FunnelForm, NewFunnelForm, RetireForm, StageForm
from pipeline.funnels.touches import touches
from pipeline.models import Deal, Funnel, Stage

configures = for_ability("configure")


@configures
@require_safe
def funnel_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The stages of a funnel (of the first one without `pk`), those in use and the retired ones."""
    funnels = list(Funnel.objects.in_use())
    funnel = next((one for one in funnels if pk is None or one.pk == pk), None)
    if funnel is None and pk is not None:
        raise Http404
    stages: list[Any] = []
    if funnel is not None:
        alive = Q(deals__deleted_at__isnull=True)
        rows = Stage.objects.filter(funnel=funnel).annotate(deal_count=Count("deals", filter=alive))
        stages = list(rows.order_by("position", "pk"))
    for stage in stages:
        stage.control_labels = labels_of(stage.control_points)
    context = {
        "funnels": funnels,
        "funnel": funnel,
        "stages": [stage for stage in stages if stage.retired_at is None],
        "retired": [stage for stage in stages if stage.retired_at],
    }
    return render(request, "pipeline/funnels/page.html", context)


@configures
@require_http_methods(["GET", "HEAD", "POST"])
def new_funnel(request: HttpRequest) -> HttpResponse:
    form = NewFunnelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, like, by = form.cleaned_data["name"], form.cleaned_data["like"], _admin(request)
        try:
            return once(request, lambda: _address(actions.add_funnel(name, like=like, by=by)))
        except ValidationError as error:
            add_errors(form, error)
    status = 422 if form.errors else 200
    return render(request, "pipeline/funnels/new_funnel.html", {"form": form}, status=status)


class RenameFunnel(ForAbility, EditRecord):
    """Another name for a funnel."""

    ability = "configure"
    form_class = FunnelForm
    template_name = "pipeline/funnels/rename.html"

    def record(self) -> Funnel:
        return get_object_or_404(Funnel.objects.in_use(), pk=self.kwargs["pk"])

    def save(self, form: Any) -> str:
        actions.rename_funnel(form.record, form.cleaned_data["name"], by=_admin(self.request))
        return _address(form.record)


@configures
@require_POST
def retire_funnel(request: HttpRequest, pk: int) -> HttpResponse:
    funnel = get_object_or_404(Funnel.objects.in_use(), pk=pk)
    try:
        actions.retire_funnel(funnel, by=_admin(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect_to(request, _address(funnel))
    messages.success(request, _("The funnel “%(name)s” is retired.") % {"name": funnel})
    return redirect_to(request, reverse("pipeline:funnels"))


class EditStage(ForAbility, EditRecord):
    """A stage, with what its change would touch told while it is being made."""

    ability = "configure"
    form_class = StageForm
    template_name = "pipeline/funnels/stage.html"

    def record(self) -> Stage:
        return get_object_or_404(Stage.objects.in_use().select_related("funnel"), pk=self.kwargs["pk"])

    def save(self, form: Any) -> str:
        actions.update_stage(form.record, by=_admin(self.request), **form.changes)
        return _address(form.record.funnel)

    def context(self, form: Any) -> dict[str, Any]:
        return {"touches": touches(form.record, form.changes) if form.is_bound and form.is_valid() else []}


class NewStage(OnceView, EditStage):
    """A stage more."""

    def record(self) -> Stage:
        funnel = get_object_or_404(Funnel.objects.in_use(), pk=self.kwargs["pk"])
        return Stage(funnel=funnel, probability=50, norm_days=5)

    def save(self, form: Any) -> str:
        values = {name: form.cleaned_data[name] for name in actions.STAGE_FIELDS}
        done = once(
            self.request,
            lambda: _address(actions.add_stage(form.record.funnel, by=_admin(self.request), **values).funnel),
        )
        return str(done.headers.get("HX-Redirect") or done.headers["Location"])

    def context(self, form: Any) -> dict[str, Any]:
        return {"is_new": True}


@configures
@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the form as it stands would touch; writes nothing."""
    stage: Stage = get_object_or_404(Stage.objects.in_use(), pk=pk)
    form = StageForm(request.POST, instance=stage)
    sentences = touches(stage, form.changes) if form.is_valid() else []
    return render(request, "pipeline/funnels/_touches.html", {"touches": sentences})


@configures
@require_http_methods(["GET", "HEAD", "POST"])
def retire_stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Retires a stage: GET says what it touches and asks for the target, if deals stand there."""
    stage = get_object_or_404(Stage.objects.in_use().select_related("funnel"), pk=pk)
    count = Deal.objects.filter(stage=stage).count()
    form = RetireForm(request.POST if request.method == "POST" else None, stage=stage)
    if not count:
        form.fields.clear()
    if request.method == "POST" and form.is_valid():
        try:
            moved = actions.retire_stage(stage, form.cleaned_data.get("target"), by=_admin(request))
        except ValidationError as error:
            add_errors(form, error)
        else:
            sentence = _("The stage “%(name)s” is retired. Deals moved: %(count)s.")
            messages.success(request, sentence % {"name": stage, "count": moved})
            return redirect_to(request, _address(stage.funnel))
    status = 422 if form.errors else 200
    return render(
        request, "pipeline/funnels/retire.html", {"form": form, "stage": stage, "count": count}, status=status
    )


@configures
@require_POST
def bring_back_stage(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Stage.objects.filter(retired_at__isnull=False)
    stage: Stage = get_object_or_404(rows.select_related("funnel"), pk=pk)
    actions.bring_back_stage(stage, by=_admin(request))
    return redirect_to(request, _address(stage.funnel))


@configures
@require_POST
def move_stage(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """One place up or down."""
    stage = get_object_or_404(Stage.objects.in_use().select_related("funnel"), pk=pk)
    if way not in ("up", "down"):
        raise Http404
    actions.move_stage(stage, up=way == "up", by=_admin(request))
    return redirect_to(request, _address(stage.funnel))


@configures
@require_POST
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """The stages in the order of `stage`, as they were dragged."""
    funnel = get_object_or_404(Funnel.objects.in_use(), pk=pk)
    ids = [
        int(one) for one in request.POST.getlist("stage") if one.isascii() and one.isdigit() and len(one) < 10
    ]
    try:
        actions.reorder_stages(funnel, ids, by=_admin(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect_to(request, _address(funnel))


def _admin(request: HttpRequest) -> Any:
    """The signed-in user; what they may do the verbs decide."""
    return request.user


def _address(funnel: Funnel) -> str:
    return reverse("pipeline:funnel", args=[funnel.pk])
