"""What is said about closed days: corrections, excuses, objections, answers, the word on a day without system."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import View

from activities.views_log import page_behind, safe_back
from core import show
from core.forms import add_errors, redirect_to
from core.money import plain_money
from kpi.actions import later
from kpi.drill import figure_or_404, may_see, person_day_or_404, why_frozen
from kpi.drill_records import Record
from kpi.forms.scorecard import AcceptForm, AnswerForm, CorrectForm, DecisionForm, ObjectForm, ReasonForm
from kpi.models import Closing, Figure, Norm, Objection, PersonDay, Rule
from kpi.results import settled_figure
from kpi.scorecard.days import frozen_column
from kpi.scorecard.sheet import in_words
from people.models import User
from people.pages import ForAbility, for_ability

Text = str | Promise


class Word(ForAbility, View):
    """A form in the dialog about something closed: `subject` in a line above it, one verb behind it."""

    ability = "sell"
    form_class: type[forms.Form]
    title: ClassVar[Text]
    button: ClassVar[Text]
    done: ClassVar[Text]
    template_name = "kpi/scorecard_form.html"

    @property
    def user(self) -> User:
        user: User = self.request.user  # type: ignore[assignment]
        return user

    def initial(self) -> dict[str, Any]:
        return {}

    def subject(self) -> list[str]:
        """What the word is about, a line each."""
        raise NotImplementedError

    def verb(self, form: Any) -> None:
        """Says it; a ValidationError by fields where it may not be said so."""
        raise NotImplementedError

    def check(self) -> None:
        """Http404 or PermissionDenied where the user has no word on it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.check()
        wished = {key: request.GET[key] for key in self.form_class.base_fields if key in request.GET}
        return self._page(self.form(initial=self.initial() | wished), page_behind(request))

    def form(self, *args: Any, **kwargs: Any) -> forms.Form:
        """The form, for subclasses that offer choices."""
        return self.form_class(*args, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.check()
        form = self.form(request.POST)
        back = request.POST.get("back", "")
        if form.is_valid():
            try:
                self.verb(form)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, str(self.done))
                return redirect_to(request, safe_back(request, back or self.back()))
        return self._page(form, back, 422)

    def back(self) -> str:
        return reverse("home")

    def _page(self, form: forms.Form, back: str, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "title": self.title,
            "button": self.button,
            "subject": self.subject(),
            "back": back,
        }
        return render(self.request, self.template_name, context, status=status)


class OnFigure(Word):
    """About one frozen figure."""

    @cached_property
    def figure(self) -> Figure:
        return figure_or_404(self.user, self.kwargs["pk"])

    def subject(self) -> list[str]:
        return about(self.figure.person_day, self.figure)

    def back(self) -> str:
        return reverse("kpi:figure", args=[self.figure.pk])


class OnDay(Word):
    """About a person's whole closed day."""

    @cached_property
    def day(self) -> PersonDay:
        return person_day_or_404(self.user, self.kwargs["pk"])

    def subject(self) -> list[str]:
        return about(self.day)

    def back(self) -> str:
        return f"{reverse('kpi:scorecard')}?day={self.day.day.isoformat()}"


def about(day: PersonDay, figure: Figure | None = None) -> list[str]:
    """«Анна Белова, чт 5 ноября», «Разговоры: 14»."""
    lines = [f"{day.person}, {show.day(day.day)}"]
    if figure is not None:
        column = frozen_column(figure)
        one = settled_figure(figure)
        frozen = in_words(figure.value, column.unit, full=True)
        line = f"{column.name}: {in_words(one.value, column.unit, full=True)}"
        if one.correction is not None:
            line += " (" + _("frozen: %(value)s") % {"value": frozen} + ")"
        lines.append(line)
    return lines


