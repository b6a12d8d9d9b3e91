"""Pages of the desk that are not lists of the admin."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from syncs.pages import (
    acting,
    audit,
    causes,
    copying,
    decisions,
    exporting,
    files,
    house,
    jobs,
    overview,
    unfolding,
    views,
)

view = admin.site.admin_view

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/copy/", view(copying.copy_configuration), name="desk_copy"),
    path("desk/changes/", view(audit.audit_trail), name="desk_audit_trail"),
    path("desk/changes/company/", view(house.company_changes), name="desk_company_changes"),
    path("desk/changes/<int:change_id>/", view(audit.change_page), name="desk_change"),
    path(
        "desk/changes/<int:change_id>/revert/",
        view(audit.revert_change),
        name="desk_change_revert",
    ),
    path("desk/overview/", view(overview.desk_overview), name="desk_overview"),
    path("desk/overview/panel/", view(overview.desk_overview_panel), name="desk_overview_panel"),
    path("desk/causes/", view(causes.desk_causes), name="desk_causes"),
    path("desk/act/<slug:kind>/", view(acting.desk_act), name="desk_act"),
    path("desk/export/", view(exporting.desk_export), name="desk_export"),
    path("desk/jobs/", view(jobs.desk_jobs), name="desk_jobs"),
    path("desk/jobs/<uuid:uuid>/", view(jobs.desk_job), name="desk_job"),
    path(
        "desk/jobs/<uuid:uuid>/progress/",
        view(jobs.desk_job_progress),
        name="desk_job_progress",
    ),
    path("desk/jobs/<uuid:uuid>/cancel/", view(jobs.desk_job_cancel), name="desk_job_cancel"),
    path("desk/views/", view(views.desk_views), name="desk_views"),
    path("desk/views/<int:pk>/", view(views.desk_view), name="desk_view"),
    path("desk/columns/", view(views.desk_columns), name="desk_columns"),
    path("desk/records/<int:pk>/unfolded/", view(unfolding.desk_unfolded), name="desk_unfolded"),
    path("desk/decisions/", view(decisions.desk_decisions), name="desk_decisions"),
    path(
        "desk/decisions/<uuid:uuid>/",
        view(decisions.desk_decisions_preview),
        name="desk_decisions_preview",
    ),
    path("desk/files/<uuid:uuid>/", view(files.desk_file), name="desk_file"),
]
