"""What a browser would post of a form as it stands on the page."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.found, self.is_inside = form_id, {}, False
        self.select, self.text = "", ""

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        about = dict(pairs)
        name, value = about.get("name") or "", about.get("value")
        if tag == "form":
            self.is_inside = about.get("id") == self.form_id
        elif self.is_inside and tag == "input":
            is_box = about.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in about:
                self.found.setdefault(name, []).append(value or ("on" if is_box and value is None else ""))
        elif self.is_inside and tag == "textarea":
            self.text, self.found[name] = name, [""]
        elif self.is_inside and tag == "select":
            self.select = name
        elif self.is_inside and tag == "option" and ("selected" in about or self.select not in self.found):
            self.found[self.select] = [value or ""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        if tag == "textarea":
            # A browser drops the first line end.
            self.found[self.text] = [self.found[self.text][0].removeprefix("\n")]
            self.text = ""

    def handle_data(self, data: str) -> None:
        if self.text:
            self.found[self.text][0] += data


def filled(page: str, form_id: str = "section") -> dict[str, list[str]]:
    """Return names and values of a form."""
    form = _Form(form_id)
    form.feed(page)
    return form.found
