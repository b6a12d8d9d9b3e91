"""The README tells the truth: its settings table is the settings, its addresses are ours."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "config" / "settings.py").read_text()
READ = re.compile(r"(?:env\.\w+|required|number)\(\s*\"([A-Z][A-Z_]+)\"")
TABLE_ROW = re.compile(r"^\| (`[A-Z].*?) \|", re.MULTILINE)


def documented() -> set[str]:
    return {name for row in TABLE_ROW.findall(README) for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_setting_is_documented() -> None:
    assert set(READ.findall(SETTINGS)) - documented() == set()


def test_every_documented_setting_exists() -> None:
    assert documented() - set(READ.findall(SETTINGS)) == set()


@pytest.mark.parametrize("path", re.findall(r"`PUBLIC_URL(/\S+?)`", README))
def test_every_address_for_the_providers_exists(path: str) -> None:
    assert resolve(path).kwargs["provider"] in path


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"manage\.py (\w+)", README))

    assert named
    assert named - set(get_commands()) == set()


def test_every_make_target_it_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()

    for target in re.findall(r"(?:^    |`)make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("path", re.findall(r"\]\((docs/\S+?)\)", README))
def test_every_picture_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("path", re.findall(r"^\| `(\S+/)` \|", README, re.MULTILINE))
def test_every_folder_of_the_map_is_there(path: str) -> None:
    assert (ROOT / path).is_dir()
