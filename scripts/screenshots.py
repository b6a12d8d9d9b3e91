#!/usr/bin/env python
"""Take the screenshots of docs/ from a fresh demo: .venv/bin/python scripts/screenshots.py

Needs Chromium and the development libraries (`make lint` installs them). Takes three minutes, most
of them the demo's first syncs under the providers' real limits.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
DOCS = PROJECT / "docs"
LOGIN = ("finance@demo.example", "saldo-demo")
RECORDS = "/admin/syncs/syncrecord/"
FAILING = f"{RECORDS}?status__exact=failing"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    DOCS.mkdir(exist_ok=True)
    with demo() as address, chromium() as browser:
        take_all(sign_in(browser, address, "light"), address)
        page = sign_in(browser, address, "dark")
        take(page, address, "/admin/", "home-dark")


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo that has made its first syncs, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        own = {"VAR_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3"}
        command = [sys.executable, str(PROJECT / "manage.py"), "demo", "--port=0"]
        process = subprocess.Popen(  # noqa: S603  # our own command
            command, env={**os.environ, **own}, stdout=subprocess.PIPE, text=True
        )
        try:
            yield _address(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        print(line, end="")
        found = re.search(r"Open (http://\S+?)/?\s", line)
        if found:
            return found[1]
    sys.exit("The demo ended before it was ready.")


@contextmanager
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        sys.exit("Chromium is not installed.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def sign_in(browser: Browser, address: str, scheme: str) -> Page:
    context = browser.new_context(
        viewport={"width": 1360, "height": 860},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(f"{address}/accounts/login/")
    page.fill("input[name=login]", LOGIN[0])
    page.fill("input[name=password]", LOGIN[1])
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_url(f"{address}/admin/")
    return page


def take_all(page: Page, address: str) -> None:
    take(page, address, "/admin/", "home")
    page.goto(f"{address}{FAILING}")
    page.locator(".saldo-why").first.hover()
    page.get_by_role("tooltip").locator("visible=true").wait_for()
    save(page, "records")
    # An invoice whose price somebody changed in the books.
    page.goto(f"{address}{FAILING}&category=state_locked")
    page.locator("#result_list tbody tr", has_text="INV-").last.get_by_role("link").first.click()
    page.locator("#why-title").wait_for()
    save(page, "record")
    page.goto(f"{address}/admin/syncs/sync/")
    page.get_by_role("link", name="Contacts and customers").click()
    page.locator("#mappings-title").wait_for()
    save(page, "sync")


def take(page: Page, address: str, path: str, name: str) -> None:
    page.goto(address + path)
    save(page, name)


def save(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.screenshot(path=DOCS / f"{name}.png")
    print(f"docs/{name}.png")


if __name__ == "__main__":
    main()
