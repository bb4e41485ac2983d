"""Every sentence has its German, no page mixes languages, and nothing on a page is left unmarked."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.utils.translation import trans_real

from leads.models import User
from portal.templatetags.concord import drawn_grade
from tests.portal import routes
from tests.portal.conftest import Samples
from tests.portal.routes import Row

LOCALES = Path(__file__).parents[2] / "portal" / "locale"
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w*\}|</?\w+[^>]*>")
#: Text of these elements is data or not shown.
SILENT = {"script", "style", "title", "code", "pre", "option", "textarea", "svg"}
SAID_BY_ATTRIBUTES = {"aria-label", "title", "placeholder", "alt", "data-label"}
VOID = {"input", "br", "img", "meta", "link", "hr", "use", "path", "col", "wbr", "rect", "circle", "line"}


@cache
def catalog() -> polib.POFile:
    return polib.pofile(str(LOCALES / "de" / "LC_MESSAGES" / "django.po"))


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_sentence_has_its_german() -> None:
    german = catalog()
    assert len(german) > 2000
    assert [entry.msgid for entry in german if not entry.translated() or entry.fuzzy] == []


def test_places_of_values_are_kept() -> None:
    def places(text: str) -> list[str]:
        return sorted(PLACES.findall(text))

    broken = [
        entry.msgid
        for entry in catalog()
        if places(said(entry)[-1]) != places(entry.msgid_plural or entry.msgid)
        or any(text.startswith(" ") != entry.msgid.startswith(" ") for text in said(entry))
    ]
    assert broken == []


def test_compiled_catalog_says_the_same() -> None:
    compiled = polib.mofile(str(LOCALES / "de" / "LC_MESSAGES" / "django.mo"))
    assert {(e.msgctxt, e.msgid, *said(e)) for e in compiled} == {
        (e.msgctxt, e.msgid, *said(e)) for e in catalog()
    }


class Brackets:
    """English with every sentence in brackets that has its German, ours or of Django."""

    def __init__(self) -> None:
        self.german = trans_real.translation("de")
        self.known = {entry.msgid for entry in catalog()} | {entry.msgid_plural for entry in catalog()}

    def gettext(self, message: str) -> str:
        text = message.rpartition(chr(4))[2]
        is_known = text in self.known or self.german.gettext(message) != message
        return f"⟦{text}⟧" if is_known else text

    def ngettext(self, one: str, many: str, count: int) -> str:
        is_known = many in self.known or self.german.ngettext(one, many, 2) != many
        said = one if count == 1 else many
        return f"⟦{said}⟧" if is_known else said

    def language(self) -> str:
        return "de"

    def to_language(self) -> str:
        return "de"


class Unmarked(HTMLParser):
    """Collect the texts of a page that stand outside of brackets."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.depth, self.inside, self.found = 0, [""], list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in SAID_BY_ATTRIBUTES and value:
                self.found.append(outside(value)[0])
        if tag not in VOID:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        text, self.depth = outside(data, self.depth)
        if not SILENT & set(self.inside):
            self.found.append(text)


def outside(text: str, depth: int = 0) -> tuple[str, int]:
    """Return what stands outside of brackets, and how deep in brackets the text ends."""
    kept = []
    for sign in text:
        depth += (sign == "⟦") - (sign == "⟧")
        kept.append(sign if depth == 0 and sign != "⟧" else "\n" if depth == 0 else "")
    return "".join(kept), depth


def data_of_everybody() -> str:
    """Return every text in the database, one value a line, and people's first names."""
    found = set()
    for model in apps.get_models():
        names = [
            f.name
            for f in model._meta.concrete_fields
            if isinstance(f, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._default_manager.values_list(*names) if names else ():
            for value in row:
                found.update(texts(value))
    found.update(name.split()[0] for name in User.objects.values_list("name", flat=True))
    return "\n".join(["", *sorted(found), ""])


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str) and value:
        yield value


def shown_to(samples: Samples, row: Row, language: str) -> str:
    """Return the page of a row as whoever may see it gets it in a language."""
    who = next(who for who, answer in row.answers.items() if answer == "200")

    def look(client: Client) -> HttpResponse:
        User.objects.update(language=language)
        address = samples.address(row.name, row.subject)
        return client.get(address, headers={"accept-language": language})

    answer, _written = samples.watch(who, look)
    is_page = answer.headers["Content-Type"].startswith("text/html")
    return answer.content.decode() if is_page else ""


#: One look at every page: as the first of the table who may see it.
PAGES = [row for row in routes.rows() if row.method == "GET" and "200" in row.answers.values()]
#: Figures and words of these pages are made up, or their differences cut sentences into words.
CUT = {"styleguide", "agreement-sign", "agreement-compare", "agreement-draft"}
#: What is called the same in every language: names, keys, codes of events, addresses.
NAMES = re.compile(
    r"(?i)\S*@\S+|https?:\S*|\b(?:concord|deutsch|english|json|yaml|pdf|csv|esc|enter|shift|api|[a-z_]+\.[a-z_]+|[a-z]+/[a-z]+)\b"
)
#: What the file of the sample import holds, and what a mail server said.
OF_FILES = {"Ada Park", "Agreement of the tests v", "SMTPDataError"}


@pytest.fixture
def is_bracketed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let German be English in brackets for one test."""
    monkeypatch.setitem(trans_real._translations, "de", Brackets())
    drawn_grade.cache_clear()
    yield
    drawn_grade.cache_clear()


def unmarked(page: str, data: str) -> list[str]:
    """Return what a page says outside of brackets and nobody entered."""
    pieces = (
        piece.strip(" .–-−%+×→←↵?!&\u00a0\u202f")
        for text in Unmarked(page).found
        for piece in re.split(r"[\n·,:;()“”…/|]+|\d+", NAMES.sub("\n", text))
    )
    return [
        piece
        for piece in pieces
        if re.search(r"[A-Za-z]{3,}", piece)
        and piece not in OF_FILES
        and not is_entered(piece.casefold(), data)
    ]


def is_entered(piece: str, data: str) -> bool:
    """Tell whether somebody entered this: one word alone, several also within a text."""
    return bool(re.search(rf"\b{re.escape(piece)}\b" if " " in piece else rf"\n{re.escape(piece)}\n", data))


@pytest.mark.django_db
def test_every_page_speaks_german(samples: Samples) -> None:
    mixed = {}
    for row in PAGES:
        page = shown_to(samples, row, "de")
        wrong = [*re.findall(r'<html lang="(?!de")', page)]
        wrong += re.findall(r'\s(?:x|y|x1|y1|width|height|cx|cy|r|value|max)="\d+,\d+"', page)
        if wrong:
            mixed[row.name] = wrong
    assert mixed == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("is_bracketed")
def test_nothing_on_a_page_is_left_unmarked(samples: Samples) -> None:
    data = data_of_everybody().casefold()
    found = {
        row.name: words
        for row in PAGES
        if row.name not in CUT and (words := unmarked(shown_to(samples, row, "de"), data))
    }
    assert found == {}


def test_a_sentence_left_unmarked_is_found() -> None:
    page = "<p>⟦Judged by ⟦agreement v⟧3⟧</p><p>Nobody <b>marked</b> this</p><i title='nor that one'>Pat</i>"
    assert unmarked(page, "\npat\n") == ["Nobody", "marked", "this", "nor that one"]
