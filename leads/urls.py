"""Addresses of clients, the search, and the short lists of the settings."""

from django.urls import path

from leads.lists import ClientList
from leads.views import campaigns, cards, editing, lists, merging, search

app_name = "leads"

_ENTRY = "settings/lists/<slug:key>/<int:pk>/"

urlpatterns = [
    path("clients/", ClientList.as_view(), name="list"),
    path("clients/new/", editing.NewClient.as_view(), name="new"),
    path("clients/look-around/", editing.look_around, name="look_around"),
    path("clients/<int:pk>/", cards.card, name="card"),
    path("clients/<int:pk>/feed/", cards.feed_part, name="feed"),
    path("clients/<int:pk>/history/", cards.history, name="history"),
    path("clients/<int:pk>/edit/", editing.EditClient.as_view(), name="edit"),
    path("clients/<int:pk>/delete/", editing.DeleteClient.as_view(), name="delete"),
    path("clients/<int:pk>/merge/", merging.Merge.as_view(), name="merge"),
    path("clients/<int:pk>/contacts/new/", editing.NewContact.as_view(), name="new_contact"),
    path("contacts/<int:pk>/edit/", editing.EditContact.as_view(), name="edit_contact"),
    path("contacts/<int:pk>/remove/", editing.RemoveContact.as_view(), name="remove_contact"),
    path("search/", search.search, name="search"),
    path("settings/campaigns/<int:pk>/costs/", campaigns.Costs.as_view(), name="campaign_costs"),
    path("settings/lists/", lists.first_list, name="named_lists"),
    path("settings/lists/<slug:key>/", lists.Entries.as_view(), name="named_list"),
    path(f"{_ENTRY}edit/", lists.EditEntry.as_view(), name="edit_entry"),
    path(f"{_ENTRY}move/<str:way>/", lists.MoveEntry.as_view(), name="move_entry"),
    path(f"{_ENTRY}retire/", lists.RetireEntry.as_view(), name="retire_entry"),
    path(f"{_ENTRY}bring-back/", lists.BringBackEntry.as_view(), name="bring_back_entry"),
]
