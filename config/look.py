"""How the theme looks: names, colours, and where its dynamic parts come from."""

from typing import Any

from django.templatetags.static import static
from django.utils.functional import lazy

static_lazy = lazy(static, str)

LOOK: dict[str, Any] = {
    "SITE_TITLE": "Saldo",
    "SITE_HEADER": "Saldo",
    "SITE_URL": None,
    "SITE_SYMBOL": "balance",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "config.navigation.sections",
    },
}
