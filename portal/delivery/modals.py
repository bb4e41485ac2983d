"""Forms in Slack: what one shows, how it is opened, what was filled in."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from portal.delivery import chat, outbound
from portal.delivery.errors import Rejected

OPEN = "https://slack.com/api/views.open"
#: What Slack takes at most in a title, a label of an option, a list of options.
TITLE, OPTION, OPTIONS = 24, 75, 100
Block = dict[str, Any]


def form(*, act: str, word: str, title: str, verb: str, blocks: list[Block]) -> dict[str, Any]:
    """Return a form that gives back its word, the token of the button that opened it."""
    return {
        "type": "modal",
        "callback_id": act,
        "private_metadata": word,
        "title": _plain(title[:TITLE]),
        "submit": _plain(verb[:TITLE]),
        "close": _plain(_("Cancel")),
        "blocks": blocks,
    }


def said(title: str, text: str) -> dict[str, Any]:
    """Return a form that only tells how it ended."""
    section = {"type": "section", "text": _plain(text)}
    return {"type": "modal", "title": _plain(title[:TITLE]), "close": _plain(_("Close")), "blocks": [section]}


def choice(name: str, label: str, groups: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> Block:
    """Return a list of (value, label) under the heads of their groups, to choose one from."""
    shown = [
        {"label": _plain(head[:OPTION]), "options": [_option(*pair) for pair in pairs][:OPTIONS]}
        for head, pairs in groups
    ]
    return _input(name, label, {"type": "static_select", "option_groups": shown[:OPTIONS]})


def text(name: str, label: str, *, is_long: bool = False) -> Block:
    """Return a field for words that may stay empty."""
    return {**_input(name, label, {"type": "plain_text_input", "multiline": is_long}), "optional": True}


def day(name: str, label: str) -> Block:
    """Return a field for a day that may stay empty."""
    return {**_input(name, label, {"type": "datepicker"}), "optional": True}


def filled(view: dict[str, Any]) -> dict[str, str]:
    """Return what a submitted form holds, blank for what was left empty."""
    values = view.get("state", {}).get("values", {})
    return {name: _value(block.get(name, {})) for name, block in values.items()}


def show(trigger: str, view: dict[str, Any]) -> None:
    """Open a form for whoever pressed a button; raises Rejected, Unreachable."""
    body = json.dumps({"trigger_id": trigger, "view": view}).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Authorization": f"Bearer {settings.SLACK_BOT_TOKEN}",
    }
    answer = outbound.post(OPEN, body, headers, within=chat.PATIENCE)
    if not answer.is_taken:
        raise Rejected(f"Answered {answer.status}: {answer.text}".rstrip(": "))


def _value(element: dict[str, Any]) -> str:
    chosen = element.get("selected_option") or {}
    return str(element.get("value") or element.get("selected_date") or chosen.get("value") or "")


def _input(name: str, label: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "label": _plain(label),
        "element": {**element, "action_id": name},
    }


def _option(value: str, label: str) -> Block:
    return {"text": _plain(label[:OPTION]), "value": value}


def _plain(words: str) -> Block:
    return {"type": "plain_text", "text": words}
