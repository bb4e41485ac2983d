"""A picture of every page as each role sees it, wide and narrow, light and dark: `make gallery`, then look.

The suite takes a few of them. `CONCORD_GALLERY` names the folder for all of them.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import pages
from tests.journeys.pages import Visit
from tests.journeys.walk import Walk
from tests.portal import routes

FOLDER = os.environ.get("CONCORD_GALLERY", "")
SIZES = ((1280, 900), (390, 800))
THEMES = ("light", "dark")
SAMPLE = ("inbox", "desk", "compliance", "agreement")


def seen_by() -> dict[tuple[str, str], list[str]]:
    """Return the roles that see a page about a subject; teammates and strangers add no picture."""
    skip = {"other_rep", "stranger"}
    return {
        (row.name, row.subject): [
            who for who, said in row.answers.items() if said == "200" and who not in skip
        ]
        for row in routes.rows()
        if row.method == "GET"
    }


def pictures(group: str) -> Iterator[Visit]:
    """Yield each visit of a group once for every role that sees its page."""
    roles = seen_by()
    for visit in pages.GROUPS[group]:
        for who in dict.fromkeys([visit.who, *roles.get((visit.name, visit.subject), [])]):
            yield Visit(visit.name, who, visit.subject, visit.query)


def take(walk: Walk, visit: Visit, folder: Path) -> list[Path]:
    """Open a page once, and write a picture of each width and theme."""
    page = walk.tab(visit.who)
    page.goto(walk.samples.address(visit.name, visit.subject) + visit.query)
    name = re.sub(r"\W+", "-", f"{visit.who} {visit.name} {visit.subject} {visit.query}").strip("-")
    taken = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            taken.append(folder / f"{name}-{width}-{theme}.jpg")
            page.screenshot(path=taken[-1], full_page=True, type="jpeg", quality=70)
    return taken


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not FOLDER, reason="`make gallery` takes all pictures")
@pytest.mark.parametrize("group", pages.GROUPS)
def test_gallery_has_every_page_of_every_role(walk: Walk, group: str) -> None:
    folder = Path(FOLDER) / group
    folder.mkdir(parents=True, exist_ok=True)
    for visit in pictures(group):
        assert all(path.stat().st_size for path in take(walk, visit, folder))


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_pictures_of_a_page_differ_by_width_and_theme(walk: Walk, tmp_path: Path) -> None:
    for name in SAMPLE:
        taken = take(walk, Visit(name, "rep" if name == "inbox" else "marketing_manager"), tmp_path)
        assert len({path.read_bytes() for path in taken}) == len(SIZES) * len(THEMES)
