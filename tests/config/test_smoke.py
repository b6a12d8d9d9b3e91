from django.test import Client


def test_the_site_root_leads_to_the_admin(db: None) -> None:
    response = Client().get("/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/"
