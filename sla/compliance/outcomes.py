"""What an offer came to, in the four words that the pages show week by week."""

from django.db.models import Case, CharField, Value, When

from sla.choices import Disposition, HandoffState
from sla.compliance.cohorts import COUNTS_ACCEPTED

OUTCOMES = ("accepted", "not_now", "never", "expired")
#: What became of an offer, "" while it is nothing of the four.
OUTCOME = Case(
    When(COUNTS_ACCEPTED, then=Value("accepted")),
    When(state=HandoffState.DECLINED, disposition=Disposition.DISQUALIFY, then=Value("never")),
    When(state=HandoffState.DECLINED, then=Value("not_now")),
    When(state=HandoffState.EXPIRED, then=Value("expired")),
    default=Value(""),
    output_field=CharField(),
)
