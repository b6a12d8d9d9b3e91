"""Pages about people that are not lists of the admin."""

from django.contrib import admin
from django.urls import URLPattern, path

from accounts.pages import inbox, preferences, support

_inside = admin.site.admin_view

urlpatterns: list[URLPattern] = [
    path("desk/support-access/", _inside(support.support_access_page), name="desk_support_access"),
    path(
        "desk/support-access/<int:access_id>/",
        _inside(support.visits),
        name="desk_support_visits",
    ),
    path(
        "desk/support-access/<int:access_id>/answer/",
        _inside(support.answer),
        name="desk_support_answer",
    ),
    path("desk/view-as/<int:access_id>/", _inside(support.view_as), name="desk_view_as"),
    path("desk/view-as/leave/", _inside(support.leave), name="desk_view_as_leave"),
    path("desk/inbox/", _inside(inbox.inbox_page), name="desk_inbox"),
    path("desk/inbox/<int:pk>/open/", _inside(inbox.open_message), name="desk_inbox_open"),
    path("desk/inbox/read/", _inside(inbox.read_all), name="desk_inbox_read"),
    path("desk/bell/", _inside(inbox.bell_part), name="desk_bell"),
    path("desk/preferences/", _inside(preferences.preferences_page), name="desk_preferences"),
]
