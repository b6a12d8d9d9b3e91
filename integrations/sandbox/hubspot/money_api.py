"""The account's tax library and currencies; the library is made in the settings only.

HubSpot's tax rates and currencies references. Exchange rates are not served: records keep the
currency they were made in.
"""

from __future__ import annotations

from integrations.sandbox.core import Response, json_response
from integrations.sandbox.hubspot.account import MADE
from integrations.sandbox.hubspot.call import Call
from integrations.sandbox.hubspot.money import CURRENCIES
from integrations.sandbox.hubspot.refusals import not_found


def list_tax_rates(call: Call) -> Response:
    """A page by id; `active` leaves only the rates that are in use, or that no longer are."""
    limit, after = call.whole("limit", 100, 100), call.cursor()
    rates = [rate for rate in call.hubspot.crm.tax_rates.values() if int(rate.rate_id) >= after]
    if call.request.first("active"):
        rates = [rate for rate in rates if rate.active is call.flag("active")]
    body: dict[str, object] = {"results": [rate.as_json() for rate in rates[:limit]]}
    if len(rates) > limit:
        body["paging"] = {"next": {"after": rates[limit].rate_id}}
    return json_response(200, body)


def read_tax_rate(call: Call) -> Response:
    rate = call.hubspot.crm.tax_rates.get(call.parts[0])
    if rate is None:
        raise not_found()
    return json_response(200, rate.as_json())


def list_currency_codes(_call: Call) -> Response:
    """Every currency that HubSpot knows, whether the account uses it or not."""
    rows = [
        {"currencyCode": code, "currencyName": known.name} for code, known in CURRENCIES.items()
    ]
    return json_response(200, {"results": rows})


def read_company_currency(call: Call) -> Response:
    code = call.hubspot.crm.account.currency
    body = {"id": code, "currencyCode": code, "createdAt": MADE, "updatedAt": MADE}
    return json_response(200, body)
