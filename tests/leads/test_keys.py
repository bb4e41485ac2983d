"""Keys: what is the same person or company, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads import keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" Zoe.VanDerBerg@Example.COM ", "zoe.vanderberg@example.com"),
        ("first.last+tag@example.org", "first.last+tag@example.org"),
        ("tomas.novak(at)example.com", ""),
        ("two@@example.com", ""),
        ("", ""),
    ],
)
def test_email_key(text: str, key: str) -> None:
    assert keys.email_key(text) == key


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("+31 20 555 0101", "", "31205550101"),
        ("0031 (0)20 555 0101", "", "31205550101"),
        ("020-555 0101", "Netherlands", "31205550101"),
        ("(312) 555-0107", "United States", "13125550107"),
        ("1 312 555 0107", "US", "13125550107"),
        ("+1 312 555 0107 ext. 12", "", "13125550107"),
        ("06 1234 5678", "Italy", "390612345678"),
        ("020 555 0101", "Atlantis", "0205550101"),
        ("12-34", "Germany", ""),
        ("", "Germany", ""),
    ],
)
def test_phone_key(text: str, country: str, key: str) -> None:
    assert keys.phone_key(text, country) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siobhán O’Neill", "siobhan  ONeill"),
        ("Bjørn Åkesson", "BJORN AKESSON"),
        ("Jürgen Großmann", "Jurgen Grossmann"),
        ("Anna-Lena Meier", "Anna Lena Meier"),
    ],
)
def test_name_key_same_person(one: str, other: str) -> None:
    assert keys.name_key(one) == keys.name_key(other)


def test_company_key_ampersand_is_a_word() -> None:
    assert keys.company_key("O’Neill & Daughters Ltd.") == keys.company_key("ONEILL and Daughters, Ltd")
    assert keys.company_key("Acme GmbH") != keys.company_key("Acme Ltd")


@pytest.mark.parametrize(
    ("short", "long"),
    [("00Q5g00000Ax00k", "00Q5g00000Ax00kEAB"), ("00Q5g00000Bx01k", "00Q5g00000Bx01kEAB")],
)
def test_external_id_key_salesforce_forms_are_one(short: str, long: str) -> None:
    assert keys.external_id_key("salesforce", short) == long
    assert keys.external_id_key("salesforce", long) == long
    # Some exports turn the long form to one case; the first 15 characters decide.
    assert keys.external_id_key("salesforce", f" {long} ") == long


def test_external_id_key_leaves_other_systems_alone() -> None:
    assert keys.external_id_key("hubspot", " 51000000001 ") == "51000000001"
    assert keys.external_id_key("pipedrive", "00Q5g00000Ax00k") == "00Q5g00000Ax00k"


def test_search_text_holds_bare_and_spelled_forms() -> None:
    text = keys.search_text("Zoë van der Berg", "Großmann GmbH", "Zoe@Example.com")
    for term in ("zoë", "zoe van", "berg großmann", "zoe@example"):
        assert all(word in text for word in keys.search_term(term).split())


WORDS = st.text(st.sampled_from("ab.@ é"), max_size=9)


@given(name=WORDS, company=WORDS, email=WORDS)
def test_search_text_holds_every_word_once(name: str, company: str, email: str) -> None:
    words = keys.search_text(name, company, email).split()
    told = f"{name} {company} {email}"
    for word in f"{told} {told.replace('é', 'e')}".split():
        assert any(word in one for one in words)
    assert all(one not in " ".join(words[:place]) for place, one in enumerate(words))
