"""How the theme looks: names, colours, and where its dynamic parts come from."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# Indigo: the theme's violet, a little calmer beside red, orange and green labels.
PRIMARY = {
    "50": "oklch(96.2% .018 272.314)",
    "100": "oklch(93% .034 272.788)",
    "200": "oklch(87% .065 274.039)",
    "300": "oklch(78.5% .115 274.713)",
    "400": "oklch(67.3% .182 276.935)",
    "500": "oklch(58.5% .233 277.117)",
    "600": "oklch(51.1% .262 276.966)",
    "700": "oklch(45.7% .24 277.023)",
    "800": "oklch(39.8% .195 277.366)",
    "900": "oklch(35.9% .144 278.697)",
    "950": "oklch(25.7% .09 281.288)",
}

LOOK: dict[str, Any] = {
    "SITE_TITLE": "Saldo",
    "SITE_HEADER": "Saldo",
    "SITE_URL": None,
    "SITE_SYMBOL": "balance",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("saldo/icon.svg"),
        }
    ],
    "DASHBOARD_CALLBACK": "config.home.dashboard",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": PRIMARY},
    "STYLES": [
        lambda _request: static("saldo/desk.css"),
        lambda _request: static("saldo/pages.css"),
        lambda _request: static("saldo/list.css"),
        lambda _request: static("saldo/record.css"),
        lambda _request: static("saldo/jobs.css"),
        lambda _request: static("saldo/home.css"),
        lambda _request: static("saldo/causes.css"),
        lambda _request: static("saldo/overview.css"),
        lambda _request: static("saldo/support.css"),
        lambda _request: static("saldo/inbox.css"),
    ],
    "ACCOUNT": {
        "navigation": [
            {"title": _("Messages"), "link": lambda _request: reverse("desk_inbox")},
            {"title": _("How I am told"), "link": lambda _request: reverse("desk_preferences")},
            {
                "title": _("Password and second factor"),
                "link": lambda _request: reverse("mfa_index"),
            },
        ]
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "config.navigation.sections",
    },
}
