"""What a page of this site is called, by its path: for people who read where somebody has been."""

from django.apps import apps
from django.db.models import Model
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.text import capfirst
from django.utils.translation import gettext as _

LIST = "_changelist"


def page_words(path: str) -> str:
    """Such as "Sync records" or "Sync 12"; empty where the path itself has to do."""
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    if match.view_name == "admin:index":
        return _("Home")
    model = _model_of(match)
    if model is None:
        return ""
    if (match.url_name or "").endswith(LIST):
        return capfirst(str(model._meta.verbose_name_plural))
    number = match.kwargs.get("object_id", "")
    return f"{capfirst(str(model._meta.verbose_name))} {number}".strip()


def _model_of(match: ResolverMatch) -> type[Model] | None:
    """Pages of the admin are named <app>_<model>_<what>."""
    parts = (match.url_name or "").split("_")
    if "admin" not in match.namespaces or len(parts) < 3:
        return None
    try:
        return apps.get_model(parts[0], parts[1])
    except LookupError:
        return None
