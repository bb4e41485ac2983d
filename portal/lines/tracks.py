"""Say a nurture track and how far a lead has come on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lines import timeline, verdicts
from portal.lines.actions import Action
from sla import agreements
from sla.document import Track
from sla.models import Handoff, NurtureStep


@dataclass(frozen=True)
class StepLine:
    """One step as the dossier prints it; `tone` is the shape of its mark."""

    text: str
    when: str
    tone: str
    number: int
    is_next: bool


@dataclass(frozen=True)
class Progress:
    """A track with its steps; `share` of them done, in percent."""

    label: str
    said: str
    share: int
    steps: tuple[StepLine, ...]
    action: Action | None


def choice(track: Track) -> str:
    """Name a track with how much it holds."""
    if not track.steps:
        return track.label
    steps = ngettext("%(n)s step", "%(n)s steps", len(track.steps)) % {"n": len(track.steps)}
    days = ngettext("%(n)s day", "%(n)s days", track.steps[-1].after_days) % {"n": track.steps[-1].after_days}
    return f"{track.label} ({steps}, {days})"


def label(handoff: Handoff) -> str:
    """Name the track a refused lead is on, "" when it is on none."""
    tracks = {track.code: track.label for track in agreements.document(handoff.version).tracks}
    return tracks.get(handoff.refusal.track, "")


def step_text(handoff: Handoff, number: int) -> str:
    """Say what a step asks for: its kind and its words."""
    tracks = {track.code: track.steps for track in agreements.document(handoff.version).tracks}
    step = tracks[handoff.refusal.track][number - 1]
    return f"{timeline.kind_label(step.kind)}: {step.label}"


def step_action(handoff: Handoff, number: int) -> Action:
    """Return the button that notes a step as done and writes its touch down."""
    url = f"{reverse('handoff-step', args=[handoff.pk])}?number={number}"
    return Action("step", _("Done"), url, "1", is_post=True)


def progress(handoff: Handoff, steps: Sequence[NurtureStep], today: date, *, can_do: bool) -> Progress | None:
    """Return the steps of a refused lead's track in words, None when it has none."""
    if not steps:
        return None
    done = sum(step.done_at is not None for step in steps)
    following = next((step.number for step in steps if step.done_at is None), 0)
    lines = tuple(_line(handoff, step, following, today) for step in steps)
    said = _("%(done)s of %(all)s steps done") % {"done": done, "all": len(steps)}
    action = step_action(handoff, following) if following and can_do else None
    return Progress(label(handoff), said, round(100 * done / len(steps)), lines, action)


def _line(handoff: Handoff, step: NurtureStep, following: int, today: date) -> StepLine:
    if step.done_at:
        when, tone = _("done %(day)s") % {"day": verdicts.day(step.done_at)}, "ok"
    else:
        due = _("was due %(day)s") if step.due_on < today else _("due %(day)s")
        when, tone = due % {"day": verdicts.day(step.due_on)}, "soon" if step.due_on <= today else "unknown"
    return StepLine(step_text(handoff, step.number), when, tone, step.number, step.number == following)
