"""Print charts that a page has built, and the two that are small enough to be built in place."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal import charts
from portal.charts.scale import place

register = template.Library()

BAR_WIDTH = 260
#: The tone of a ranked bar: context, late and won have their own color.
BAR_MARKS = {"quiet": "b3", "late": "bl", "ok": "bo"}


@register.simple_tag
def chart(drawing: Any, caption: str = "") -> SafeString:
    """Print a chart with its data table, or that there is too little to draw."""
    if drawing is None:
        return format_html('<p class="quiet">{}</p>', _("There is nothing to draw yet."))
    return render_to_string(drawing.template, {"c": drawing, "caption": caption})


@register.inclusion_tag("charts/_spark.html")
def spark(
    values: Sequence[float | None], target: float | None = None, is_missed: bool = False
) -> dict[str, Any]:
    """Print the small line of a table cell; the numbers beside it say the same."""
    return {"c": charts.spark(values, target, is_missed)}


@register.inclusion_tag("charts/_bars.html")
def bars(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Print a ranked list of bars, the number at the end of each; `tone` is "", quiet, late or ok."""
    top = max((item["value"] for item in items), default=0) or 1
    return {
        "width": BAR_WIDTH,
        "items": [
            {
                "label": item["label"],
                "text": item.get("text", item["value"]),
                "width": place(max(item["value"] / top * BAR_WIDTH, 1)),
                "mark": BAR_MARKS.get(item.get("tone", ""), "b1"),
            }
            for item in items
        ],
    }