class Correct(OnFigure):
    """Another value for a frozen figure, with a reason."""

    form_class = CorrectForm
    title = gettext_lazy("Correct the figure")
    button = gettext_lazy("Correct")
    done = gettext_lazy("The figure is corrected; what was frozen stays beside it.")

    def check(self) -> None:
        later.require_word_on(self.figure.person_day, self.user)
        if not may_be_corrected(self.figure):
            raise Http404

    def initial(self) -> dict[str, Any]:
        value = settled_figure(self.figure).value
        return {"value": None if value is None else plain_money(value)}

    def verb(self, form: Any) -> None:
        value = form.cleaned_data["value"]
        if value is None:
            raise ValidationError({"value": _("Say what the value should be.")})
        reason = form.cleaned_data["reason"]
        later.correct_figure(self.figure, by=self.user, value=value, reason=reason)


def may_be_corrected(figure: Figure) -> bool:
    """A day's own value; ratios, weeks and months follow from their parts."""
    return figure.period == Norm.Period.DAY and figure.rule.unit not in (Rule.Unit.PERCENT, Rule.Unit.NUMBER)


class Excuse(OnDay):
    """The day is not scored for the person after all."""

    form_class = ReasonForm
    title = gettext_lazy("Do not score the day")
    button = gettext_lazy("Do not score")
    done = gettext_lazy("The day is not scored; what was frozen stays beside it.")

    def check(self) -> None:
        later.require_word_on(self.day, self.user)

    def verb(self, form: Any) -> None:
        later.excuse_day(self.day, by=self.user, reason=form.cleaned_data["reason"], scored=self.scored)

    scored = False


class Score(Excuse):
    """Takes an excuse back."""

    title = gettext_lazy("Score the day again")
    button = gettext_lazy("Score")
    done = gettext_lazy("The day is scored again.")
    scored = True


class Decide(Word):
    """One word for the whole team on a day without system."""

    ability = "assign"
    form_class = DecisionForm
    title = gettext_lazy("The system was unavailable")
    button = gettext_lazy("Decide")
    done = gettext_lazy("It is decided for the whole team.")

    @cached_property
    def closing(self) -> Closing:
        closing = Closing.objects.select_related("team").filter(pk=self.kwargs["pk"]).first()
        if closing is None or not later.may_watch(self.user, closing.team_id):
            raise Http404
        return closing

    def check(self) -> None:
        if not self.closing.system_down:
            raise Http404

    def subject(self) -> list[str]:
        return [
            f"{self.closing.team}, {show.day(self.closing.day)}",
            _("Nobody could enter anything around the cut-off. Do the points of this day count?"),
        ]

    def verb(self, form: Any) -> None:
        counts = form.cleaned_data["counts"] == "yes"
        later.decide(self.closing, by=self.user, counts=counts, reason=form.cleaned_data["reason"])

    def back(self) -> str:
        return f"{reverse('kpi:scorecard')}?day={self.closing.day.isoformat()}"


class ObjectToFigure(OnFigure):
    """A manager asks to look at one figure again."""

    form_class = ObjectForm
    title = gettext_lazy("Object to the figure")
    button = gettext_lazy("Send to the head")
    done = gettext_lazy("Sent to the head.")

    def check(self) -> None:
        if self.user.pk != self.figure.person_day.person_id:
            raise PermissionDenied("somebody else's day")

    def form(self, *args: Any, **kwargs: Any) -> forms.Form:
        return ObjectForm(*args, nearly=why_frozen(self.figure, self.user).nearly, **kwargs)

    def verb(self, form: Any) -> None:
        said = form.cleaned_data
        later.object_to(
            self.figure.person_day,
            by=self.user,
            figure=self.figure,
            asked=said["asked"],
            reason=said["reason"],
            records=said.get("records") or (),
        )


class ObjectToDay(OnDay):
    """A manager asks to look at the whole day again: «I was ill»."""

    form_class = ReasonForm
    title = gettext_lazy("Object to the day")
    button = gettext_lazy("Send to the head")
    done = gettext_lazy("Sent to the head.")

    def check(self) -> None:
        if self.user.pk != self.day.person_id:
            raise PermissionDenied("somebody else's day")

    def verb(self, form: Any) -> None:
        later.object_to(self.day, by=self.user, reason=form.cleaned_data["reason"])

    def back(self) -> str:
        return reverse("home")


