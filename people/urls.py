"""Addresses of the people room."""

from django.urls import path

from people import lists
from people.views import absences, days, hours, journal, own, places, users

app_name = "people"

urlpatterns = [
    path("profile/", own.Profile.as_view(), name="profile"),
    path("profile/password/", own.OwnPassword.as_view(), name="own_password"),
    path("settings/", own.Settings.as_view(), name="settings"),
    path("settings/company/", own.CompanySettings.as_view(), name="company"),
    path("settings/people/", lists.UserList.as_view(), name="users"),
    path("settings/people/new/", users.NewUser.as_view(), name="user_new"),
    path("settings/people/<int:pk>/", users.OneUser.as_view(), name="user"),
    path("settings/people/<int:pk>/appoint/", users.Appoint.as_view(), name="appoint"),
    path("settings/people/<int:pk>/password/", users.GivePassword.as_view(), name="give_password"),
    path("settings/people/<int:pk>/close/", users.Deactivate.as_view(), name="deactivate"),
    path("settings/people/<int:pk>/open/", users.Activate.as_view(), name="activate"),
    path(
        "settings/people/appointments/<int:pk>/end/", users.EndAppointment.as_view(), name="appointment_end"
    ),
    path("settings/teams/", places.Teams.as_view(), name="teams"),
    path("settings/teams/new/", places.NewTeam.as_view(), name="team_new"),
    path("settings/teams/<int:pk>/", places.OneTeam.as_view(), name="team"),
    path("settings/teams/<int:pk>/remove/", places.RemoveTeam.as_view(), name="team_remove"),
    path("settings/departments/", places.Departments.as_view(), name="departments"),
    path("settings/departments/new/", places.NewDepartment.as_view(), name="department_new"),
    path("settings/departments/<int:pk>/", places.OneDepartment.as_view(), name="department"),
    path(
        "settings/departments/<int:pk>/remove/", places.RemoveDepartment.as_view(), name="department_remove"
    ),
    path("absences/", lists.AbsenceList.as_view(), name="absences"),
    path("absences/new/", absences.NewAbsence.as_view(), name="absence_new"),
    path("absences/<int:pk>/", absences.OneAbsence.as_view(), name="absence"),
    path("absences/<int:pk>/remove/", absences.RemoveAbsence.as_view(), name="absence_remove"),
    path("settings/hours/", hours.NewHours.as_view(), name="hours"),
    path("settings/hours/<int:pk>/remove/", hours.RemoveHours.as_view(), name="hours_remove"),
    path("settings/calendar/", days.Calendar.as_view(), name="calendar"),
    path("settings/calendar/<int:year>/", days.Calendar.as_view(), name="calendar_year"),
    path("settings/calendar/day/<str:day>/", days.OneDay.as_view(), name="calendar_day"),
    path("settings/calendar/<int:pk>/remove/", days.RemoveDay.as_view(), name="calendar_day_remove"),
    path("journal/", lists.Journal.as_view(), name="journal"),
    path("journal/<int:pk>/", journal.OneOperation.as_view(), name="operation"),
    path("journal/<int:pk>/rollback/", journal.Rollback.as_view(), name="rollback"),
]
