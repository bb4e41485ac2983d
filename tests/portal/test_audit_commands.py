"""The two commands that look for what must not be: they say so, and end with 1 when they find it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from leads.models import AuditEntry, OutboxMessage
from sla.models import Handoff
from tests import factories
from tests.conftest import guards_lifted
from tests.sla.scene import accepted, scene

pytestmark = pytest.mark.django_db


def said(command, *names):
    out, err = StringIO(), StringIO()
    try:
        call_command(command, *names, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue() + err.getvalue()
    return 0, out.getvalue()


def test_sound_database_passes():
    accepted(scene(), now=timezone.now())
    OutboxMessage.objects.update(fanned_out_at=factories.NOW)
    assert said("verify_audit") == (0, "The chain of the audit holds.\n")
    code, text = said("audit_invariants", "worked-by-somebody", "clock-told", "chain")
    assert (code, text.splitlines()[-1]) == (0, "Everything holds.")


def test_broken_invariant_is_named_with_its_case():
    handoff = accepted(scene())
    Handoff.objects.update(rep=None)
    code, text = said("audit_invariants", "worked-by-somebody")
    assert (code, f"handoff {handoff.pk}" in text, "1 invariants do not hold" in text) == (1, True, True)


def test_altered_entry_is_named():
    handoff = accepted(scene())
    with guards_lifted():
        AuditEntry.objects.filter(stream=f"lead:{handoff.lead_id}", seq=1).update(verb="nothing")
    code, text = said("verify_audit")
    assert (code, f"lead:{handoff.lead_id} 1: nothing" in text) == (1, True)