class Answer(ForAbility, View):
    """An objection: the head accepts it with a value, or declines it with a word; its manager takes it back."""

    ability = "sell"

    @cached_property
    def objection(self) -> Objection:
        rows = Objection.objects.select_related(
            "manager",
            "person_day__closing__team",
            "person_day__person",
            "figure__rule",
            "figure__indicator",
            "decided_by",
        )
        found = rows.filter(pk=self.kwargs["pk"]).first()
        if found is None or not may_see(self.user, found.person_day):
            raise Http404
        return found

    @property
    def user(self) -> User:
        user: User = self.request.user  # type: ignore[assignment]
        return user

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._page(page_behind(request))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        later.require_word_on(self.objection.person_day, self.user)
        back = request.POST.get("back", "")
        accepts = "accept" in request.POST
        form = self._accept_form(request.POST) if accepts else AnswerForm(request.POST)
        if form.is_valid():
            try:
                self._accept(form) if accepts else self._decline(form)
            except ValidationError as error:
                add_errors(form, error)
            else:
                said = _("The objection is accepted.") if accepts else _("The objection is declined.")
                messages.success(request, said)
                return redirect_to(request, safe_back(request, back or reverse("kpi:scorecard")))
        return self._page(back, form if accepts else None, None if accepts else form, status=422)

    def _accept(self, form: Any) -> None:
        objection, said = self.objection, form.cleaned_data
        if objection.figure is None:
            later.excuse_day(objection.person_day, by=self.user, reason=said["reason"], objection=objection)
            return
        if said["value"] is None:
            raise ValidationError({"value": _("Say what the value should be.")})
        later.correct_figure(
            objection.figure, by=self.user, value=said["value"], reason=said["reason"], objection=objection
        )

    def _decline(self, form: Any) -> None:
        later.decline(self.objection, by=self.user, answer=form.cleaned_data["answer"])

    def _accept_form(self, data: Any = None) -> forms.Form:
        objection = self.objection
        initial: dict[str, Any] = {"reason": objection.reason}
        if objection.figure is None:
            return ReasonForm(data, initial=initial)
        if objection.asked is not None:
            initial["value"] = plain_money(objection.asked)
        return AcceptForm(data, initial=initial)

    def _page(self, back: str, accept: Any = None, decline: Any = None, status: int = 200) -> HttpResponse:
        objection = self.objection
        asked = ""
        if objection.figure is not None and objection.asked is not None:
            asked = in_words(objection.asked, objection.figure.rule.unit, full=True)
        context = {
            "objection": objection,
            "subject": about(objection.person_day, objection.figure),
            "asked": asked,
            "records": _pointed_at(objection, self.request.user),
            "is_open": objection.state == Objection.State.OPEN,
            "may_answer": later.may_have_word_on(self.user, objection.person_day),
            "is_own": objection.manager_id == self.request.user.pk,
            "accept": accept or self._accept_form(),
            "decline": decline or AnswerForm(),
            "may_accept": objection.figure is None or may_be_corrected(objection.figure),
            "back": back,
        }
        return render(self.request, "kpi/scorecard_objection.html", context, status=status)


def _pointed_at(objection: Objection, user: Any) -> list[Record]:
    """The records the manager ticked, as the reader may see them."""
    if objection.figure is None or not objection.records:
        return []
    return [record for record in why_frozen(objection.figure, user).nearly if record.pk in objection.records]


@for_ability("sell")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The manager asks no more."""
    user: Any = request.user
    objection = Objection.objects.select_related("person_day__closing").filter(pk=pk).first()
    if objection is None or not may_see(user, objection.person_day):
        raise Http404
    try:
        later.withdraw(objection, by=user)
        messages.success(request, _("The objection is taken back."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect_to(request, safe_back(request, request.POST.get("back", "")))
