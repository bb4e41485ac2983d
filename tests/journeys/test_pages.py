"""Every page in every light and width: nothing for axe, no complaint, no sideways scroll."""

import pytest

from tests.journeys import pages
from tests.journeys.walk import Walk
from tests.portal import routes


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
