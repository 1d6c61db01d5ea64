"""The addresses of the room; each part of the work brings its own."""

from django.urls import URLPattern, path

from kpi import pay_urls
from kpi.views import answers, closings, my, norms, rules, scorecard, settings

app_name = "kpi"
urlpatterns: list[URLPattern] = [
    path("scorecard/", scorecard.scorecard, name="scorecard"),
    path("scorecard/now/<int:person>/<int:indicator>/<str:day>/", scorecard.figure_now, name="figure-now"),
    path(
        "scorecard/days/<int:person>/<int:indicator>/<str:view>/<str:day>/",
        scorecard.figure_days,
        name="figure-days",
    ),
    path("scorecard/figure/<int:pk>/", scorecard.figure, name="figure"),
    path("scorecard/figure/<int:pk>/correct/", answers.Correct.as_view(), name="figure-correct"),
    path("scorecard/figure/<int:pk>/object/", answers.ObjectToFigure.as_view(), name="figure-object"),
    path("scorecard/person/<int:pk>/", scorecard.person, name="person"),
    path("scorecard/beside/", scorecard.beside, name="scorecard-beside"),
    path("scorecard/file/", scorecard.excel, name="scorecard-file"),
    path("scorecard/day/<int:pk>/", scorecard.day, name="day"),
    path("scorecard/day/<int:pk>/excuse/", answers.Excuse.as_view(), name="day-excuse"),
    path("scorecard/day/<int:pk>/score/", answers.Score.as_view(), name="day-score"),
    path("scorecard/day/<int:pk>/object/", answers.ObjectToDay.as_view(), name="day-object"),
    path("scorecard/closing/<int:pk>/decide/", answers.Decide.as_view(), name="day-decide"),
    path("objections/<int:pk>/", answers.Answer.as_view(), name="objection"),
    path("objections/<int:pk>/withdraw/", answers.withdraw, name="objection-withdraw"),
    path("my/", my.my, name="my"),
    path("my/figures/", my.figures, name="my-figures"),
    path("my/clock/", my.clock, name="clock"),
    path("settings/indicators/", settings.indicator_list, name="indicators"),
    path("settings/indicators/new/", settings.NewIndicator.as_view(), name="indicator_new"),
    path("settings/indicators/<int:pk>/", settings.indicator_page, name="indicator"),
    path("settings/indicators/<int:pk>/edit/", settings.EditIndicator.as_view(), name="indicator_edit"),
    path("settings/indicators/<int:pk>/move/<str:way>/", settings.move, name="indicator_move"),
    path("settings/indicators/<int:pk>/column/", settings.column, name="indicator_column"),
    path("settings/indicators/<int:pk>/retire/", settings.retire, name="indicator_retire"),
    path("settings/indicators/<int:pk>/restore/", settings.restore, name="indicator_restore"),
    path("settings/indicators/<int:pk>/norm/", norms.NewNorm.as_view(), name="norm_new"),
    path("settings/indicators/<int:pk>/proposal/", norms.proposal, name="norm_proposal"),
    path("settings/norms/<int:pk>/end/", norms.EndNorm.as_view(), name="norm_end"),
    path("settings/norms/<int:pk>/drop/", norms.DropNorm.as_view(), name="norm_drop"),
    path("closings/", closings.closings, name="closings"),
    path("close-days/", closings.close_now, name="close-now"),
    path("indicators/", rules.help_page, name="help"),
    path("rules/", rules.rules_page, name="rules"),
    path("confirm-rules/", rules.rules_confirm, name="rules_confirm"),
]
urlpatterns += pay_urls.urlpatterns
