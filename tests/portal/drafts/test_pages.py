"""A draft on its pages: saved without loss, faults at their fields, two writers at once, signatures."""

import socket
from ctypes.util import find_library
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal import printing
from portal.forms.drafts import sections
from portal.forms.drafts.lists import MARK
from sla import agreements, document
from sla.models import AgreementVersion, Comment, Signature
from tests import company, machine
from tests.factories import PASSWORD
from tests.portal.drafts.filled import filled

pytestmark = pytest.mark.django_db
SINGLE = (
    "commitment-decide", "commitment-volume", "commitment-close_rate", "commitment-definition_review",
    "commitment-upkeep", "commitment-persistence", "track-stay_in_touch", "stage-mql",
    "reason-no_budget", "fit-0",
)  # fmt: skip
#: An optional part of Concord: see `tests.machine`.
prints = pytest.mark.skipif(
    any(find_library(name) is None for name in machine.PRINTING.values()),
    reason="Pango is missing: install the packages libpango-1.0-0 and libpangoft2-1.0-0",
)
PAGES = [section.code for section in sections.MAIN if section.code != "commitments"] + list(SINGLE)


@pytest.fixture
def draft(at: company.Company) -> AgreementVersion:
    text = document.starting(document.default_agreement(), date(2027, 1, 1))
    return agreements.load(key="default", data=text, now=at.now, actor=at.cast.marketing_manager)


def address(draft: AgreementVersion, section: str) -> str:
    return reverse("agreement-edit", args=[draft.pk, section])


def open_form(client: Client, draft: AgreementVersion, section: str) -> dict[str, Any]:
    return filled(client.get(address(draft, section)).content.decode())


@pytest.mark.parametrize("section", PAGES)
def test_saving_a_page_as_it_stands_changes_nothing(
    manager: Client, draft: AgreementVersion, section: str
) -> None:
    answer = manager.post(address(draft, section), open_form(manager, draft, section))
    assert answer.status_code == 302
    assert AgreementVersion.objects.get(pk=draft.pk).sha256 == draft.sha256


def test_changed_term_is_saved_and_shown_as_a_difference(manager: Client, draft: AgreementVersion) -> None:
    form = open_form(manager, draft, "commitment-decide")
    form["commitments[0].allowances[2].amount"] = ["6"]
    page = manager.post(address(draft, "commitment-decide"), form, follow=True).content.decode()
    assert "Saved." in page
    shown = manager.get(reverse("agreement-draft", args=[draft.pk])).content.decode()
    assert "6 business hours (others)" in shown


def test_saving_what_was_not_changed_leaves_signatures_alone_and_says_so(
    manager: Client, at: company.Company, draft: AgreementVersion
) -> None:
    manager.post(reverse("agreement-sign", args=[draft.pk]), sign_form(draft, at.cast.marketing_manager.name))
    form = open_form(manager, draft, "commitment-decide")
    page = manager.post(address(draft, "commitment-decide"), form, follow=True).content.decode()
    assert "Nothing was changed, so signatures still count." in page
    assert "1 of 2 signed" in manager.get(reverse("agreement-draft", args=[draft.pk])).content.decode()


def test_rows_are_added_moved_and_removed_without_a_script(manager: Client, draft: AgreementVersion) -> None:
    form = open_form(manager, draft, "reasons")
    first, second = draft.document["reasons"][0]["code"], draft.document["reasons"][1]["code"]
    page = manager.post(address(draft, "reasons"), {**form, "do": "down:reasons:0"}).content.decode()
    page = manager.post(address(draft, "reasons"), {**filled(page), "do": "add:reasons"}).content.decode()
    form = filled(page)
    new = f"reasons[{len(draft.document['reasons'])}]"
    form |= {
        f"{new}.label": ["Budget frozen"], f"{new}.group": ["Not ready yet"],
        f"{new}.disposition": ["recycle"], f"{new}.side_to_act": ["nobody"],
        f"{new}.recycle_days": ["180"],
    }  # fmt: skip
    assert AgreementVersion.objects.get(pk=draft.pk).sha256 == draft.sha256
    manager.post(address(draft, "reasons"), form)
    saved = [reason["code"] for reason in AgreementVersion.objects.get(pk=draft.pk).document["reasons"]]
    assert [*saved[:2], saved[-1]] == [second, first, "budget_frozen"]


