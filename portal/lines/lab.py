"""Runs of the lab in words: figures beside each other, what changes, what to be careful about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import charts, wording
from portal.lines import verdicts
from sla import readiness
from sla.choices import HandoffState
from sla.wording import Sentence

VERDICTS: dict[str, str | Promise] = {
    "proved": gettext_lazy("It would be true."),
    "refuted": gettext_lazy("It would not be true."),
    "too_early": gettext_lazy("Too early to say."),
    "untested": gettext_lazy("Untested: not followed up."),
    "too_few": gettext_lazy("Too few to judge."),
    "untestable": gettext_lazy("Untestable: this past has no dates and no touches of Sales."),
}
#: Verdict → tone of its shape.
TONES = {"proved": "ok", "refuted": "late", "untested": "warn"}
FATES: dict[str, tuple[str, str | Promise]] = {
    **{state.value: ("na", state.label) for state in HandoffState},
    "won": ("ok", gettext_lazy("Won")),
    "bought_elsewhere": ("late", gettext_lazy("Bought elsewhere")),
    "disqualified": ("na", gettext_lazy("Disqualified")),
    "nurturing": ("na", gettext_lazy("Still nurturing")),
    "inquiry": ("na", gettext_lazy("Still an inquiry")),
    "recycled": ("na", gettext_lazy("Recycled")),
}
LEAKS: dict[str, str | Promise] = {
    "marked": gettext_lazy("“%(label)s” is filled in after hand-over, as somebody said here."),
    "tells_outcome": gettext_lazy(
        "“%(label)s” tells by itself who was won (association %(v)s of 1), and nothing shows that it was "
        "known before hand-over. It may be somebody's later judgement."
    ),
}


@dataclass(frozen=True)
class Row:
    """One figure: in force, in the draft, the difference and its interval."""

    label: str
    against: str
    draft: str
    change: str = ""
    interval: str = ""


@dataclass(frozen=True)
class CriterionRow:
    """One criterion of the draft and what it does."""

    label: str
    need: str
    unknown: str
    passes_without: int
    accepted: str
    is_often_unknown: bool


def finding(result: Mapping[str, Any]) -> tuple[str, str]:
    """Say what the back-test concludes: a few words, then the reasons."""
    draft, against = result["draft"], result["against"]
    word = str(VERDICTS[draft["verdict"]])
    if not result["handoffs"]:
        return _("Nothing to test on."), _("No lead was handed over in this time.")
    if against is None or draft["verdict"] in ("untestable", "too_few"):
        return word, _need_more(result) if draft["verdict"] == "too_few" else ""
    said = _passes(result)
    change = result["change"]["won"]
    if _is_same(result):
        return word, said
    if change["low"] is not None and change["low"] <= 0 <= change["high"]:
        return word, _("%(said)s The share won cannot be told apart.") % {"said": said}
    return word, said


def _is_same(result: Mapping[str, Any]) -> bool:
    return not result["turned_in"]["n"] and not result["turned_out"]["n"]


def _passes(result: Mapping[str, Any]) -> str:
    """Say how many leads the draft passes beside the gate in force, and whether they are the same."""
    added = result["draft"]["passed"]["k"] - result["against"]["passed"]["k"]
    if _is_same(result):
        return _("It passes the same leads as the definition in force.")
    if not added:
        return _("It passes as many leads as the definition in force, but not the same.")
    words = (
        ngettext("It passes %(n)s lead more.", "It passes %(n)s leads more.", added)
        if added > 0
        else ngettext("It passes %(n)s lead fewer.", "It passes %(n)s leads fewer.", -added)
    )
    return words % {"n": wording.count_text(abs(added))}


def _need_more(result: Mapping[str, Any]) -> str:
    n = result["draft"]["accounts_followed_up"]["n"]
    words = ngettext(
        "%(n)s account is old enough to judge by; 30 are needed.",
        "%(n)s accounts are old enough to judge by; 30 are needed.",
        n,
    )
    return words % {"n": wording.count_text(n)}


def rows(result: Mapping[str, Any]) -> list[Row]:
    """Return the figures of both gates side by side."""
    both = result["against"], result["draft"]
    shown = [_passed(result)]
    shown += [
        _share_row(label, name, result)
        for label, name in (
            (_("Accepted"), "accepted"),
            (_("Followed up"), "followed_up"),
            (_("Won, of accounts followed up"), "won"),
        )
    ]
    days = ["–" if not side or side["median_days"] is None else f"{side['median_days']:g}" for side in both]
    margins = [Row(*one) for one in wording.margins_told(*both)]
    return [*shown, *margins, Row(_("Median days to win"), *days)]


def _passed(result: Mapping[str, Any]) -> Row:
    draft, against = result["draft"]["passed"], (result["against"] or {}).get("passed")
    return Row(
        _("Leads that pass, of %(n)s handed over") % {"n": wording.count_text(result["handoffs"])},
        wording.count_text(against["k"]) if against else "–",
        wording.count_text(draft["k"]),
        wording.signed_text(draft["k"] - against["k"]) if against else "",
    )


def _share_row(label: str, name: str, result: Mapping[str, Any]) -> Row:
    draft, against = result["draft"][name], (result["against"] or {}).get(name)
    change = (result["change"] or {}).get(name) or {"value": None}
    if against is None or change["value"] is None:
        return Row(label, share_words(against) if against else "–", share_words(draft))
    ends = [wording.signed_text(round(change[end] * 100)) for end in ("low", "high")]
    return Row(
        label,
        share_words(against),
        share_words(draft),
        wording.signed_text(round(change["value"] * 100)),
        _("%(low)s to %(high)s") % {"low": ends[0], "high": ends[1]},
    )


def share_words(share: Mapping[str, Any]) -> str:
    """Say a share with its cases: "82% of 348"; few cases as they are: "3 of 4"; none as a dash."""
    if not share["n"]:
        return "–"
    if share["is_few"]:
        return _("%(k)s of %(n)s") % {"k": share["k"], "n": share["n"]}
    return _("%(rate)s of %(n)s") % {
        "rate": wording.share_text(share["rate"]),
        "n": wording.count_text(share["n"]),
    }


def interval_chart(result: Mapping[str, Any]) -> Any:
    """Draw the shares won of both gates with their intervals; None where there are too few to say."""
    sides = ((_("In force"), result["against"], False), (_("Draft"), result["draft"], True))
    lines = [
        (name, _("%(k)s of %(n)s") % share, share["rate"], share["low"], share["high"], is_draft)
        for name, side, is_draft in sides
        if side and not (share := side["won"])["is_few"]
    ]
    return charts.intervals(lines, result["bar"]) if lines else None


def criteria(result: Mapping[str, Any]) -> list[CriterionRow]:
    """Return the effect of each criterion."""
    passed = result["draft"]["passed"]["k"]
    return [
        CriterionRow(
            label=verdicts.say(Sentence.from_json(one["label"])),
            need=verdicts.say(Sentence.from_json(one["need"])),
            unknown=wording.share_text(one["unknown"]["rate"]),
            passes_without=one["passes_without"] - passed,
            accepted=share_words(one["accepted_without"]),
            is_often_unknown=(one["unknown"]["rate"] or 0) >= 0.3,
        )
        for one in result["criteria"]
    ]


def reasons(result: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
    """Say for each reason of which the draft would have kept out leads how many, else that there is none."""
    told = [
        _("Keeps out %(k)s of %(n)s refused as “%(reason)s”.")
        % {**one["kept_out"], "reason": labels.get(one["code"], one["code"])}
        for one in result["reasons"]
        if one["kept_out"]["k"]
    ]
    refused = sum(one["kept_out"]["n"] for one in result["reasons"])
    if told or not refused:
        return told
    words = ngettext(
        "None: the one lead refused would have passed.",
        "None: all %(n)s leads refused would have passed.",
        refused,
    )
    return [words % {"n": wording.count_text(refused)}]


def months(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the draft's months, each with its first day; None where handoffs have no date."""
    return [
        {**row, "first_on": date.fromisoformat(f"{row['month']}-01") if row["month"] else None}
        for row in result["months"]["draft"]
    ]


