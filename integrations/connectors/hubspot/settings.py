"""HubSpot's addresses, version, scopes and limits."""

from integrations.connectors import Hosts
from integrations.http import RateRule
from integrations.oauth import OAuthApp

CODE = "hubspot"
LABEL = "HubSpot"

# Paths carry the version's date; a version is replaced every half year and works for 18 months.
VERSION = "2026-03"


def hosts_of(api: str, app: str) -> Hosts:
    return Hosts(
        api=api,
        app=app,
        authorize=f"{app}/oauth/authorize",
        token=f"{api}/oauth/{VERSION}/token",
        revoke=f"{api}/oauth/{VERSION}/token/revoke",
    )


HOSTS = {"live": hosts_of("https://api.hubapi.com", "https://app.hubspot.com")}


def hosts_at(sandbox_url: str) -> Hosts:
    """The same addresses at a sandbox, where API and screens share one host."""
    base = sandbox_url.rstrip("/")
    return hosts_of(base, base)


# A schema's write scope lets us make the unique property that safe creates need. Products and line
# items have no documented schema scope: their own write scope serves. Notes go by that of contacts.
SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
    "crm.objects.products.read",
    "crm.objects.products.write",
    "crm.objects.invoices.read",
    "crm.objects.invoices.write",
    "crm.objects.line_items.read",
    "crm.objects.line_items.write",
    "crm.objects.commercepayments.read",
    "crm.objects.commercepayments.write",
    "crm.objects.deals.read",
    "crm.objects.deals.write",
    "crm.objects.owners.read",
    "tax_rates.read",
    "crm.schemas.contacts.write",
    "crm.schemas.companies.write",
    "crm.schemas.deals.write",
    "crm.schemas.invoices.write",
    "crm.schemas.commercepayments.write",
)


def oauth_app(hosts: Hosts, client_id: str, client_secret: str, redirect_uri: str) -> OAuthApp:
    """developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens"""
    return OAuthApp(
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=redirect_uri,
        authorize_url=hosts.authorize,
        token_url=hosts.token,
        revoke_url=hosts.revoke,
        scopes=SCOPES,
    )


# 110 calls in any 10 seconds per connected account (OAuth app). A burst comes on top of the steady
# rate, and calls do not reach HubSpot as evenly as they leave: 105 + 4 never make 111.
CALLS = RateRule("calls", 105, 10.0, 4)
# 5 a second, counted apart from the others. 4.75 leave 50 ms for calls that overtake each other.
SEARCHES = RateRule("searches", 19, 4.0, 1)

CORRELATION_HEADER = "x-hubspot-correlation-id"

BATCH = 100
ASSOCIATION_READ = 1_000
# Up to 2,000 may be made by their types; for the unlabelled ones no number is documented.
ASSOCIATION_WRITE = 1_000
LIST_PAGE = 100
SEARCH_PAGE = 200
# A search's body may have 3,000 characters, its query reaches 10,000 records.
SEARCH_BODY = 3000
# Far under what servers take as an address; longer lists of properties go by batch read.
LIST_PROPERTIES = 3000
TEXT_LENGTH = 65_536

# Our own unique property: the key of the create that made a record.
KEY_PROPERTY = "saldo_key"
KEY_GROUP = "saldo"
