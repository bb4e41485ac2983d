"""The small pieces that templates are made of: icons, badges, chips, fields, numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portal import drawing, wording
from portal import toasts as waiting_toasts

register = template.Library()

#: Drawn without templates, as lists show them in each row.
icon = register.simple_tag(drawing.icon)
shape = register.simple_tag(drawing.shape)
clock_badge = register.simple_tag(drawing.clock_badge)
clock_line = register.simple_tag(drawing.clock_line)
key = register.simple_tag(drawing.key)
SHAPE_OF_STATUS = {"ok": "ok", "late": "missed", "warn": "soon", "unknown": "unknown"}


@register.simple_tag
def status(tone: str, word: str) -> SafeString:
    """Say a verdict: shape and word; `tone` is ok, late, warn, na or unknown."""
    return format_html(
        '<span class="st {}">{}{}</span>', tone, shape(SHAPE_OF_STATUS.get(tone, "none")), word
    )


@register.simple_tag
def grade(code: str) -> SafeString:
    """Show a grade A1 to C3: its cell among nine dots, and the letters."""
    return drawn_grade(code, get_language())


@lru_cache(maxsize=64)
def drawn_grade(code: str, language: str) -> SafeString:
    """Draw a grade once per language: lists show the same nine over and over."""
    parts = {"code": code, "fit": code[:1], "engagement": code[1:], "cells": grade_cells(code)}
    return render_to_string("components/_grade.html", parts)


@register.inclusion_tag("components/_grade_grid.html")
def grade_grid(code: str) -> dict[str, Any]:
    """Show a grade in the big grid with both axes."""
    rows = [{"letter": letter, "cells": [f"{letter}{number}" for number in "321"]} for letter in "ABC"]
    return {"code": code, "rows": rows, "fit": code[:1], "engagement": code[1:]}


def grade_cells(code: str) -> list[dict[str, Any]]:
    """Return nine cells, fit upwards and engagement to the right."""
    return [
        {"x": column * 5, "y": row * 5, "is_on": code == f"{letter}{number}"}
        for row, letter in enumerate("ABC")
        for column, number in enumerate("321")
    ]


@register.simple_tag
def side_chip(side: str) -> SafeString:
    """Draw the letter of a side; the word stands beside it."""
    filled, letter = (" s", "S") if side == "sales" else ("", "M") if side == "marketing" else ("", "R")
    return format_html('<span class="side{}" aria-hidden="true">{}</span>', filled, letter)


@register.simple_tag
def avatar(name: str, size: str = "", me: bool = False) -> SafeString:
    """Draw the initials of a person; the name stands beside it."""
    classes = " ".join(part for part in ("av", "lg" if size == "lg" else "", "me" if me else "") if part)
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, wording.initials(name))


@register.inclusion_tag("components/_meter.html")
def meter(value: int, limit: int, label: str = "") -> dict[str, Any]:
    """Show how much of a limit is taken."""
    share = min(1.0, value / limit) if limit else 0
    return {
        "value": value,
        "limit": limit,
        "label": label,
        "width": f"{share * 52:.0f}",
        "is_over": value > limit,
    }


@register.inclusion_tag("components/_crumbs.html")
def crumbs(*parts: str) -> dict[str, Any]:
    """Show the way to this page: label, address, label, address, and the label of the page itself."""
    return {
        "links": [{"label": a, "url": b} for a, b in zip(parts[:-1:2], parts[1::2], strict=False)],
        "last": parts[-1],
    }


@register.inclusion_tag("components/_phone_back.html")
def phone_back(url: str, label: str) -> dict[str, Any]:
    """Show the way back, in place of the brand, on a phone."""
    return {"url": url, "label": label}


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """Show a form field: label, control, help and errors, linked for screen readers."""
    several = bound.use_fieldset
    return {"field": bound, "hint": hint, "several": several, "is_check": bound.widget_type == "checkbox"}


@register.inclusion_tag("components/_form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """Say what is wrong with a form in one place, with links to the fields; empty when nothing is."""
    faulty = [bound for bound in form.visible_fields() if bound.errors] if form.is_bound else []
    return {"form": form, "faulty": faulty, "general": form.non_field_errors() if form.is_bound else []}


@register.inclusion_tag("components/_difference.html")
def difference(parts: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Show a changed text: parts are (same, add or remove; text)."""
    return {"parts": parts}


@register.inclusion_tag("components/_pages.html", takes_context=True)
def pages(context: Context, page: Page) -> dict[str, Any]:
    """Link to the next and the previous page of a list, filters kept."""
    current = context["request"]
    earlier = query(context, page=page.previous_page_number()) if page.has_previous() else ""
    later = query(context, page=page.next_page_number()) if page.has_next() else ""
    return {"page": page, "earlier": earlier, "later": later, "request": current}


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """Return this page's query string with some values changed; None or "" takes one out."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            values.pop(name, None)
        else:
            values[name] = str(value)
    return f"?{values.urlencode()}"


@register.inclusion_tag("components/_toasts.html", takes_context=True)
def toasts(context: Context) -> dict[str, Any]:
    """Show what was just done, with its undo."""
    request = context["request"]
    waiting = context["waiting"] if "waiting" in context else waiting_toasts.pending(request)
    return {"toasts": waiting, "request": request, "csrf_token": context.get("csrf_token")}


@register.filter
def span(value: timedelta | None) -> str:
    """Say a span with two units at most."""
    return "" if value is None else wording.span_text(value)


@register.filter
def ago(moment: datetime | None, now: datetime) -> str:
    """Say how long `moment` is past."""
    return "" if moment is None else wording.span_text(now - moment)


@register.filter
def left(moment: datetime | None, now: datetime) -> str:
    """Say how long until `moment`; nothing once it has passed."""
    return "" if moment is None else wording.span_text(max(moment - now, timedelta(0)))


@register.filter
def due(moment: datetime | None, now: datetime) -> str:
    """Say a moment as briefly as today's date allows."""
    return "" if moment is None else wording.moment_text(moment, now)


@register.filter
def share(value: float | None, digits: int = 0) -> str:
    """Say a share of 0..1 as a percentage."""
    return wording.share_text(value, digits)


@register.filter
def share_of(kept: int, total: int) -> str:
    """Say a percentage, or both counts where they are few."""
    return wording.share_of(kept, total)


@register.filter
def signed(value: float | None) -> str:
    """Say a change with its sign."""
    return "" if value is None else wording.signed_text(value)


@register.filter
def count(value: float | None) -> str:
    """Say a count with grouped digits."""
    return "–" if value is None else wording.count_text(value)


@register.filter
def lookup(values: Mapping[str, Any] | None, name: str) -> Any:
    """Return the value under a name that only the template knows."""
    return values.get(name, "") if values else ""