@pytest.mark.parametrize("word", ["²", "9" * 5_000, "-1", ""])
def test_what_is_no_number_of_a_row_changes_nothing(
    manager: Client, draft: AgreementVersion, word: str
) -> None:
    form = open_form(manager, draft, "reasons")
    answer = manager.post(address(draft, "reasons"), {**form, "do": f"remove:reasons:{word}"})
    shown = filled(answer.content.decode())
    assert (answer.status_code, shown["reasons[0].label"]) == (200, form["reasons[0].label"])
    marked = {**form, f"reasons[0].{MARK}": [word], "do": "add:reasons"}
    assert manager.post(address(draft, "reasons"), marked).status_code == 200


@pytest.mark.parametrize("word", ["²", "9" * 5_000, "some"])
def test_what_is_no_count_of_criteria_is_a_fault_at_its_field(
    manager: Client, draft: AgreementVersion, word: str
) -> None:
    form = open_form(manager, draft, "readiness")
    name = next(name for name in form if name.endswith(".needed"))
    assert manager.post(address(draft, "readiness"), {**form, name: [word]}).status_code == 422


def test_fault_stands_at_its_field_and_nothing_typed_is_lost(
    manager: Client, draft: AgreementVersion
) -> None:
    form = open_form(manager, draft, "basics")
    form |= {"review_due_on": ["2027-12-01"], "preamble": ["Typed with care."]}
    answer = manager.post(address(draft, "basics"), form)
    assert answer.status_code == 422
    part = answer.context["part"]
    assert "six months after the start" in str(part.form.errors["review_due_on"])
    assert "Typed with care." in answer.content.decode()


def test_fault_of_a_row_stands_at_its_row(manager: Client, draft: AgreementVersion) -> None:
    form = open_form(manager, draft, "reasons")
    form["reasons[0].recycle_days"] = [""]
    form["reasons[0].disposition"] = ["recycle"]
    form["reasons[0].asks"] = []
    answer = manager.post(address(draft, "reasons"), form)
    assert answer.status_code == 422
    assert "recycle_days" in answer.context["part"].lists[0].rows[0].form.errors


def test_fault_elsewhere_says_where(manager: Client, draft: AgreementVersion) -> None:
    form = open_form(manager, draft, "scores")
    page = manager.post(address(draft, "scores"), {**form, "do": "remove:tiers:0"}).content.decode()
    answer = manager.post(address(draft, "scores"), filled(page))
    assert answer.status_code == 422
    assert any("allowances" in place for place, _ in answer.context["elsewhere"])


def test_other_persons_change_of_another_part_is_kept(
    at: company.Company, manager: Client, draft: AgreementVersion
) -> None:
    form = open_form(manager, draft, "basics")
    seen = agreements.fingerprint(draft.document, ["maturity_days"])
    agreements.revise(
        version=draft, part={"maturity_days": 99}, seen=seen, now=at.now, actor=at.cast.sales_manager
    )
    manager.post(address(draft, "basics"), {**form, "title": "Ours"})
    saved = AgreementVersion.objects.get(pk=draft.pk).document
    assert (saved["title"], saved["maturity_days"]) == ("Ours", 99)


