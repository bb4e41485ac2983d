"""Draw the small pieces that lists show in each row; without templates they cost a tenth."""

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from portal.badges import Badge

#: Status shapes in a box of 14; the classes are their color, cut-out and outline.
OCTAGON = '<path class="sf" d="M4.3.7h5.4l3.6 3.6v5.4l-3.6 3.6H4.3L.7 9.7V4.3z"/>'
OUTLINE = '<path class="sl" d="M4.6 1.4h4.8l3.2 3.2v4.8l-3.2 3.2H4.6L1.4 9.4V4.6z"/>'
DASHED = '<circle class="sl dash" cx="7" cy="7" r="5.6"/>'
SHAPES: dict[str, str] = {
    "ok": '<circle class="sf" cx="7" cy="7" r="6.3"/><path class="sx" d="m4.2 7.2 2 2 3.7-4.3"/>',
    "late": OCTAGON + '<path class="sx" d="M7 3.6v4M7 10v.05"/>',
    "missed": OCTAGON + '<path class="sx" d="m4.8 4.8 4.4 4.4M9.2 4.8 4.8 9.2"/>',
    "soon": '<path class="sf" d="M7 1.3 13.4 12.6H.6z"/><path class="sx" d="M7 5.2v3.3M7 10.5v.05"/>',
    "paused": '<circle class="sl" cx="7" cy="7" r="5.6"/><path class="sl" d="M5.5 5v4M8.5 5v4"/>',
    "kept_late": OUTLINE + '<path class="sl" d="m4.6 7.2 1.7 1.7 3.1-3.6"/>',
    "none": DASHED + '<path class="sl" d="M4.8 7h4.4"/>',
    "unknown": DASHED + '<path class="sl" d="M5.5 5.7a1.5 1.5 0 1 1 2.2 1.3c-.5.3-.7.6-.7 1.1M7 10v.05"/>',
}
SHAPE_OF_BADGE = {
    "soon": "soon",
    "late": "late",
    "paused": "paused",
    "kept": "ok",
    "kept_late": "kept_late",
    "unknown": "unknown",
}


@lru_cache(maxsize=256)
def icon(name: str, small: bool = False) -> SafeString:
    """Draw an icon of the sprite; it says nothing to screen readers, so a word stands beside it."""
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        " s" if small else "",
        static("concord/icons.svg"),
        name,
    )


@lru_cache(maxsize=32)
def shape(name: str) -> SafeString:
    """Draw a status shape of 14 px."""
    start = '<svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">{}</svg>'
    return format_html(start, mark_safe(SHAPES[name]))


@lru_cache(maxsize=64)
def key(cap: str) -> SafeString:
    """Draw a key cap; screen readers hear the button, not its key."""
    return format_html('<kbd aria-hidden="true">{}</kbd>', cap)


def row_move(verb: str, cap: str, url: str, row: str) -> SafeString:
    """Draw the button of a row that makes its move at once; the answer takes the row's place."""
    return format_html(
        '<button class="btn pri sm" form="moves" formaction="{0}" hx-post="{0}" hx-include="#moves"'
        ' hx-target="#{1}" hx-swap="outerHTML" data-advance data-key="{2}">{3} {4}</button>',
        *(url, row, cap, verb, key(cap)),
    )


def row_dialog(verb: str, cap: str, url: str, look: str = "") -> SafeString:
    """Draw the link of a row that opens the dialog of a move."""
    return format_html(
        '<a class="btn sm{0}" href="{1}" hx-get="{1}" hx-target="#dialog" hx-swap="innerHTML"'
        ' data-key="{2}">{3} {4}</a>',
        *(f" {look}" if look else "", url, cap, verb, key(cap)),
    )


def row_link(verb: str, cap: str, url: str, look: str = "") -> SafeString:
    """Draw the link of a row to its page."""
    return format_html(
        '<a class="btn sm{}" href="{}">{} {}</a>', f" {look}" if look else "", url, verb, key(cap)
    )


def clock_badge(badge: Badge, wide: bool = False, bare: bool = False) -> SafeString:
    """Show a clock: shape, word and time; `wide` fills its column."""
    marks = f"{badge.state}{' w' if wide else ''}{' bare' if bare else ''}"
    return format_html(
        '<span class="clk {}">{}<b>{}</b>{}</span>', marks, dial(badge), badge.word, clock_time(badge)
    )


def dial(badge: Badge) -> SafeString:
    """Draw what is left of a running clock as an arc, every other state as its shape."""
    if badge.state != "running" or badge.left_share is None:
        return shape(SHAPE_OF_BADGE.get(badge.state, "none"))
    return format_html(
        '<svg viewBox="0 0 14 14" aria-hidden="true"><circle class="tr" cx="7" cy="7" r="5.2"/>'
        '<circle class="ar" cx="7" cy="7" r="5.2" pathLength="100" stroke-dasharray="{} 100"'
        ' transform="rotate(-90 7 7)"/></svg>',
        f"{badge.left_share * 100:.0f}",
    )


def clock_time(badge: Badge) -> SafeString:
    """Say the time of a clock; one that moves carries its due moment for the script."""
    span, counts = badge.span_text, badge.counts
    if not span:
        return SafeString()
    if not counts or badge.due_at is None:
        return format_html('<span class="t n">{}</span>', span)
    due = localtime(badge.due_at).isoformat()
    return format_html('<time class="t" datetime="{}" data-count="{}">{}</time>', due, counts, span)


def clock_line(badge: Badge) -> SafeString:
    """Say under a badge which commitment it is and when it is due."""
    beside = badge.note or badge.due_line
    return format_html(
        '<span class="clk-line"><b>{}</b>{}</span>',
        badge.label,
        format_html(" · <span>{}</span>", beside) if beside else "",
    )
