"""The page of an export: which columns, which kind of file, and how much that will be."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.admin_base import person_of
from accounts.models import User
from accounts.permissions import Action, may, visible_tenants
from accounts.preferences import change_preferences, preferences_of
from syncs.desk_jobs import submit
from syncs.desk_jobs.exporting import check_length
from syncs.exports.cells import LOCALES, locale_of
from syncs.exports.columns import COLUMNS, USUAL
from syncs.exports.formats import CSV, FORMATS, JSON, XLSX
from syncs.marking import NotPossible
from syncs.models import JobKind
from syncs.pages.acting import CONFIRMED, handed_in, selection_of
from syncs.selection import Selection, list_url, selected
from syncs.views.filter_words import filter_words
from syncs.views.money import told

# Names of lists in a person's preferences.
CHOSEN_COLUMNS, CHOSEN_FORMAT = "export", "export_format"


class ExportForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns"), widget=forms.CheckboxSelectMultiple
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Kind of file"),
        choices=[(name, each.title) for name, each in FORMATS.items()],
        widget=forms.Select(attrs={"class": "saldo-select"}),
    )
    locale = forms.ChoiceField(
        label=gettext_lazy("Numbers in a CSV file"),
        choices=[(name, each.title) for name, each in LOCALES.items()],
        help_text=gettext_lazy("As your spreadsheet program writes them; the others know."),
        widget=forms.Select(attrs={"class": "saldo-select"}),
    )
    decisions = forms.BooleanField(
        label=gettext_lazy("Add empty columns for decisions"),
        required=False,
        help_text=gettext_lazy(
            "Fill in who takes it or how it was dealt with, and import the file again."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns: Any = self.fields["columns"]
        columns.choices = [
            (name, column.title) for name, column in COLUMNS.items() if _is_offered(name, user)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("decisions"):
            if cleaned.get("format") == JSON:
                self.add_error("decisions", _("Decisions come back as CSV or Excel: choose one."))
            # Without its key no row is known again.
            elif "key" not in cleaned.get("columns", ()):
                cleaned["columns"] = ["key", *cleaned.get("columns", ())]
        return cleaned


def desk_export(request: HttpRequest) -> HttpResponseBase:
    """Asked with the list's own parameters, or posted with its rows; confirmed, it is a job."""
    if not may(request.user, Action.EXPORT):
        raise PermissionDenied
    person, selection = person_of(request), selection_of(request)
    is_confirmed = request.method == "POST" and CONFIRMED in request.POST
    if not is_confirmed:
        return _page(request, selection, ExportForm(user=person, initial=_initial(request)))
    form = ExportForm(request.POST, user=person)
    if not form.is_valid() or not _fits(form, selection, person):
        return _page(request, selection, form)
    _remember(person, form.cleaned_data)
    options = {**form.cleaned_data, "language": get_language() or "en"}
    job = submit(JobKind.EXPORT, by=person, selection=selection, options=options)
    return handed_in(request, job, list_url())


def _fits(form: ExportForm, selection: Selection, person: User) -> bool:
    if form.cleaned_data["format"] != XLSX:
        return True
    count, _sums = _totals(selection, person)
    try:
        check_length(count)
    except NotPossible as refusal:
        form.add_error("format", str(refusal))
        return False
    return True


def _page(request: HttpRequest, selection: Selection, form: ExportForm) -> HttpResponseBase:
    person = person_of(request)
    count, sums = _totals(selection, person)
    if not count:
        messages.warning(request, _("There is no record to export here: change the filter."))
    back = f"{list_url()}?{selection.query}" if selection.query else list_url()
    context = {
        **admin.site.each_context(request),
        "title": _("Export"),
        "form": form,
        "selection": selection,
        "filters": () if selection.ids is not None else filter_words(selection.query, person),
        "count": count,
        "sums": sums,
        "back": back,
    }
    return TemplateResponse(request, "syncs/jobs/export.html", context)


def _totals(selection: Selection, person: User) -> tuple[int, tuple[str, ...]]:
    """How many records, and what they are worth per currency."""
    found = selected(selection, person, Action.EXPORT).order_by()
    rows = found.values("currency").annotate(count=Count("pk"), worth=Sum("amount"))
    groups = list(rows.order_by("currency"))
    sums = (told(each["worth"], each["currency"]) for each in groups if each["worth"] is not None)
    return sum(each["count"] for each in groups), tuple(sums)


def _initial(request: HttpRequest) -> dict[str, Any]:
    person = person_of(request)
    columns = preferences_of(person).columns
    chosen_format, locale = [*columns.get(CHOSEN_FORMAT, ()), "", ""][:2]
    return {
        "columns": columns.get(CHOSEN_COLUMNS)
        or [name for name in USUAL if _is_offered(name, person)],
        "format": chosen_format or CSV,
        "locale": locale or locale_of(_language(request)),
        "decisions": request.GET.get("decisions") == "1",
    }


def _language(request: HttpRequest) -> str:
    """What the browser asks for first: its country's way to write numbers is the person's."""
    asked = request.headers.get("Accept-Language", "")
    return asked.split(",")[0].split(";")[0].strip()[:20]


def _remember(person: User, chosen: dict[str, Any]) -> None:
    # Somebody of our staff who looks as a customer changes nothing of their own.
    if person.viewing is not None:
        return
    formats = [chosen["format"], chosen["locale"]]
    change_preferences(person, columns={CHOSEN_COLUMNS: chosen["columns"], CHOSEN_FORMAT: formats})


def _is_offered(name: str, user: User) -> bool:
    """Nobody chooses the company who has only one."""
    tenants = visible_tenants(user)
    return name != "tenant" or tenants is None or len(tenants) > 1
