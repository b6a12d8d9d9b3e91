"""Country sites, scopes and limits of Exact Online."""

from integrations.connectors import Hosts
from integrations.http import RateRule

CODE = "exact"
LABEL = "Exact Online"

# The country sites, which share paths but neither registrations nor users.
SITES = {
    "nl": "https://start.exactonline.nl",
    "be": "https://start.exactonline.be",
    "de": "https://start.exactonline.de",
    "uk": "https://start.exactonline.co.uk",
    "fr": "https://start.exactonline.fr",
    "es": "https://start.exactonline.es",
}
# Sites whose clocks are not those of Amsterdam.
TIME_ZONES = {"uk": "Europe/London"}
TIME_ZONE = "Europe/Amsterdam"

# Chosen where the application is registered; the consent page takes none.
SCOPES: tuple[str, ...] = ()


def hosts_at(site: str) -> Hosts:
    """The addresses of a country site or of a sandbox: everything shares one host."""
    base = site.rstrip("/")
    return Hosts(
        api=base,
        app=base,
        authorize=f"{base}/api/oauth2/auth",
        token=f"{base}/api/oauth2/token",
    )


HOSTS = {country: hosts_at(site) for country, site in SITES.items()}

# No new access token within 9.5 minutes of the last one; a token lives for ten.
EARLIEST_REFRESH_SECONDS = 570.0


# Sixty calls a minute for a company, unless answers tell of another number: in any window at most
# `calls` and `burst` of them go out.
MINUTE_CALLS = 60
MINUTE = RateRule("minute", calls=50, seconds=60.0, burst=8)
# Five thousand calls a day for a company.
DAY_CALLS = 5000
# Left for what people wait for.
DAY_RESERVE = 100
# Ten refused calls an hour shut an endpoint for us, and for longer each time.
REFUSED_CALLS = 9
HOUR_SECONDS = 3600.0

READ_SECONDS = 60.0
WRITE_SECONDS = 100.0

# Rows of a page, but for the sync and bulk endpoints, which have a thousand.
PAGE_ROWS = 60
# An address with its query stays below this, which every server takes.
LONGEST_ADDRESS = 1900
# Records that one call of write() carries out, one request each.
WRITE_BATCH = 20
READ_BATCH = 60
