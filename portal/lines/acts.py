"""Say the log of acts in words, each with a link to what it is about."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from leads.models import AuditEntry, Lead, User
from portal.lines import timeline
from portal.models import ImportJob

#: Kinds of things, as the log names them.
THINGS: dict[str, str | Promise] = {
    "lead": gettext_lazy("Lead"),
    "handoff": gettext_lazy("Hand-over"),
    "account": gettext_lazy("Account"),
    "clock": gettext_lazy("Clock"),
    "version": pgettext_lazy("of the agreement", "Agreement"),
    "review": gettext_lazy("Review"),
    "calendar": gettext_lazy("Calendar"),
    "user": gettext_lazy("Person"),
    "team": gettext_lazy("Team"),
    "import_run": gettext_lazy("Import"),
    "endpoint": gettext_lazy("Webhook"),
    "intake_source": gettext_lazy("Source of signed messages"),
    "delivery": gettext_lazy("Letter"),
    "move": gettext_lazy("Move that failed"),
    "company": gettext_lazy("Company"),
}
WAYS: dict[str, str | Promise] = {"page": gettext_lazy("on a page"), **timeline.CHANNELS}
#: What was done, where the timeline of a lead has no words for it.
VERBS: dict[str, str | Promise] = {
    "learned": gettext_lazy("%(who)s noted what became known"),
    "assigned": gettext_lazy("%(who)s gave it an owner"),
    "merged": gettext_lazy("%(who)s made one lead of two"),
    "distinct": gettext_lazy("%(who)s said that two leads are two people"),
    "erased": gettext_lazy("%(who)s erased the person"),
    "disputed": gettext_lazy("%(who)s disputed a breach"),
    "dispute_granted": gettext_lazy("%(who)s granted an exception"),
    "dispute_refused": gettext_lazy("%(who)s refused an exception"),
    "imported": gettext_lazy("%(who)s imported a file"),
    "import_undone": gettext_lazy("%(who)s took an import back"),
    "exported_leads": gettext_lazy("%(who)s exported leads"),
    "drafted": gettext_lazy("%(who)s drafted it"),
    "revised": gettext_lazy("%(who)s revised the draft"),
    "proposed": gettext_lazy("%(who)s proposed it"),
    "signed_for_marketing": gettext_lazy("%(who)s signed for Marketing"),
    "signed_for_sales": gettext_lazy("%(who)s signed for Sales"),
    "confirmed_for_marketing": gettext_lazy("%(who)s confirmed it for Marketing"),
    "confirmed_for_sales": gettext_lazy("%(who)s confirmed it for Sales"),
    "slack_linked": gettext_lazy("%(who)s linked themselves in Slack"),
    "slack_unlinked": gettext_lazy("%(who)s unlinked themselves in Slack"),
    "took_effect": gettext_lazy("It took effect"),
    "commented": gettext_lazy("%(who)s commented"),
    "comment_settled": gettext_lazy("%(who)s settled a comment"),
    "pipeline_review_recorded": gettext_lazy("%(who)s recorded a pipeline review"),
    "definition_review_recorded": gettext_lazy("%(who)s recorded a review of the definition"),
    "calendar_created": gettext_lazy("%(who)s added a calendar"),
    "calendar_changed": gettext_lazy("%(who)s changed a calendar"),
    "invited": gettext_lazy("%(who)s sent a link to set a password"),
    "chat_linked": gettext_lazy("%(who)s let the team's news go to a chat"),
    "chat_unlinked": gettext_lazy("%(who)s took the team's news out of a chat"),
    "deal_opened": gettext_lazy("%(who)s noted a deal"),
    "deal_won": gettext_lazy("%(who)s noted a deal as won"),
    "deal_lost": gettext_lazy("%(who)s noted a deal as lost"),
    "paused": gettext_lazy("%(who)s paused new leads"),
    "resumed": gettext_lazy("%(who)s takes new leads again"),
    "absence_noted": gettext_lazy("%(who)s noted an absence"),
    "absence_removed": gettext_lazy("%(who)s removed an absence"),
    "demo_asked": gettext_lazy("%(who)s asked for the demo company"),
    "demo_loaded": gettext_lazy("%(who)s got the demo company loaded"),
    "demo_failed": gettext_lazy("The demo company could not be loaded"),
    "demo_removed": gettext_lazy("%(who)s removed the demo company"),
    "key_issued": gettext_lazy("%(who)s issued an API key"),
    "key_revoked": gettext_lazy("%(who)s revoked an API key"),
    "source_opened": gettext_lazy("%(who)s opened a source of signed messages"),
    "source_switched_on": gettext_lazy("%(who)s switched a source on"),
    "source_switched_off": gettext_lazy("%(who)s switched a source off"),
    "webhook_added": gettext_lazy("%(who)s added a webhook"),
    "webhook_rotated": gettext_lazy("%(who)s changed a webhook's secret"),
    "webhook_on": gettext_lazy("%(who)s switched a webhook on"),
    "webhook_off": gettext_lazy("%(who)s switched a webhook off"),
    "webhook_tested": gettext_lazy("%(who)s tested a webhook"),
    "sent_again": gettext_lazy("%(who)s sent a letter again"),
    "tried_again": gettext_lazy("%(who)s had something tried again"),
}
#: A verb that means another act with another thing.
APART: dict[tuple[str, str], str | Promise] = {
    ("user", "created"): gettext_lazy("%(who)s added a person"),
    ("user", "changed"): gettext_lazy("%(who)s changed a person"),
    ("team", "created"): gettext_lazy("%(who)s added a team"),
    ("team", "changed"): gettext_lazy("%(who)s changed a team"),
    ("company", "changed"): gettext_lazy("%(who)s changed the company's name or zone"),
    ("account", "created"): gettext_lazy("%(who)s created the account"),
    ("account", "edited"): gettext_lazy("%(who)s changed facts of the account"),
}


@dataclass(frozen=True)
class ActLine:
    """One act of the log; `url` is "" where there is no page, or nothing left to see."""

    at: datetime
    text: str
    thing: str
    about: str
    url: str
    seq: str
    way: str


def verbs() -> dict[str, str | Promise]:
    """Return every verb that the log may hold, with its sentence."""
    apart = {verb: said for (_thing, verb), said in APART.items()}
    return {**apart, **timeline.VERBS, **VERBS}


def verb_choices() -> list[tuple[str, str]]:
    """Return the verbs as one chooses among them, in order of the alphabet."""
    said = {verb: str(words).replace("%(who)s", "…") for verb, words in verbs().items()}
    return sorted(said.items(), key=lambda pair: pair[1].lower())


def lines(entries: Sequence[AuditEntry], user: User) -> list[ActLine]:
    """Return acts in words; of leads only those are named that this person may see."""
    ids = {pk for one in entries for pk in (one.actor_id, one.data.get("to"), one.data.get("rep"))}
    people = User.objects.in_bulk({pk for pk in ids if isinstance(pk, int)})
    lead_ids = {pk for one in entries if (pk := _lead_id(one))}
    leads = Lead.objects.visible_to(user).select_related("account").in_bulk(lead_ids)
    jobs = dict(ImportJob.objects.filter(run__in=_ids(entries, "import_run")).values_list("run", "pk"))
    return [_line(one, people, leads, jobs) for one in entries]


def _line(
    entry: AuditEntry, people: dict[int, User], leads: dict[int, Lead], jobs: dict[int, int]
) -> ActLine:
    who = people.get(entry.actor_id) if entry.actor_id else None
    words = APART.get((entry.subject_type, entry.verb)) or verbs().get(entry.verb)
    to = people.get(entry.data.get("to") or entry.data.get("rep") or 0)
    if to and entry.verb in timeline.GIVEN:
        words = timeline.GIVEN[entry.verb]
    said = str(words) if words else f"%(who)s: {entry.verb.replace('_', ' ')}"
    thing = str(THINGS.get(entry.subject_type, entry.subject_type))
    lead = leads.get(_lead_id(entry) or 0)
    if lead:
        about, url = str(lead), reverse("lead", args=[lead.pk])
    else:
        about, url = f"{thing} {entry.subject_id or ''}".strip(), _address(entry, jobs)
    text = said % {"who": who.name if who else _("Concord"), "to": to.name if to else ""}
    way = str(WAYS.get(entry.data.get("channel", ""), ""))
    return ActLine(entry.at, text, thing, about, url, f"{entry.stream} {entry.seq}", way)


def _lead_id(entry: AuditEntry) -> int | None:
    kind, _colon, number = entry.stream.partition(":")
    return int(number) if kind == "lead" and number.isdecimal() else None


def _ids(entries: Iterable[AuditEntry], kind: str) -> Iterator[int]:
    return (one.subject_id for one in entries if one.subject_type == kind and one.subject_id)


#: The page of a thing that is no lead.
_PAGES = {
    "version": "agreement-version",
    "review": "review",
    "user": "settings-person",
    "team": "settings-team",
    "endpoint": "operations-webhook",
}


def _address(entry: AuditEntry, jobs: dict[int, int]) -> str:
    if entry.subject_type == "import_run":
        job = jobs.get(entry.subject_id or 0)
        return reverse("import-job", args=[job]) if job else ""
    if entry.subject_type == "calendar":
        return reverse("settings-calendars")
    name = _PAGES.get(entry.subject_type)
    return reverse(name, args=[entry.subject_id]) if name and entry.subject_id else ""
