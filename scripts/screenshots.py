"""Take the screenshots of docs/ from a fresh demo: make screenshots

Needs Chromium and the development libraries, which `make screenshots` installs. Takes a few
minutes, most of them the demo's first syncs under the providers' real limits. To look at the desk
otherwise, `--dark` and `--narrow` write to var/screenshots/ instead, and `--at` takes a demo that
runs already:

    make screenshots ARGS="--dark --narrow --at http://localhost:8000"
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

try:
    from playwright.sync_api import Browser, Page, sync_playwright
except ModuleNotFoundError:
    sys.exit("Playwright is not installed: run `make screenshots`, or `scripts/setup dev` first.")

PROJECT = Path(__file__).resolve().parent.parent
DOCS, LOOKS = PROJECT / "docs", PROJECT / "var" / "screenshots"
LOGIN = ("finance@demo.example", "saldo-demo")
RECORDS = "/admin/syncs/syncrecord/"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Seconds.
PATIENCE = 60
WIDE, NARROW = {"width": 1360, "height": 860}, {"width": 420, "height": 860}


def main() -> None:
    asked = _arguments()
    is_for_docs = not (asked.dark or asked.narrow)
    folder = DOCS if is_for_docs else LOOKS
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, running(asked.at) as address:
        page = sign_in(browser, address, is_dark=asked.dark, is_narrow=asked.narrow)
        for name, show in PICTURES.items():
            show(page, address)
            save(page, folder / f"{name}.png")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Take the screenshots of docs/ from a demo.")
    parser.add_argument("--dark", action="store_true", help="dark mode, to var/screenshots/")
    parser.add_argument("--narrow", action="store_true", help="narrow, to var/screenshots/")
    parser.add_argument("--at", metavar="URL", help="of a demo that runs already")
    return parser.parse_args()


@contextmanager
def running(address: str | None) -> Iterator[str]:
    """The address of the demo that was named, or of one made for this."""
    if address:
        yield address.rstrip("/")
        return
    with demo() as found:
        yield found


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
            address = _address(process)
            _wait_for(address)
            yield address
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


def _wait_for(address: str) -> None:
    """A busy machine tells the address before it answers there."""
    for _ in range(PATIENCE):
        with suppress(URLError), urlopen(address, timeout=PATIENCE):  # noqa: S310  # our own demo
            return
        time.sleep(1)
    sys.exit(f"The demo does not answer at {address}.")


@contextmanager
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        sys.exit(f"Chromium is not installed: none of {', '.join(BROWSERS)} was found.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def sign_in(browser: Browser, address: str, *, is_dark: bool, is_narrow: bool) -> Page:
    context = browser.new_context(
        viewport=NARROW if is_narrow else WIDE,  # type: ignore[arg-type]  # a typed dict
        color_scheme="dark" if is_dark else "light",
    )
    page = context.new_page()
    page.goto(f"{address}/accounts/login/")
    page.fill("input[name=login]", LOGIN[0])
    page.fill("input[name=password]", LOGIN[1])
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_url(f"{address}/admin/")
    return page


def show_home(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/")


def show_overview(page: Page, address: str) -> None:
    """With the panel of the failing invoices beside it."""
    page.goto(f"{address}/desk/overview/")
    page.get_by_role("link", name=re.compile("failing: Invoices")).first.click()
    page.get_by_role("dialog").wait_for()


def show_records(page: Page, address: str) -> None:
    """With the explanation of the first one's category."""
    page.goto(f"{address}{RECORDS}?status=failing&object=invoice")
    page.locator(".saldo-why").first.hover()
    page.get_by_role("tooltip").locator("visible=true").wait_for()


def show_causes(page: Page, address: str) -> None:
    page.goto(f"{address}/desk/causes/?object=invoice")


def show_record(page: Page, address: str) -> None:
    """An invoice whose price somebody changed in the books."""
    page.goto(f"{address}{RECORDS}?status=failing&category=state_locked&object=invoice&q=INV")
    page.locator("#result_list tbody th[scope=row] a").last.click()
    page.locator("#why-title").wait_for()


PICTURES: dict[str, Callable[[Page, str], None]] = {
    "home": show_home,
    "overview": show_overview,
    "records": show_records,
    "causes": show_causes,
    "record": show_record,
}


def save(page: Page, file: Path) -> None:
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    # Charts move for a while when they are drawn.
    page.wait_for_timeout(1_000)
    page.screenshot(path=file)
    print(file.relative_to(PROJECT))


if __name__ == "__main__":
    main()
