"""Normal forms by which leads and accounts are recognized again; a blank key identifies nothing."""

import re
import unicodedata

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

#: Short addresses of plain letters, valid without asking: imports meet millions of them.
_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*\.)+([a-z]{2,18})"
)
_SALESFORCE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_SALESFORCE_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = re.compile(r"\d+")
_TYPED_PHONE = re.compile(r"\+?[\d\s()/.-]+")
_PHONE_EXTENSION = re.compile(r"(?:ext|extension|x|durchwahl|poste)\.?\s*\d+\s*$", re.IGNORECASE)


class _Marks(dict[int, int | None]):
    """Takes marks off for `str.translate`: learns of each letter once whether it is one."""

    def __missing__(self, letter: int) -> int | None:
        self[letter] = None if unicodedata.combining(chr(letter)) else letter
        return self[letter]


_NO_MARKS = _Marks()
#: Letters that Unicode does not take apart into a base letter and a mark.
_WHOLE_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
#: Prefix of a country by its name or ISO code, and whether a leading 0 is only a trunk digit there.
_CALLING_CODES: dict[str, tuple[str, bool]] = {
    name: (code, has_trunk_zero)
    for names, code, has_trunk_zero in (
        ("us usa unitedstates canada ca", "1", False),
        ("de germany deutschland", "49", True),
        ("at austria österreich", "43", True),
        ("ch switzerland schweiz", "41", True),
        ("gb uk unitedkingdom england scotland", "44", True),
        ("ie ireland", "353", True),
        ("fr france", "33", True),
        ("nl netherlands", "31", True),
        ("be belgium", "32", True),
        ("es spain españa", "34", False),
        ("pt portugal", "351", False),
        ("it italy italia", "39", False),
        ("dk denmark danmark", "45", False),
        ("no norway norge", "47", False),
        ("se sweden sverige", "46", True),
        ("fi finland", "358", True),
        ("pl poland polska", "48", False),
        ("cz czechia czechrepublic", "420", False),
        ("in india", "91", True),
        ("au australia", "61", True),
        ("nz newzealand", "64", True),
        ("jp japan", "81", True),
        ("mx mexico méxico", "52", False),
        ("br brazil brasil", "55", True),
    )
    for name in names.split()
}


def email_key(text: str) -> str:
    """Return the address in lower case, blank when it is not a valid one; nothing is looked up."""
    text = text.strip()
    plain = _PLAIN_ADDRESS.fullmatch(text.lower())
    if plain and len(text) <= 64 and plain[1] not in SPECIAL_USE_DOMAIN_NAMES:
        return plain[0]
    try:
        checked = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return checked.normalized.lower()


def phone_key(text: str, country: str = "") -> str:
    """Return the digits with the country's prefix where the number or `country` tells it.

    Without either the digits stay as they are; fewer than six of them identify nobody.
    """
    spoken = text.strip()
    if spoken.lower() != spoken.upper():  # it has letters
        spoken = _PHONE_EXTENSION.sub("", spoken)
    digits = _digits(spoken)
    is_long_enough = len(digits) >= 6
    if spoken.startswith("00") and not spoken.startswith("000"):
        digits = digits[2:]
    elif not spoken.startswith(("+", "(+")):
        digits = _with_prefix(digits, country)
    return digits[:40] if is_long_enough else ""


def phone_end(text: str) -> str:
    """Return the digits with which `phone_key` ends where a number or its last digits were typed, else "".

    A zero in front, dialed only inside a country, is no part of the key; three digits would find too many.
    """
    if not _TYPED_PHONE.fullmatch(text):
        return ""
    digits = _digits(text).lstrip("0")
    return digits if len(digits) >= 4 else ""


def _digits(text: str) -> str:
    """Return the digits of a number without the zero that is dialed only inside a country."""
    return "".join(_DIGITS.findall(text.replace("(0)", "")))


def _with_prefix(digits: str, country: str) -> str:
    code, has_trunk_zero = _CALLING_CODES.get(re.sub(r"[\W_]", "", country.casefold()), ("", False))
    if not code or (code == "1" and len(digits) == 11 and digits.startswith("1")):
        return digits
    return code + (digits[1:] if has_trunk_zero and digits.startswith("0") else digits)


def name_key(text: str) -> str:
    """Return a person's name without case, marks, punctuation and the order of blanks."""
    return _plain(text)[:200]


def company_key(text: str) -> str:
    """Return a company's name without case, marks, punctuation and blanks around signs."""
    return _plain(text.replace("&", " and "))[:200]


def external_id_key(system: str, value: str) -> str:
    """Return the one form of an id; Salesforce's 15 case-sensitive characters become its 18."""
    value = value.strip()
    if system == "salesforce" and _SALESFORCE.fullmatch(value):
        return value[:15] + _salesforce_suffix(value[:15])
    return value[:120]


def _salesforce_suffix(value: str) -> str:
    """Return the three characters that hold, for each five, which of them are capitals."""
    chunks = (value[start : start + 5] for start in (0, 5, 10))
    return "".join(
        _SALESFORCE_DIGITS[sum(1 << place for place, letter in enumerate(chunk) if letter.isupper())]
        for chunk in chunks
    )


def search_text(name: str, company: str, email: str) -> str:
    """Return the words a search looks through: lower case, with their marks and without.

    A word that stands in another is not said again: most addresses hold the name, many the company.
    """
    words = f"{email} {name} {company}".lower().split()
    marked = [word for word in words if not word.isascii()]
    text = ""
    for word in [*words, *_bare(" ".join(marked)).split()]:
        if word not in text:
            text = f"{text} {word}" if text else word
    return text[:600]


def search_term(text: str) -> str:
    """Return a typed term in the form in which `search_text` holds it."""
    return " ".join(text.lower().replace("\0", " ").split())


def _bare(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_WHOLE_LETTERS))
    return apart.translate(_NO_MARKS)


def _plain(text: str) -> str:
    bare = _bare(text.casefold())
    words = bare.split()
    if "".join(words).isalnum():
        return " ".join(words)
    # Apostrophes vanish, so that O'Neill and ONeill are one; all other signs part words.
    return " ".join(re.sub(r"[^\w\s]|_", " ", re.sub(r"['’‘`´]", "", bare)).split())
