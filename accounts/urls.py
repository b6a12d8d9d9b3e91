"""Pages about people that are not lists of the admin."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
