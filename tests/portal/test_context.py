"""The frame says what is in force, and asks the database only when a page looks."""

from datetime import date

import pytest
from django.test import RequestFactory

from portal import context
from sla.models import AgreementVersion

TODAY = date(2026, 11, 18)


def version(number: int, review_due_on: date | None) -> AgreementVersion:
    return AgreementVersion(number=number, starts_on=date(2026, 10, 2), review_due_on=review_due_on)


@pytest.mark.parametrize(
    ("review_due_on", "line", "tone"),
    [
        (date(2027, 4, 2), "Review in 135 days, 2 Apr", ""),
        (date(2026, 12, 18), "Review in 30 days, 18 Dec", "soon"),
        (date(2026, 11, 19), "Review in 1 day, 19 Nov", "soon"),
        (date(2026, 11, 17), "Review overdue since 17 Nov", "late"),
    ],
)
def test_rail_warns_of_the_review(review_due_on: date, line: str, tone: str) -> None:
    assert context.in_force_line([version(3, review_due_on)], TODAY) == context.InForce(
        label="Agreement v3 in force",
        judge="agreement v3",
        signed_line="Signed by both, since 2 Oct 2026",
        review_line=line,
        tone=tone,
    )


def test_rail_names_the_next_review_of_several_agreements() -> None:
    said = context.in_force_line([version(3, date(2027, 4, 2)), version(1, date(2026, 12, 1))], TODAY)
    assert said is not None
    assert (said.label, said.review_line) == ("2 agreements in force", "Review in 13 days, 1 Dec")


def test_rail_is_silent_before_the_first_agreement() -> None:
    assert context.in_force_line([], TODAY) is None


def test_frame_costs_nothing_until_used(rf: RequestFactory) -> None:
    # No database mark on this test: a query would fail it.
    frame = context.frame(rf.get("/"))["frame"]
    assert (frame.theme, frame.dialog_base) == ("system", "components/dialog_page.html")


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("<script>", "system")])
def test_theme_comes_from_the_cookie_only_when_known(rf: RequestFactory, cookie: str, theme: str) -> None:
    rf.cookies["theme"] = cookie
    assert context.Frame(rf.get("/")).theme == theme
