"""How somebody is told: by kind of message in the desk and by mail, and when the digest comes."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_base import person_of
from accounts.models import NotificationKind, User
from accounts.preferences import (
    change_preferences,
    channels_of,
    company_zone_of,
    preferences_of,
)

NOTES = {
    NotificationKind.NEW_FAILURE: gettext_lazy("One message when a kind of failure appears."),
    NotificationKind.CONNECTION: gettext_lazy("When a connection stops, and when it is renewed."),
    NotificationKind.JOB: gettext_lazy("What you handed to a worker is done."),
    NotificationKind.ASSIGNED: gettext_lazy("A colleague gives you records to deal with."),
    NotificationKind.SUPPORT: gettext_lazy("Saldo’s support asks to look, or looks."),
    NotificationKind.DIGEST: gettext_lazy("What changed since the last; no change, no digest."),
}
HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class PreferencesForm(forms.Form):
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("The daily digest comes at"), coerce=int, choices=HOURS
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("In the time zone"), required=False)

    def __init__(self, user: User, given: QueryDict | None = None) -> None:
        stored = preferences_of(user)
        kept = {"digest_hour": stored.digest_hour, "time_zone": stored.time_zone}
        super().__init__(given, initial=kept)
        zones = [(name, name.replace("_", " ")) for name in sorted(available_timezones())]
        theirs = _("That of the company (%(zone)s)") % {"zone": company_zone_of(user)}
        self.fields["time_zone"].choices = [("", theirs), *zones]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "saldo-select"
        for kind in NotificationKind:
            chosen = channels_of(stored, kind)
            self._add_switch(kind, "app", _("in the desk"), is_on=chosen.app)
            self._add_switch(kind, "mail", _("by e-mail"), is_on=chosen.mail)

    def _add_switch(self, kind: NotificationKind, way: str, words: str, *, is_on: bool) -> None:
        switch = forms.BooleanField(required=False, initial=is_on, label=f"{kind.label}: {words}")
        switch.widget.attrs["aria-label"] = switch.label
        self.fields[f"{kind.value}_{way}"] = switch

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One per kind of message: its switches side by side."""
        return [
            {
                "kind": kind,
                "note": NOTES[kind],
                "app": self[f"{kind}_app"],
                "mail": self[f"{kind}_mail"],
            }
            for kind in NotificationKind
        ]

    @property
    def chosen(self) -> dict[str, Any]:
        """As `change_preferences` takes it."""
        given = self.cleaned_data
        channels = {
            kind.value: {way: given[f"{kind.value}_{way}"] for way in ("app", "mail")}
            for kind in NotificationKind
        }
        return {
            "digest_hour": given["digest_hour"],
            "time_zone": given["time_zone"],
            "channels": channels,
        }


def preferences_page(request: HttpRequest) -> HttpResponse:
    """One's own preferences; nobody has another person's."""
    user = person_of(request)
    form = PreferencesForm(user, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        change_preferences(user, **form.chosen)
        messages.success(request, _("Saved. It holds for everything that happens from now on."))
        return redirect("desk_preferences")
    context = {**admin.site.each_context(request), "title": _("How I am told"), "form": form}
    return render(request, "accounts/preferences/page.html", context)
