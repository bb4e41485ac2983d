"""Tags say the same thing by shape and by word, and escape what people wrote."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from portal import badges
from portal.templatetags import concord

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


def said(source: str, **values: object) -> str:
    return Template("{% load concord charts %}" + source).render(Context(values))


class Wish(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="Where to.")


@pytest.mark.parametrize("state", badges.WORDS)
def test_every_state_has_shape_and_word(state: str) -> None:
    shown = said("{% clock_badge badge %}", badge=badges.Badge(state=state, now=NOW))
    assert "<svg" in shown
    assert f"<b>{badges.WORDS[state]}</b>" in shown


def test_running_clock_carries_its_due_time_for_the_countdown() -> None:
    badge = badges.badge_for("running", now=NOW, started_at=NOW, due_at=NOW + timedelta(hours=2))
    shown = said("{% clock_badge badge %}", badge=badge)
    assert 'datetime="2026-11-18T11:00:00+00:00" data-count="down"' in shown
    assert 'stroke-dasharray="100 100"' in shown


@pytest.mark.parametrize("code", ["A1", "B2", "C3"])
def test_grade_lights_one_cell(code: str) -> None:
    cells = concord.grade_cells(code)
    assert len(cells) == 9
    assert [(cell["x"], cell["y"]) for cell in cells if cell["is_on"]] == [
        ("321".index(code[1]) * 5, "ABC".index(code[0]) * 5)
    ]


def test_names_of_people_are_escaped() -> None:
    assert said("{% status 'ok' word %}", word="<b>").endswith("&lt;b&gt;</span>")
    assert said("{% avatar name %}", name="<i> &").count("<") == 2


def test_field_links_help_and_errors() -> None:
    shown = said("{% field form.email %}", form=Wish({"email": "nobody"}))
    assert 'aria-describedby="id_email_helptext id_email_error"' in shown
    assert 'id="id_email_helptext"' in shown
    assert 'id="id_email_error"' in shown
    assert 'aria-invalid="true"' in shown


def test_summary_of_errors_links_to_the_field() -> None:
    assert '<a href="#id_email">E-mail</a>' in said("{% form_errors form %}", form=Wish({}))
    assert said("{% form_errors form %}", form=Wish()).strip() == ""


def test_query_keeps_the_other_filters(rf: RequestFactory) -> None:
    request = rf.get("/leads/?view=late&page=3&owner=7")
    assert said("{% query page=4 owner='' %}", request=request) == "?view=late&amp;page=4"


def test_pages_of_a_list_keep_the_filters(rf: RequestFactory) -> None:
    page = Paginator(range(95), 20).page(2)
    shown = said("{% pages page %}", request=rf.get("/leads/?view=late"), page=page)
    assert 'href="?view=late&amp;page=1"' in shown
    assert "21 to 40 of 95" in shown
    assert said("{% pages page %}", request=rf.get("/"), page=Paginator([1], 20).page(1)).strip() == ""


def test_bars_are_drawn_against_the_longest() -> None:
    shown = said(
        "{% bars items %}", items=[{"label": "a", "value": 10}, {"label": "b", "value": 5, "tone": "late"}]
    )
    assert 'class="b1" fill="#2f4fc9" width="260"' in shown
    assert 'class="bl" fill="#2f4fc9" width="130"' in shown


def test_chart_of_too_little_says_so() -> None:
    assert said("{% chart drawing %}", drawing=None) == '<p class="quiet">There is nothing to draw yet.</p>'
