"""Take away one scope or predicate at a time: the table of the API must notice each of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from leads import permissions as lead_permissions
from leads.choices import ImportKind
from leads.models import Account, Deal, Lead
from leads.models.querysets import LeadQuerySet
from portal import access, imports
from portal.api import entering, moves
from portal.models import ImportJob
from sla import permissions
from sla.models import Clock, Handoff
from sla.models.querysets import HandoffQuerySet
from tests.portal import api_routes
from tests.portal.api import samples as asking
from tests.portal.api.conftest import Caller
from tests.portal.conftest import Samples

pytestmark = pytest.mark.django_db


def always(*_args: Any, **_known: Any) -> bool:
    return True


def unguarded(verb: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Take a verb's own guard away; the domain's is another mutation."""
    view = moves.VIEWS[verb]
    return lambda patch: patch.setattr(view, "verb", replace(view.verb, guard=None))


@dataclass(frozen=True)
class Mutation:
    """What is taken away, in place of what, and the cell of the table that notices."""

    owner: Any
    name: str
    instead: Any
    cell: str
    who: str
    also: Callable[[pytest.MonkeyPatch], None] | None = None

    def __str__(self) -> str:
        return f"{getattr(self.owner, '__name__', self.owner)}.{self.name}"


def fetch(model: Any) -> Callable[..., Any]:
    return lambda user, pk: model._default_manager.get(pk=pk)


MUTATIONS = (
    Mutation(LeadQuerySet, "visible_to", lambda self, user: self, "GET api-lead offered", "stranger"),
    Mutation(LeadQuerySet, "visible_to", lambda self, user: self, "POST api-touches accepted", "stranger"),
    Mutation(HandoffQuerySet, "visible_to", lambda self, user: self, "GET api-handoff offered", "stranger"),
    Mutation(
        HandoffQuerySet, "visible_to", lambda self, user: self, "POST api-handoff-accept offered", "other_rep"
    ),
    Mutation(access, "lead", fetch(Lead), "GET api-lead-touches accepted", "stranger"),
    Mutation(access, "accounts", lambda user: Account.objects.all(), "GET api-account accepted", "stranger"),
    Mutation(access, "clock", fetch(Clock), "GET api-clock offered", "stranger"),
    Mutation(access, "deal", fetch(Deal), "GET api-deal won", "stranger"),
    Mutation(access, "current", fetch(Handoff), "GET api-handoff-evidence declined", "rep"),
    Mutation(
        imports,
        "visible_to",
        lambda user: ImportJob.objects.all(),
        "GET api-import job-operations",
        "marketer",
    ),
    Mutation(imports, "kinds_for", lambda user: tuple(ImportKind), "GET api-imports -", "rep"),
    Mutation(access, "require", lambda is_allowed: None, "GET api-people -", "rep"),
    Mutation(permissions, "may", always, "POST api-handoff-decline offered", "marketer"),
    Mutation(permissions, "can_offer", always, "POST api-handoffs ready", "leader"),
    Mutation(permissions, "can_reopen", always, "POST api-lead-reopen never", "leader"),
    Mutation(
        permissions, "can_rate", always, "POST api-handoff-rate accepted", "marketer", unguarded("rate")
    ),
    Mutation(
        permissions, "can_nudge", always, "POST api-handoff-nudge accepted", "leader", unguarded("nudge")
    ),
    Mutation(permissions, "can_undo", always, "POST api-handoff-undo undoable", "marketer"),
    Mutation(permissions, "can_draft", always, "PUT api-draft draft", "rep"),
    Mutation(permissions, "can_draft", always, "POST api-version-propose draft", "marketer"),
    Mutation(permissions, "can_order", always, "POST api-agreement-earlier -", "marketing_manager"),
    Mutation(permissions, "can_sign", always, "POST api-version-sign draft", "rep"),
    Mutation(permissions, "can_see_alignment", always, "GET api-alignment -", "rep"),
    Mutation(permissions, "can_see_lab", always, "GET api-lab -", "rep"),
    Mutation(lead_permissions, "can_edit_facts", always, "PATCH api-lead accepted", "leader"),
    Mutation(lead_permissions, "can_bring_touches", always, "POST api-lead-touches accepted", "leader"),
    Mutation(lead_permissions, "can_bring", always, "POST api-touches accepted", "leader"),
    Mutation(lead_permissions, "can_create", always, "POST api-accounts -", "rep"),
    Mutation(lead_permissions, "can_edit_account", always, "PATCH api-account accepted", "rep"),
)


def answer(samples: Samples, mutation: Mutation) -> str:
    method, name, subject = mutation.cell.split()
    said, written = asking.ask(samples, mutation.who, method, name, subject)
    silent = method != "GET" and said.status_code < 300 and not written
    return f"{said.status_code}{'=' if silent else ''}"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_table_notices_what_is_taken_away(
    samples: Samples, mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = {f"{row.method} {row.name} {row.subject}": row.answers for row in api_routes.rows()}
    wanted = cells[mutation.cell][mutation.who]
    assert answer(samples, mutation) == wanted
    monkeypatch.setattr(mutation.owner, mutation.name, mutation.instead)
    if mutation.also:
        mutation.also(monkeypatch)
    assert answer(samples, mutation) != wanted


def test_keys_notice_when_scopes_count_for_nothing(samples: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    call = Caller(samples.company.cast.rep, [])
    assert call("GET", "/leads/").status_code == 403
    monkeypatch.setattr(entering.WithinScope, "has_permission", always)
    assert call("GET", "/leads/").status_code == 200
