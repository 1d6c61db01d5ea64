"""Pages of deals: the deal, its form, moving, handing over, deleting. The board stands in board_views.py."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import periods
from core.forms import EditRecord, add_errors, redirect_to
from core.history.tracked import StaleRecord
from core.once import once, result_of
from core.toasts import undoable
from leads.duplicates import DuplicateClient
from leads.models import Client
from people import access
from people.pages import for_ability
from pipeline import actions
from pipeline.actions import MissingForStage
from pipeline.board_views import moved_on_board
from pipeline.control import missing_for
from pipeline.forms import AssignForm, DealForm, MoveForm, NewDealForm
from pipeline.marks import days_in_stage, marks_of, next_step_of
from pipeline.models import Deal, Stage
from pipeline.stays import stays_of


def visible_deal(request: HttpRequest, pk: int) -> Deal:
    """The deal with all that a page says of it; Http404 for a foreign one as for none."""
    rows = Deal.objects.select_related("client", "stage__funnel", "manager", "product_group", "loss_reason")
    return access.get_visible_or_404(rows, request.user, pk=pk)  # type: ignore[arg-type]


def stages_beside(deal: Deal) -> list[Stage]:
    """The stages of the deal's funnel, its own among them even if it is retired."""
    stages = Stage.objects.filter(funnel=deal.stage.funnel_id).order_by("position", "pk")
    return [stage for stage in stages if stage.retired_at is None or stage.pk == deal.stage_id]


@require_safe
def deal_page(request: HttpRequest, pk: int) -> HttpResponse:
    deal = visible_deal(request, pk)
    moment = periods.now()
    context = {
        "deal": deal,
        "stages": stages_beside(deal),
        "step": next_step_of(deal, moment) if deal.state == Deal.State.OPEN else None,
        "flags": marks_of(deal, moment).flags,
        "days": days_in_stage(deal, moment),
        "stays": stays_of(deal, moment),
        "may_assign": access.may(request.user, "assign"),  # type: ignore[arg-type]
    }
    return render(request, "pipeline/deal.html", context)


@for_ability("sell")
@require_http_methods(["GET", "HEAD", "POST"])
def new_deal(request: HttpRequest) -> HttpResponse:
    """A new deal; of the client `?client=` names, else of one found by what is typed."""
    user: Any = request.user
    client = None
    if number := request.GET.get("client"):
        client = access.get_visible_or_404(Client, user, pk=number)
    if request.method != "POST":
        form = NewDealForm(user=user, client=client)
        return render(request, "pipeline/new_deal.html", {"form": form, "client": client})
    if answer := result_of(request):
        return answer
    form = NewDealForm(request.POST, user=user, client=client)
    if form.is_valid():
        owner = client or form.cleaned_data["client"]
        try:
            return once(
                request,
                lambda: actions.create_deal(owner, by=user, **form.deal_fields()).get_absolute_url(),
            )
        except MissingForStage as missing:
            for name in missing.fields:
                sentence = _("The stage “%(stage)s” asks for it.") % {"stage": missing.stage}
                form.add_error(name if name in form.fields else "stage", sentence)
        except ValidationError as error:
            add_errors(form, error)
    return render(request, "pipeline/new_deal.html", {"form": form, "client": client}, status=422)