def test_other_persons_change_of_the_same_part_is_shown_first(
    at: company.Company, manager: Client, draft: AgreementVersion
) -> None:
    form = open_form(manager, draft, "basics")
    seen = agreements.fingerprint(draft.document, ["title"])
    agreements.revise(
        version=draft, part={"title": "Theirs"}, seen=seen, now=at.now, actor=at.cast.sales_manager
    )
    answer = manager.post(address(draft, "basics"), {**form, "title": "Ours"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<del>Theirs</del> <ins>Ours</ins>" in page
    assert AgreementVersion.objects.get(pk=draft.pk).document["title"] == "Theirs"
    assert manager.post(address(draft, "basics"), filled(page)).status_code == 302
    assert AgreementVersion.objects.get(pk=draft.pk).document["title"] == "Ours"


def test_criteria_are_built_with_buttons_and_said_at_once(manager: Client, draft: AgreementVersion) -> None:
    at = address(draft, "segment")
    page = manager.post(at, {**open_form(manager, draft, "segment"), "do": "start:segment.rule"})
    form = filled(page.content.decode())
    form["segment.rule.parts[0].what"] = ["fact country"]
    form = filled(manager.post(at, {**form, "do": "refresh"}).content.decode())
    form |= {"segment.rule.parts[0].op": ["="], "segment.rule.parts[0].value": ["Austria"]}
    page = manager.post(at, {**form, "do": "refresh"}, headers={"HX-Request": "true"}).content.decode()
    assert "Country: Austria" in page
    assert "<html" not in page
    manager.post(at, filled(page))
    rule = AgreementVersion.objects.get(pk=draft.pk).document["segment"]["rule"]
    assert rule == {"all": [{"fact": "country", "op": "=", "value": "Austria"}]}


def test_faulty_criterion_is_marked(manager: Client, draft: AgreementVersion) -> None:
    form = open_form(manager, draft, "readiness")
    name = next(name for name, value in form.items() if value == ["50"] and name.endswith(".value"))
    answer = manager.post(address(draft, "readiness"), {**form, name: "many"})
    assert answer.status_code == 422
    assert "This value does not fit the fact and its operator." in answer.content.decode()


def test_version_in_force_has_no_edit_page(manager: Client, at: company.Company) -> None:
    assert manager.get(address(at.version, "basics")).status_code == 404


def test_referee_of_a_side_is_refused(at: company.Company, draft: AgreementVersion) -> None:
    seen = agreements.fingerprint(draft.document, ["referee"])
    for email, words in (
        (at.cast.marketer.email, "stands outside both"),
        ("nobody@example.org", "Nobody here"),
    ):
        with pytest.raises(document.InvalidDocument, match=words):
            agreements.revise(
                version=draft,
                part={"referee": {"email": email}},
                seen=seen,
                now=at.now,
                actor=at.cast.leader,
            )


def test_template_becomes_a_draft_of_a_new_agreement(manager: Client, at: company.Company) -> None:
    form = {"source": "software", "starts_on": "2027-02-01", "agreement": "new", "name": "Software DACH"}
    assert manager.post(reverse("agreement-new"), form).status_code == 302
    made = AgreementVersion.objects.get(agreement__key="software-dach")
    assert (made.starts_on, made.review_due_on) == (date(2027, 2, 1), date(2027, 8, 1))


def upload(client: Client, text: str) -> Any:
    file = SimpleUploadedFile("draft.yaml", text.encode())
    return client.post(reverse("agreement-upload"), {"file": file, "agreement": "default", "name": ""})


def test_exported_file_loads_as_the_same_version(manager: Client, draft: AgreementVersion) -> None:
    for form in ("json", "yaml"):
        content = manager.get(reverse("agreement-file", args=[draft.pk, form])).content.decode()
        answer = upload(manager, content)
        assert answer["Location"] == reverse("agreement-draft", args=[draft.pk])
    assert AgreementVersion.objects.get(pk=draft.pk).sha256 == draft.sha256


def test_faulty_file_lists_every_fault_with_its_place(manager: Client, draft: AgreementVersion) -> None:
    answer = upload(manager, "title: ''\nformat: concord/agreement/1\n")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<code>title</code> This must not be blank." in page
    assert "<code>starts_on</code> This is missing." in page
    assert upload(manager, "a: [").status_code == 422


def sign_form(draft: AgreementVersion, written: str, **more: str) -> dict[str, str]:
    return {
        "side": "marketing", "confirm": "on", "name": written, "password": PASSWORD,
        "sha256": AgreementVersion.objects.get(pk=draft.pk).sha256, **more,
    }  # fmt: skip


def test_signature_keeps_what_was_signed_by_whom_and_from_where(
    manager: Client, at: company.Company, draft: AgreementVersion
) -> None:
    person = at.cast.marketing_manager
    answer = manager.post(reverse("agreement-sign", args=[draft.pk]), sign_form(draft, person.name))
    assert answer.status_code == 302
    kept = Signature.objects.get(version=draft)
    assert (kept.sha256, kept.user, kept.role) == (draft.sha256, person, person.role)
    assert kept.address == "127.0.0.1"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Somebody Else"}, "Write your name as"),
        ({"password": "wrong"}, "This is not your password."),
        ({"confirm": ""}, "Confirm that you have read it."),
        ({"sha256": "0" * 64}, "The text was changed since you opened it."),
        ({"side": "sales"}, "Select a valid choice"),
    ],
)
def test_signature_is_refused_with_a_sentence(
    manager: Client, at: company.Company, draft: AgreementVersion, change: dict[str, str], words: str
) -> None:
    form = sign_form(draft, at.cast.marketing_manager.name, **change)
    answer = manager.post(reverse("agreement-sign", args=[draft.pk]), form)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Signature.objects.filter(version=draft).exists()


