from django.urls import path

from integrations import views

app_name = "integrations"

urlpatterns = [
    path("connect/", views.choose, name="connect"),
    path("connect/<slug:provider>/", views.connect, name="connect_provider"),
    path("connect/company/<str:key>/", views.choose_company, name="choose_company"),
    path("connected/<uuid:uuid>/", views.connected, name="connected"),
    path("oauth/<slug:provider>/callback", views.callback, name="callback"),
    path("webhooks/<slug:provider>", views.webhook, name="webhook"),
]