class EditDeal(EditRecord):
    """The deal's own fields."""

    form_class = DealForm
    template_name = "pipeline/edit_deal.html"

    def record(self) -> Deal:
        return visible_deal(self.request, self.kwargs["pk"])

    def save(self, form: Any) -> str:
        actions.update_deal(form.record, by=self.request.user, **form.changes)  # type: ignore[arg-type]
        return str(form.record.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """GET offers the stages; POST moves into `stage`, or asks for what is missing (422) and keeps what was typed."""
    deal = visible_deal(request, pk)
    if request.method != "POST":
        return render(request, "pipeline/choose_stage.html", {"deal": deal, "stages": stages_beside(deal)})
    stage = _stage_asked(request)
    form = _move_form(request, deal, stage)
    if form.fields and not ("asked" in request.POST and form.is_valid()):
        return _ask(request, form)
    try:
        former = deal.stage_id
        actions.move_deal(deal, stage, by=request.user, **(form.move_arguments() if form.fields else {}))  # type: ignore[arg-type]
    except MissingForStage:
        return _ask(request, _move_form(request, visible_deal(request, pk), stage))
    except (ValidationError, DuplicateClient) as error:
        _add_move_error(form, error)
        return _ask(request, form)
    except StaleRecord:
        messages.warning(
            request, _("Somebody changed this deal at the same moment. Look at it and move it again.")
        )
        return redirect_to(request, deal.get_absolute_url())
    if "board" in request.POST:
        return moved_on_board(request, deal, former)
    if former != stage.pk:
        messages.success(request, _("The deal stands in “%(stage)s”.") % {"stage": stage})
    return redirect_to(request, deal.get_absolute_url())


def _stage_asked(request: HttpRequest) -> Stage:
    try:
        return get_object_or_404(Stage.objects.select_related("funnel"), pk=request.POST.get("stage") or 0)
    except (ValueError, OverflowError) as error:
        raise Http404 from error


def _move_form(request: HttpRequest, deal: Deal, stage: Stage) -> MoveForm:
    """The form of what the stage asks of this deal; nothing is asked where the deal stands there already."""
    here = stage.pk == deal.stage_id
    missing = [] if here else missing_for(deal, stage)
    # What was asked for and is there by now (somebody else's change) is kept as it was typed.
    data = request.POST if "asked" in request.POST else None
    form = MoveForm(data, deal=deal, stage=stage, missing=missing)
    if here:
        form.fields.clear()
    return form


def _ask(request: HttpRequest, form: MoveForm) -> HttpResponse:
    """The form in the dialog (or as a page of its own), with the board's address to come back to."""
    is_dialog = bool(getattr(request, "htmx", False))
    context = {
        "form": form,
        "deal": form.deal,
        "stage": form.stage,
        "board": request.POST.get("board"),
        "is_dialog": is_dialog,
        "layout": "dialog.html" if is_dialog else "base.html",
    }
    response = render(request, "pipeline/move.html", context, status=422)
    if is_dialog:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response


def _add_move_error(form: MoveForm, error: ValidationError | DuplicateClient) -> None:
    if isinstance(error, DuplicateClient):
        form.add_error(None, str(error))
        return
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    names = {"phones": "client.phone", "emails": "client.email", "name": "client.contact"}
    for name, errors in error.error_dict.items():
        candidates = [name, f"client.{name}", names.get(name, "")]
        form.add_error(next((one for one in candidates if one in form.fields), None), errors)


@for_ability("assign")
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Hands the deal to another manager."""
    deal = visible_deal(request, pk)
    form = AssignForm(request.POST or None, user=request.user, initial={"manager": deal.manager_id})  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            actions.assign_deals([deal], manager=form.cleaned_data["manager"], by=request.user)  # type: ignore[arg-type]
        except PermissionDenied as error:
            raise Http404 from error
        messages.success(request, _("Responsible now: %(name)s.") % {"name": form.cleaned_data["manager"]})
        return redirect_to(request, deal.get_absolute_url())
    status = 422 if form.errors else 200
    return render(request, "pipeline/assign.html", {"form": form, "deal": deal}, status=status)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes the deal and offers to undo it."""
    deal = visible_deal(request, pk)
    try:
        operation = actions.delete_deal(deal, by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        for sentence in error.messages:
            messages.error(request, sentence)
        return redirect_to(request, deal.get_absolute_url())
    sentence = _("Deal № %(number)s is deleted.") % {"number": deal.pk}
    undoable(request, sentence, reverse("people:rollback", args=[operation.pk]))
    return redirect_to(request, reverse("pipeline:deals"))