def leaks(result: Mapping[str, Any]) -> list[str]:
    """Say what a criterion may only know from afterwards; what was left out makes one sentence."""
    later = [one for one in result["leaks"] if one["why"] == "recorded_later"]
    said = [_left_out(later)] if later else []
    return said + [
        str(LEAKS[one["why"]])
        % {
            "label": verdicts.say(Sentence.from_json(one["label"])),
            "n": wording.count_text(one["n"]),
            "of": wording.count_text(one["of"]),
            "v": one["association"],
        }
        for one in result["leaks"]
        if one["why"] != "recorded_later"
    ]


def _left_out(later: list[Mapping[str, Any]]) -> str:
    counted = [
        f"{verdicts.say(Sentence.from_json(one['label']))} ({wording.count_text(one['n'])})" for one in later
    ]
    names = {"names": ", ".join(counted), "of": wording.count_text(later[0]["of"])}
    return _("Filled in after hand-over, of %(of)s leads: %(names)s. Those facts were left out.") % names


def loads(load: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return each team's hours needed against those it has, as bars of 234."""
    teams = (load or {}).get("teams", [])
    most = max([max(team["hours"], team["needed_hours"]) for team in teams], default=0) or 1
    return [
        {
            **team,
            "width": round(234 * team["needed_hours"] / most, 1),
            "mark": round(234 * team["hours"] / most, 1),
            "text": _("%(need)s of %(have)s h")
            % {
                "need": wording.count_text(round(team["needed_hours"])),
                "have": wording.count_text(round(team["hours"])),
            },
        }
        for team in teams
    ]


def sentence(criterion: Any) -> str:
    """Say a gate as one sentence; blank for what cannot be read."""
    parsed = readiness.parse_criterion(criterion, "", [])
    return (
        _("Sales-ready: %(criteria)s.") % {"criteria": verdicts.say(readiness.describe(parsed))}
        if parsed
        else ""
    )


def whatif(result: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return clocks kept and missed, before and after, per commitment and team."""
    return [
        {
            "label": names.get(row["commitment"], row["commitment"]),
            "team": row["team"] or _("no team"),
            "before": _kept(row["before"]),
            "after": _kept(row["after"]),
            "change": row["after"]["missed"] - row["before"]["missed"],
        }
        for row in result["rows"]
    ]


def _kept(score: Mapping[str, Any]) -> str:
    n = score["kept"] + score["missed"]
    return share_words({"n": n, "k": score["kept"], "rate": score["rate"], "is_few": n < 30})
