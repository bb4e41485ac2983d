"""The pages of a draft: which part of the document each edits, with which forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import numbers
from portal.forms.drafts import clauses, handing, places
from portal.forms.drafts.lists import Posted
from portal.forms.drafts.parts import Part, PartForm, Rows, Settle
from portal.forms.drafts.trees import Tree
from portal.forms.drafts.words import Choices
from sla import document
from sla.choices.moves import BY_SIGNIFIER
from sla.document.names import commitment_name

Data = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """One page: `code` is in its address; `parent` is the page it belongs to.

    `settle` puts right what follows from it elsewhere; `adds` is a row that the document lacks;
    `may_go`: the row it is about can be removed.
    """

    code: str
    title: str | Promise
    hint: str | Promise = ""
    at: str = ""
    form: type[PartForm] = PartForm
    rows: tuple[Rows, ...] = ()
    keys: tuple[str, ...] = ()
    parent: str = ""
    is_tree: bool = False
    may_be_none: bool = False
    settle: Settle | None = None
    adds: Mapping[str, Any] | None = None
    may_go: bool = False


_LADDER = Rows(
    "ladder",
    clauses.RungForm,
    _("When it is late"),
    _("Add a step"),
    {"after": {"amount": 1, "unit": "business_hours"}, "action": "notify_owner"},
)
_ALLOWANCES = Rows(
    "allowances",
    clauses.AllowanceForm,
    _("Time allowed"),
    _("Add a time for a priority"),
    {"tier": None, "amount": 8, "unit": "business_hours"},
)
_REASON = {
    "code": "", "label": "", "group": "", "side_to_act": "nobody", "disposition": "recycle",
    "recycle_days": 90, "track": None, "asks": [], "contradicted_by": None, "needs_attempts": None,
}  # fmt: skip
_STAGE = {"signifier": {"label": "", "when": None}}
_FIT = {"label": "", "points": 10, "when": {"fact": "industry", "op": "known"}}
_LEG = {
    "leg": None,
    "code": "",
    "label": "",
    "from_side": "sales",
    "to_side": "sales",
    "gate": "qualification",
}
#: Handing over knows two: Marketing to Sales, and within Sales.
_MOST_LEGS = 2


def _owed(data: Data) -> None:
    """Let every commitment be owed by the side that its leg says."""
    sides = {leg["leg"]: (leg["from_side"], leg["to_side"]) for leg in data["legs"]}
    for one in data["commitments"] if sides else ():
        one["side"] = document.owed_by(one["kind"], one["leg"], sides)


def _numbered(data: Data) -> None:
    """Number the legs as they stand; commitments follow their leg, and go with one that goes."""
    places_of = enumerate(data["legs"], start=1)
    moved = {leg["leg"]: place for place, leg in places_of if leg["leg"] is not None}
    kept = [one for one in data["commitments"] if one["leg"] is None or one["leg"] in moved]
    data["commitments"] = [{**one, "leg": moved.get(one["leg"])} for one in kept]
    for place, leg in enumerate(data["legs"], start=1):
        leg["leg"] = place
    _owed(data)


MAIN = (
    Section("basics", _("Title and dates"), form=clauses.BasicsForm,
            keys=("title", "preamble", "starts_on", "review_due_on")),
    Section("segment", _("Leads covered"), _("Without a rule it judges every lead that no other covers."),
            at="segment.rule", form=handing.SegmentForm, is_tree=True, may_be_none=True),
    Section("legs", _("Legs"),
            _("From whom to whom leads are handed. Removing a leg removes its commitments."),
            keys=("legs", "commitments"), settle=_numbered, rows=(
        Rows("legs", handing.LegForm, _("Legs"), _("Add a leg"), _LEG, most=_MOST_LEGS),)),
    Section("readiness", _("Definition of sales-ready"), at="gates.readiness", is_tree=True),
    Section("qualification", _("Definition of qualified"), at="gates.qualification", is_tree=True),
    Section("commitments", _("Commitments"), _("What each side owes the other, one page each.")),
    Section("stages", _("Stages"), keys=("stages",), rows=(
        Rows("stages", clauses.StageForm, _("Stages"), _("Add a stage"), _STAGE, "stage"),)),
    Section("reasons", _("Reasons for a no"), keys=("reasons",), rows=(
        Rows("reasons", clauses.ReasonForm, _("Reasons"), _("Add a reason"), _REASON, "reason"),)),
    Section("tracks", _("Nurture tracks"), keys=("tracks",), rows=(
        Rows("tracks", clauses.TrackForm, _("Tracks"), _("Add a track"),
             {"code": "", "label": "", "steps": []}, "track"),)),
    Section("scores", _("Scores and priorities"), form=clauses.ScoresForm,
            keys=("fit", "engagement", "grid", "tiers"), rows=(
        Rows("fit", clauses.FitForm, _("Fit"), _("Add a trait"), _FIT, "fit"),
        Rows("engagement.points", clauses.PointsForm, _("Engagement"), _("Add a kind of touch"),
             {"side": "prospect", "kind": "visited", "points": 1, "cap": None}),
        Rows("tiers", clauses.TierForm, _("Priorities, the first that fits"), _("Add a priority"),
             {"code": "", "label": "", "grid": []}))),
    Section("records", _("Dossier and records"), form=clauses.RecordsForm, keys=("dossier", "record")),
    Section("routing", _("Giving leads out"), form=handing.RoutingForm,
            keys=("routing", "expiry", "valve"), rows=(
        Rows("routing.matching", handing.MatchingForm, _("Which people a lead fits"), _("Add a rule"),
             {"label": "", "attribute": ""}, "matching"),)),
    Section("hours", _("Hours, referee, proof"), form=clauses.HoursForm,
            keys=("calendars", "referee", "maturity_days")),
)  # fmt: skip


def find(code: str, data: Data) -> Section:
    """Return a page by its code, also one for a single commitment, track or criterion; raises KeyError."""
    for section in MAIN:
        if section.code == code:
            return section
    kind, _dash, name = code.partition("-")
    return _BY_NAME[kind](name, data)


def open_part(
    section: Section, data: Data, posted: Posted | None, choices: Mapping[str, Choices]
) -> "Part | Tree":
    """Return the forms of a page, filled from the document or from what was posted."""
    if section.is_tree:
        above = section.at.rpartition(".")[0]
        is_bare = section.form is PartForm
        head = None if is_bare else section.form(posted, above, places.get(data, above))
        return Tree(section.at, data, posted, section.may_be_none, head)
    if section.adds is not None:
        data = {**data, "commitments": [*data["commitments"], section.adds]}
    rows = tuple(Rows(**{**vars(spec), "path": places.join(section.at, spec.path)}) for spec in section.rows)
    offered = {**_choices_of(data), **choices}
    return Part(
        data=data,
        posted=posted,
        at=section.at,
        form=section.form,
        rows=rows,
        keys=section.keys,
        choices=offered,
        settle=section.settle,
    )


def _choices_of(data: Data) -> dict[str, Choices]:
    """Return what may be chosen because the document itself has it."""
    tiers = [(tier["code"], tier["label"]) for tier in data["tiers"]]
    tracks = [(track["code"], track["label"]) for track in data["tracks"]]
    return {
        "tier": [("", _("all others")), *tiers],
        "track": [("", _("none")), *tracks],
        "valve.tiers": list(tiers),
        "leg": [("", _("all legs")), *((str(leg["leg"]), leg["label"]) for leg in data["legs"])],
    }


def _commitment(name: str, data: Data) -> Section:
    index, found = _named(data["commitments"], name)
    return _clause(f"commitment-{name}", index, found, data, may_go=True)


def _added(kind: str, data: Data) -> Section:
    """Return the page of a commitment that the document lacks; raises KeyError for no kind."""
    if kind not in document.KINDS:
        raise KeyError(kind)
    fresh = document.commitment(kind, data)
    return _clause(f"add-{kind}", len(data["commitments"]), fresh, data, adds=fresh)


def _clause(code: str, index: int, found: Data, data: Data, **more: Any) -> Section:
    rows = [spec for spec in (_ALLOWANCES, _LADDER) if spec.path in found]
    form = clauses.OnLegForm if len(data["legs"]) > 1 else clauses.CommitmentForm
    name = _(commitment_name(found["kind"], found.get("params") or {}))
    return Section(
        code, name, at=f"commitments[{index}]", form=form, rows=tuple(rows),
        keys=("commitments",), parent="commitments", settle=_owed, **more,
    )  # fmt: skip


def _track(name: str, data: Data) -> Section:
    index, track = _named(data["tracks"], name)
    steps = Rows(
        "steps", clauses.StepForm, _("Steps"), _("Add a step"), {"after_days": 7, "kind": "mail", "label": ""}
    )
    return Section(
        f"track-{name}", track["label"], at=f"tracks[{index}]", form=clauses.TrackForm,
        rows=(steps,), keys=("tracks",), parent="tracks",
    )  # fmt: skip


def _stage(name: str, data: Data) -> Section:
    index, stage = _named(data["stages"], name)
    leads_in = _("What moves a lead into this stage by itself.")
    shows = _("What shows that a lead belongs here; somebody's decision, the definition or a deal moves it.")
    return Section(
        f"stage-{name}", stage["label"], leads_in if name in BY_SIGNIFIER.values() else shows,
        at=f"stages[{index}].signifier.when", parent="stages", is_tree=True, may_be_none=True,
    )  # fmt: skip


def _reason(name: str, data: Data) -> Section:
    index, reason = _named(data["reasons"], name)
    return Section(
        f"reason-{name}", reason["label"], _("What is known of a lead that speaks against this reason."),
        at=f"reasons[{index}].contradicted_by", parent="reasons", is_tree=True, may_be_none=True,
    )  # fmt: skip


def _fit(name: str, data: Data) -> Section:
    index = numbers.whole(name)
    if index is None or index >= len(data["fit"]):
        raise KeyError(name)
    return Section(
        f"fit-{name}", data["fit"][index]["label"], _("Who gets these points."),
        at=f"fit[{index}].when", parent="scores", is_tree=True,
    )  # fmt: skip


def _matching(name: str, data: Data) -> Section:
    rules = data["routing"].get("matching", [])
    index = numbers.whole(name)
    if index is None or index >= len(rules) or "when" not in rules[index]:
        raise KeyError(name)
    return Section(
        f"matching-{name}", rules[index]["label"], _("Which leads need people with this value."),
        at=f"routing.matching[{index}].when", parent="routing", is_tree=True,
    )  # fmt: skip


def _named(rows: list[Data], code: str) -> tuple[int, Data]:
    for index, row in enumerate(rows):
        if row["code"] == code:
            return index, row
    raise KeyError(code)


_BY_NAME = {
    "commitment": _commitment,
    "add": _added,
    "track": _track,
    "stage": _stage,
    "reason": _reason,
    "fit": _fit,
    "matching": _matching,
}
