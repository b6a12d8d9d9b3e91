from typing import Any

from django.contrib import admin
from django.http import HttpRequest


def theme(request: HttpRequest) -> dict[str, Any]:
    """What the theme's templates need, on pages that are not the admin's own."""
    match = request.resolver_match
    if match is None or "admin" in match.namespaces:
        return {}
    return admin.site.each_context(request)
