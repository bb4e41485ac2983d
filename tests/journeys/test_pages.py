"""Every page in every light and width: nothing for axe, no complaint, no sideways scroll."""

import pytest
from playwright.sync_api import Page

from tests.journeys import pages
from tests.journeys.walk import NARROW, SWOLLEN, Axe, Walk
from tests.portal import routes

#: A page that is well by daylight; `%s` is the condition under which it is not.
FAULTY = """<!doctype html><html lang="en"><head><title>Faulty</title>
<style>@media (%s) { p { color: #777; background: #888 } }</style></head>
<body><main><h1>Faulty</h1><p>Gray on gray</p></main></body></html>"""


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("group", pages.GROUPS)
def test_pages_are_well_in_every_light_and_width(walk: Walk, group: str) -> None:
    for visit in pages.GROUPS[group]:
        walk.visit(visit)
    assert walk.wrong == [], "\n".join(walk.wrong)


def test_every_page_is_visited() -> None:
    visited = {visit.name for group in pages.GROUPS.values() for visit in group}
    assert visited | set(pages.NO_PAGES) == set(routes.names())
    assert visited & set(pages.NO_PAGES) == set()


@pytest.mark.parametrize("condition", ["prefers-color-scheme: dark", "max-width: 400px"])
def test_fault_in_one_light_or_width_is_found_though_axe_knows_the_page(
    page: Page, axe: Axe, condition: str
) -> None:
    page.set_content(FAULTY % condition)
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(NARROW)
    assert [line.split(":")[0] for line in axe(page)] == ["color-contrast"]


@pytest.mark.parametrize(("size", "found"), [("", 1), (' width="14" height="14"', 0)])
def test_shape_without_a_size_is_found(page: Page, size: str, found: int) -> None:
    page.set_content(f'<p><svg viewBox="0 0 14 14"{size}><circle cx="7" cy="7" r="6"/></svg></p>')
    assert len(page.evaluate(SWOLLEN)) == found
