"""The sidebar: what each person may open, in the order of a day's work."""

from typing import Any

from django.http import HttpRequest


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    return []
