"""News in a chat: Slack's message format, out by a channel's address, and buttons back in."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from leads import audit
from leads.models import Team, User
from portal import readers
from portal.delivery import letters, outbound
from portal.delivery.claiming import Claim
from portal.delivery.errors import NotNeeded, Rejected
from portal.delivery.letters import Button, Item, Letter
from portal.models import Endpoint

#: Slack takes at most 50 blocks, and 3,000 characters in one.
MOST_ITEMS = 20
LONGEST_TEXT = 2_900
#: Slack waits three seconds for our answer, and so long a form may be opened; seconds.
PATIENCE = 1.5
#: Begins the id of a button that opens a form.
ASKS = "ask-"


def send(claim: Claim, now: datetime) -> None:
    """Post the letter of a claim to its channel; raises NotNeeded, Rejected, Unreachable."""
    endpoint = claim.deliveries[0].endpoint
    if endpoint is None or endpoint.disabled_at or (endpoint.person and not endpoint.person.is_active):
        raise NotNeeded
    reader = endpoint.person
    with readers.speaking_to(reader, otherwise=settings.LANGUAGE_CODE):
        said = message(letters.compose(claim, reader))
    answer = outbound.post(endpoint.url, json.dumps(said).encode(), {"Content-Type": "application/json"})
    if not answer.is_taken:
        raise Rejected(f"Answered {answer.status}: {answer.text}".rstrip(": "))


def message(letter: Letter) -> dict[str, Any]:
    """Return a letter in Slack's format; `text` is what a notification on a phone shows."""
    blocks: list[dict[str, Any]] = []
    if letter.is_digest:
        blocks.append({"type": "header", "text": {"type": "plain_text", "text": letter.subject[:150]}})
    for item in letter.items[:MOST_ITEMS]:
        blocks += _blocks(item)
    return {"text": _escaped(letter.subject), "blocks": blocks}


def _blocks(item: Item) -> list[dict[str, Any]]:
    lines = [f"*{_escaped(item.sentence)}*"]
    lines += [f"{_escaped(label)}: {_escaped(value)}" for label, value in item.facts]
    if item.quote:
        lines += [f"> {_escaped(line)}" for line in item.quote.splitlines()]
    text = {"type": "mrkdwn", "text": "\n".join(lines)[:LONGEST_TEXT]}
    blocks: list[dict[str, Any]] = [{"type": "section", "text": text}]
    buttons = [_button(one) for one in item.buttons] + [_asking(one) for one in item.asking]
    if buttons:
        blocks.append({"type": "actions", "elements": buttons})
    return blocks


def _asking(button: Button) -> dict[str, Any]:
    """Return a button whose move needs a form: Slack shows ours if it lets us, else the page has it."""
    shown = {"type": "button", "text": {"type": "plain_text", "text": button.label}}
    if settings.SLACK_SIGNING_SECRET and settings.SLACK_BOT_TOKEN:
        return {**shown, "action_id": f"{ASKS}{button.act}", "value": button.word}
    return {**shown, "action_id": f"open-{button.act}", "url": button.url}


def _button(button: Button) -> dict[str, Any]:
    """Return a button: it acts in the chat if Slack may call back, else it opens the page that asks."""
    shown = {"type": "button", "text": {"type": "plain_text", "text": button.label}}
    if button.act and settings.SLACK_SIGNING_SECRET:
        return {**shown, "action_id": f"act-{button.act}", "value": button.word, "style": "primary"}
    return {**shown, "action_id": f"open-{button.act or 'lead'}", "url": button.url}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def reply(url: str, text: str, *, replaces: bool = True) -> None:
    """Say in the chat what has become of a button, in place of the message; raises Rejected, Unreachable."""
    said = {"replace_original": replaces, "text": _escaped(text)}
    outbound.post(url, json.dumps(said).encode(), {"Content-Type": "application/json"}, within=PATIENCE)


@transaction.atomic
def connect(
    *, url: str, now: datetime, actor: User, person: User | None = None, team: Team | None = None
) -> None:
    """Let the news of a person or a team go to a chat, or to none when the address is blank."""
    if team is not None:
        audit.record(
            stream=f"team:{team.pk}",
            verb="chat_linked" if url else "chat_unlinked",
            subject_type="team",
            subject_id=team.pk,
            actor=actor,
            at=now,
        )
    own = Endpoint.objects.filter(kind=Endpoint.Kind.CHAT, person=person, team=team)
    if not url:
        own.delete()
        return
    name = str(person or team)
    is_known = own.update(url=url, name=name, failing_since=None, disabled_at=None, disabled_because="")
    if not is_known:
        kind = Endpoint.Kind.CHAT
        Endpoint.objects.create(kind=kind, name=name, url=url, person=person, team=team, created_at=now)


def address_of(person: User) -> str:
    """Return where a person's chat is, blank for none."""
    return Endpoint.objects.filter(person=person).values_list("url", flat=True).first() or ""
