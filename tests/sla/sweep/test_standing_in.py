"""While somebody is away their open leads go to others by ordinary moves; the lead's clocks run on."""

from datetime import timedelta

import pytest

from leads.models import Absence
from sla import intake, sweep
from sla.models import ActionRow, Clock, Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import accepted, committed, offered, scene

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
DAY = timedelta(days=1)


def away(play, first_on=TODAY, last_on=TODAY + DAY, now=NOW):
    return intake.add_absence(user=play.rep, first_on=first_on, last_on=last_on, now=now, actor=play.rep)


def test_what_is_open_goes_to_others_and_the_leads_clock_runs_on():
    play = scene()
    worked, waiting = accepted(play), offered(play)
    due = {clock.pk: clock.due_at for clock in Clock.objects.filter(handoff=waiting, scope="lead")}
    away(play)
    assert sweep.run(NOW).actions == 2
    worked.refresh_from_db()
    hop = Handoff.objects.open().get(lead=waiting.lead)
    assert play.rep not in (worked.rep, hop.rep)
    assert {clock.pk: clock.due_at for clock in Clock.objects.filter(handoff=hop, scope="lead")} == due
    assert sweep.run(NOW).actions == 0


def test_absence_to_come_waits_for_its_day():
    play = scene()
    offered(play)
    away(play, TODAY + 3 * DAY, TODAY + 4 * DAY)
    assert sweep.run(NOW).actions == 0


def test_who_is_back_keeps_what_nobody_could_take():
    play = scene()
    handoff = accepted(play)
    type(play.rep).objects.exclude(pk=play.rep.pk).update(is_paused=True)
    absence = away(play)
    assert sweep.run(NOW).failed == 1
    intake.remove_absence(absence=absence, now=NOW, actor=play.rep)
    type(play.rep).objects.update(is_paused=False)
    sweep.run(NOW + DAY)
    handoff.refresh_from_db()
    assert handoff.rep == play.rep
    assert not ActionRow.objects.filter(done_at__isnull=True).exists()


def test_touching_absences_are_one():
    play = scene()
    away(play, TODAY, TODAY + DAY)
    away(play, TODAY + 2 * DAY, TODAY + 5 * DAY)
    assert [(one.first_on, one.last_on) for one in Absence.objects.all()] == [(TODAY, TODAY + 5 * DAY)]


def test_clocks_by_the_reps_hours_wait_until_the_rep_is_back():
    own = factories.timed("qualify_or_return", "sales", 5, "business_days", whose_hours="rep")
    play = scene(commitments=committed(own))
    handoff = accepted(play)
    clock = Clock.objects.get(handoff=handoff, kind="qualify_or_return")
    away(play, TODAY + DAY, TODAY + DAY)
    later = Clock.objects.get(pk=clock.pk)
    assert later.due_at == clock.due_at + DAY
