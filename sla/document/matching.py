"""Reading the rules by which people fit leads: language, region, skill."""

from sla import readiness
from sla.document.shape import Matching
from sla.reading import Reader
from sla.wording import gettext_noop


def read(reader: Reader) -> Matching:
    """Read one rule: either the `fact` that must be among a person's values, or `when` and `value`."""
    label, attribute = reader.text("label"), reader.text("attribute")
    if "fact" in reader.data:
        if "when" in reader.data or "value" in reader.data:
            reader.complain("fact", gettext_noop("A rule has either a fact, or a condition and a value."))
            reader.seen |= {"when", "value"}
        return Matching(label, attribute, fact=_fact(reader))
    reader.raw("when")
    when = None
    if reader.data.get("when") is not None:
        when = readiness.parse_criterion(reader.data["when"], reader.at("when"), reader.problems)
    return Matching(label, attribute, when=when, value=reader.text("value"))


def _fact(reader: Reader) -> str:
    """Read the name of a fact by asking for it as a gate would."""
    fact: str = reader.text("fact")
    if fact:
        question = {"fact": fact, "op": "known"}
        readiness.parse_criterion(question, reader.path, reader.problems)
    return fact