def test_guessing_the_password_at_signing_is_throttled(
    manager: Client, at: company.Company, draft: AgreementVersion
) -> None:
    form = sign_form(draft, at.cast.marketing_manager.name, password="guess")
    codes = [manager.post(reverse("agreement-sign", args=[draft.pk]), form).status_code for _ in range(6)]
    assert codes[-1] == 429
    right = sign_form(draft, at.cast.marketing_manager.name)
    assert manager.post(reverse("agreement-sign", args=[draft.pk]), right).status_code == 429


def test_edit_takes_the_meaning_from_a_signature_and_says_so(
    manager: Client, at: company.Company, draft: AgreementVersion
) -> None:
    manager.post(reverse("agreement-sign", args=[draft.pk]), sign_form(draft, at.cast.marketing_manager.name))
    manager.post(address(draft, "basics"), {**open_form(manager, draft, "basics"), "title": "Other"})
    page = manager.get(reverse("agreement-draft", args=[draft.pk])).content.decode()
    assert "0 of 2 signed" in page
    assert "the text was changed since, so it no longer counts" in page


def test_comment_is_said_to_a_clause_and_settled(
    manager: Client, at: company.Company, draft: AgreementVersion
) -> None:
    form = {"clause": "commitments.decide", "text": "Three hours on Mondays?"}
    manager.post(reverse("agreement-comment", args=[draft.pk]), form)
    said = Comment.objects.get()
    assert (
        "Three hours on Mondays?" in manager.get(reverse("agreement-draft", args=[draft.pk])).content.decode()
    )
    manager.post(reverse("agreement-settle", args=[said.pk]))
    said.refresh_from_db()
    assert said.settled_by == at.cast.marketing_manager
    blank = manager.post(reverse("agreement-comment", args=[draft.pk]), {"clause": "", "text": " "})
    assert blank.status_code == 422


@prints
def test_pdf_holds_text_and_hash_or_says_what_is_missing(
    manager: Client, draft: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = reverse("agreement-file", args=[draft.pk, "pdf"])
    assert manager.get(at).content.startswith(b"%PDF-")

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(printing, "import_module", missing)
    answer = manager.get(at)
    assert answer.status_code == 501
    assert "requirements-pdf.txt" in answer.content.decode()


@prints
def test_pdf_fetches_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        page = f'<img src="http://127.0.0.1:{port}/x.png"><img src="{Path(__file__).as_uri()}">ok'
        assert printing.pdf(page).startswith(b"%PDF-")
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_reminders_come_once_each() -> None:
    at = company.company()
    due = at.version.review_on
    assert due is not None
    noon = datetime.combine(due, time(12), UTC)
    left = [agreements.remind(now=noon - timedelta(days=days)) for days in (31, 30, 29, 14, 13, 7, 1, 0)]
    assert left == [0, 1, 0, 1, 0, 1, 0, 0]
