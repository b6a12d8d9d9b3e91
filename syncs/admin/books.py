"""The page "Do the books agree?" of a sync of documents."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Action
from syncs.admin.wording import names_of
from syncs.agreement import NOTHING, Agreement, agreement
from syncs.exports.cells import harmless
from syncs.exports.formats import BYTE_ORDER_MARK
from syncs.models import Sync
from syncs.recipes import recipe_of
from syncs.views.books import Period, books_page, named_differences, usual_periods

if TYPE_CHECKING:
    from syncs.admin.syncs import SyncAdmin


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"class": "saldo-input"})


class PeriodForm(forms.Form):
    """The first and the last day."""

    first = forms.DateField(widget=DayInput)
    last = forms.DateField(widget=DayInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they are
        self.fields["first"].label, self.fields["last"].label = _("From"), _("Up to")

    def clean(self) -> dict[str, object]:
        cleaned = dict(super().clean() or self.cleaned_data)
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day is before the first."))
        return cleaned


def books(model_admin: "SyncAdmin", request: HttpRequest, object_id: str) -> HttpResponseBase:
    """What both sides hold for some days, and every difference; as a file too."""
    sync: Sync = model_admin.object_or_404(request, object_id)
    if recipe_of(sync.recipe).ledger is None:
        raise Http404
    this_month, last_month = usual_periods(timezone.now().date())
    asked = {"first": this_month.first, "last": this_month.last} | request.GET.dict()
    form = PeriodForm(asked)
    period = this_month
    if form.is_valid():
        period = Period(form.cleaned_data["first"], form.cleaned_data["last"])
    found = agreement(sync, period.first, period.last)
    may_export = model_admin.allows(request, Action.EXPORT, sync)
    if may_export and form.is_valid() and request.GET.get("format") == "csv":
        return _file(sync, period, found)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Do the books agree? %(sync)s") % {"sync": sync},
        "opts": model_admin.opts,
        "sync": sync,
        "form": form,
        "period": period,
        "periods": ((_("This month"), this_month), (_("Last month"), last_month)),
        "may_export": may_export,
        "page": books_page(sync, found),
    }
    return TemplateResponse(request, "syncs/books/page.html", context)


def _file(sync: Sync, period: Period, found: Agreement) -> StreamingHttpResponse:
    name = f"differences-{sync.pk}-{period.first}-{period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    lines = _lines(sync, found)
    return StreamingHttpResponse(lines, "text/csv; charset=utf-8", headers=headers)


def _lines(sync: Sync, found: Agreement) -> Iterator[str]:
    """Every difference, a line each, safe for spreadsheets."""
    left, right = names_of(sync).values()
    between = _("Difference in amount")
    heads = (_("Difference"), _("Record"), _("Day"), _("Customer"), _("Currency"))
    yield BYTE_ORDER_MARK + _line((*heads, left, right, between, _("Told"), _("Why")))
    for kind, row in named_differences(sync, found):
        texts = (kind, row.title, row.day, row.customer, row.currency)
        # Amounts are numbers: a minus starts no formula.
        amounts = (row.left, row.right, (row.left or NOTHING) - (row.right or NOTHING))
        yield _line(
            (
                *(harmless(text) for text in texts),
                *("" if amount is None else f"{amount:f}" for amount in amounts),
                harmless(row.sentence),
                harmless(row.why),
            )
        )


def _line(cells: Iterable[str]) -> str:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
