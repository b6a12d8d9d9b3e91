"""Who opens the page of causes; it tells each only of their own companies' records."""

from tests.access.pages import Page

PAGES: dict[str, Page] = {"desk_causes": Page()}
