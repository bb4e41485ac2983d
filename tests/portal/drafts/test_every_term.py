"""Every term of an agreement can be written on a page, and what a version lacks can be added to it."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.forms.drafts import sections
from portal.lines import clocks
from sla import agreements, document
from sla.document.names import commitment_name
from sla.models import AgreementVersion
from sla.wording import Sentence
from tests import company, factories
from tests.portal.drafts.filled import filled

pytestmark = pytest.mark.django_db
MATCHING = [
    {"label": "Language", "attribute": "languages", "fact": "language"},
    {"label": "Machines", "attribute": "skill", "when": {"fact": "industry", "op": "known"}, "value": "m"},
]
#: Names that say which row it is or what it must be: set with the row, never typed.
NAMES = {"format", "is_baseline", "code", "kind", "side", "legs.leg"}


def loaded(at: company.Company, **changed: Any) -> AgreementVersion:
    text = document.starting(document.default_agreement(), date(2027, 1, 1))
    return agreements.load(
        key="default", data={**text, **changed}, now=at.now, actor=at.cast.marketing_manager
    )


@pytest.fixture
def draft(at: company.Company) -> AgreementVersion:
    return loaded(at)


def address(draft: AgreementVersion, section: str) -> str:
    return reverse("agreement-edit", args=[draft.pk, section])


def opened(client: Client, draft: AgreementVersion, section: str) -> dict[str, Any]:
    return filled(client.get(address(draft, section)).content.decode())


def saved(draft: AgreementVersion) -> Any:
    return AgreementVersion.objects.get(pk=draft.pk).document


def places_of(data: Any, at: str = "") -> Iterator[str]:
    """Yield the place of every term; a criterion, and a list of plain values, is one term."""
    is_criterion = isinstance(data, dict) and {"fact", "touches", "all", "any", "of", "score", "bant"} & set(
        data
    )
    if isinstance(data, dict) and not (is_criterion and "attribute" not in data):
        for key, value in data.items():
            yield from places_of(value, f"{at}.{key}" if at else key)
    elif isinstance(data, list) and data and isinstance(data[0], dict):
        for index, value in enumerate(data):
            yield from places_of(value, f"{at}[{index}]")
    else:
        yield at


def typed_on_pages(data: dict[str, Any]) -> set[str]:
    """Return the places that some page has a field or a tree for."""
    pages = [section for section in sections.MAIN if section.code != "commitments"]
    for kind, rows in (
        ("commitment", "commitments"),
        ("track", "tracks"),
        ("stage", "stages"),
        ("reason", "reasons"),
    ):
        pages += [sections.find(f"{kind}-{row['code']}", data) for row in data[rows]]
    pages += [sections.find(f"fit-{place}", data) for place in range(len(data["fit"]))]
    pages += [sections.find(f"matching-{n}", data) for n, row in enumerate(MATCHING) if "when" in row]
    found: set[str] = set()
    for page in pages:
        part = sections.open_part(page, data, None, {})
        forms = part.forms if hasattr(part, "forms") else [form for form in [part.form] if form]
        found |= {form.add_prefix(name) for form in forms for name in form.fields} | {page.at}
    return found


def test_every_term_of_an_agreement_has_a_field() -> None:
    data = {**document.default_agreement(), "legs": factories.two_legs()}
    data["routing"] = {**data["routing"], "matching": MATCHING, "hours": "any", "max_cycles": 4}
    data = document.dump(document.parse(data))
    typed = {bare(place) for place in typed_on_pages(data)}
    terms = {bare(place) for place in places_of(data)} - typed - NAMES
    unsaid = {term for term in terms if term.rpartition(".")[2] not in NAMES}
    assert unsaid == set()
    assert set(data) - {"format", "is_baseline"} == {key for page in sections.MAIN for key in keys_of(page)}


def bare(place: str) -> str:
    return re.sub(r"\[\d+\]", "", place)


def keys_of(page: sections.Section) -> tuple[str, ...]:
    return page.keys or (page.at.split(".")[0] or page.code,)


@pytest.mark.parametrize("kind", document.KINDS)
def test_a_missing_commitment_of_any_kind_is_added(manager: Client, at: company.Company, kind: str) -> None:
    others = [one for one in document.default_agreement()["commitments"] if one["kind"] != kind]
    draft = loaded(at, commitments=others)
    assert address(draft, f"add-{kind}") in manager.get(address(draft, "commitments")).content.decode()
    answer = manager.post(address(draft, f"add-{kind}"), opened(manager, draft, f"add-{kind}"))
    assert answer["Location"] == address(draft, "commitments")
    added = saved(draft)["commitments"][-1]
    assert (added["kind"], added["code"], added["is_on"]) == (kind, kind, True)


def test_an_added_commitment_has_the_terms_that_were_typed(manager: Client, draft: AgreementVersion) -> None:
    form = opened(manager, draft, "add-first_touch")
    row = f"commitments[{len(draft.document['commitments'])}]"
    form |= {f"{row}.allowances[0].amount": ["9"], f"{row}.allowances[0].unit": ["calendar_hours"]}
    manager.post(address(draft, "add-first_touch"), {**form, f"{row}.target": ["75"]})
    added = saved(draft)["commitments"][-1]
    assert added["code"] == "first_touch_2"
    assert (added["target"], added["side"]) == (0.75, "sales")
    assert added["allowances"] == [{"tier": None, "amount": 9, "unit": "calendar_hours"}]


def test_a_commitment_is_removed_with_one_button(manager: Client, draft: AgreementVersion) -> None:
    form = opened(manager, draft, "commitment-volume")
    assert manager.post(address(draft, "commitment-volume"), {**form, "do": "drop"}).status_code == 302
    assert "volume" not in [one["code"] for one in saved(draft)["commitments"]]


def test_the_last_commitment_of_a_side_stays(manager: Client, at: company.Company) -> None:
    both = [one for one in document.default_agreement()["commitments"] if one["code"] in ("decide", "volume")]
    draft = loaded(at, commitments=both)
    form = opened(manager, draft, "commitment-volume")
    answer = manager.post(address(draft, "commitment-volume"), {**form, "do": "drop"})
    assert answer.status_code == 422
    assert "Nothing is owed by marketing." in answer.content.decode()
    assert len(saved(draft)["commitments"]) == 2


def with_second_leg(manager: Client, draft: AgreementVersion) -> None:
    form = opened(manager, draft, "legs")
    form = filled(manager.post(address(draft, "legs"), {**form, "do": "add:legs"}).content.decode())
    assert manager.post(address(draft, "legs"), {**form, "legs[1].label": ["To closer"]}).status_code == 302


def test_a_leg_is_added_and_commitments_choose_it(manager: Client, draft: AgreementVersion) -> None:
    with_second_leg(manager, draft)
    added = saved(draft)["legs"][1]
    assert (added["leg"], added["code"], added["gate"]) == (2, "to_closer", "qualification")
    form = opened(manager, draft, "add-hand_over")
    row = f"commitments[{len(draft.document['commitments'])}]"
    manager.post(address(draft, "add-hand_over"), {**form, f"{row}.leg": ["2"]})
    assert {key: saved(draft)["commitments"][-1][key] for key in ("leg", "side")} == {
        "leg": 2,
        "side": "sales",
    }


def test_a_leg_goes_with_its_commitments(manager: Client, draft: AgreementVersion) -> None:
    with_second_leg(manager, draft)
    form = opened(manager, draft, "add-decide")
    row = f"commitments[{len(draft.document['commitments'])}]"
    manager.post(address(draft, "add-decide"), {**form, f"{row}.leg": ["2"]})
    page = manager.post(address(draft, "legs"), {**opened(manager, draft, "legs"), "do": "remove:legs:1"})
    manager.post(address(draft, "legs"), filled(page.content.decode()))
    assert saved(draft) == draft.document


def test_who_owes_follows_a_leg_that_changes_its_giver(manager: Client, draft: AgreementVersion) -> None:
    form = opened(manager, draft, "legs")
    manager.post(address(draft, "legs"), {**form, "legs[0].from_side": ["sales"]})
    sides = {one["code"]: one["side"] for one in saved(draft)["commitments"]}
    assert (sides["hand_over"], sides["decide"], sides["nurture_stale"]) == ("sales", "sales", "marketing")


def test_rules_of_matching_are_written_by_fact_and_by_condition(
    manager: Client, draft: AgreementVersion
) -> None:
    form = opened(manager, draft, "routing")
    for _row in range(2):
        page = manager.post(address(draft, "routing"), {**form, "do": "add:routing.matching"})
        form = filled(page.content.decode())
    first, second = "routing.matching[0]", "routing.matching[1]"
    form |= {
        f"{first}.label": ["Plant"], f"{first}.attribute": ["plants"],
        f"{first}.fact": ["attribute"], f"{first}.name": ["plant"],
        f"{second}.label": ["Machines"], f"{second}.attribute": ["skill"], f"{second}.value": ["machines"],
    }  # fmt: skip
    assert manager.post(address(draft, "routing"), form).status_code == 302
    assert saved(draft)["routing"]["matching"][0] == {
        "label": "Plant", "attribute": "plants", "fact": "attributes.plant",
    }  # fmt: skip
    tree = opened(manager, draft, "matching-1")
    at = "routing.matching[1].when"
    tree |= {f"{at}.what": ["fact country"], f"{at}.op": ["="], f"{at}.value": ["Austria"]}
    manager.post(address(draft, "matching-1"), tree)
    assert saved(draft)["routing"]["matching"][1]["when"] == {
        "fact": "country",
        "op": "=",
        "value": "Austria",
    }
    before = AgreementVersion.objects.get(pk=draft.pk).sha256
    manager.post(address(draft, "routing"), opened(manager, draft, "routing"))
    assert AgreementVersion.objects.get(pk=draft.pk).sha256 == before


def test_a_segment_has_a_name_beside_its_rule(manager: Client, draft: AgreementVersion) -> None:
    form = opened(manager, draft, "segment")
    manager.post(address(draft, "segment"), {**form, "segment.label": ["Alpine machines"]})
    assert saved(draft)["segment"]["label"] == "Alpine machines"
    assert manager.post(address(draft, "segment"), {**form, "segment.label": [""]}).status_code == 422


@pytest.mark.parametrize("kind", document.KINDS)
def test_commitment_is_called_the_same_in_the_signed_text_and_in_the_results(kind: str) -> None:
    for params in ({}, {"from": "offer"}):
        assert str(Sentence(commitment_name(kind, params))) == clocks.promise_label(kind, params)
