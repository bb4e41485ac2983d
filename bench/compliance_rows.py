"""The year of handoffs that `bench.compliance` asks about, written by SQL."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from leads.models import Team, User
from sla import models

NOW = datetime.now(UTC)
TEAMS, REPS = 10, 200
SOURCES = ("Web form", "Fair", "Referral", "Partner", "Webinar", "Search", "List", "Social")
TIERS = ("top", "high", "rest", "low")
TABLES = ("leads_account", "leads_lead", "leads_touch", "leads_stagechange", "leads_deal", "sla_handoff",
          "sla_refusal", "sla_snapshot", "sla_verdict", "sla_clock")  # fmt: skip
KINDS = ("decide", "first_touch", "persistence", "qualify", "upkeep", "hand_over", "acknowledge")


def fill(handoffs: int, version: models.AgreementVersion, teams: list[Team], reps: list[User]) -> None:
    """Write a year of handoffs by SQL, each with lead, snapshot, verdict, seven clocks and ten touches."""
    known = {"n": handoffs, "now": NOW, "version": version.pk}
    known |= {"teams": [team.pk for team in teams], "reps": [rep.pk for rep in reps]}
    known |= {"sources": list(SOURCES), "tiers": list(TIERS)}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET work_mem = '256MB'")
        # What is written at once is counted at once and fits together: no mark and no check for every row.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(LATER, {"tables": list(TABLES)})
        indexes = cursor.fetchall()
        for name, _made in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        for statement in STATEMENTS:
            cursor.execute(statement, known)
        clocks(cursor, version)
        for _name, made in indexes:
            cursor.execute(made)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


#: Indexes that no constraint stands on are made once the rows are there.
LATER = """SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%(tables)s)
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)"""


#: Every handoff is one lead's: n-th lead, n-th handoff, spread evenly over a year up to now.
STATEMENTS = (
    """INSERT INTO leads_account (name, name_key, domain, industry, country, region, city, attributes,
           origins,
           recorded_at, employees)
       SELECT 'Company ' || n, 'company ' || n, '', 'Machinery', 'DE', '', '', '{}', '{}', %(now)s, 120
       FROM generate_series(1, %(n)s / 4) n""",
    """INSERT INTO leads_lead (account_id, name, name_key, title, seniority, email, email_key, phone,
           phone_key,
           language, country, source, campaign, first_identified, is_sales_generated, attributes, origins,
           search_text, stage, stage_since, stage_seq, owner_id, team_id, next_step, created_at, recorded_at)
       SELECT (SELECT min(id) FROM leads_account) + (n %% (%(n)s / 4)), 'Person ' || n, 'person ' || n,
           'Buyer',
           '', 'p' || n || '@example.com', 'p' || n || '@example.com', '', '', '', 'DE',
           (%(sources)s::text[])[1 + n %% 8], '', '', n %% 20 = 0, '{}', '{}', 'person ' || n,
           (ARRAY['sal','recycled','sql','customer','lost','recycled','disqualified','sal'])[1 + n %% 8],
           %(now)s,
           3, (%(reps)s::bigint[])[1 + n %% 200], (%(teams)s::bigint[])[1 + n %% 10], '',
           %(now)s - interval '366 days' * (%(n)s - n) / %(n)s - interval '9 days', %(now)s
       FROM generate_series(1, %(n)s) n""",
    """INSERT INTO sla_handoff (lead_id, leg, cycle, hop, version_id, state, seq, rep_id, team_id, tier, grid,
           ready_at, offered_at, decided_at, decided_by_id, accepted_at, ended_at, is_ended, reason_code,
           reason_side, disposition, quality, exception, undo_seqs, trace, is_history, system, external_id)
       SELECT id, 1, 1, CASE WHEN k %% 50 = 0 THEN 2 ELSE 1 END, %(version)s, state, 2, owner_id, team_id,
           (%(tiers)s::text[])[1 + (k / 3) %% 4], 'A1', at, at, decided, owner_id,
           CASE WHEN state NOT IN ('declined', 'expired') THEN decided END, ended, ended IS NOT NULL,
           CASE WHEN state IN ('declined', 'returned') THEN 'no_budget' ELSE '' END,
           CASE WHEN state IN ('declined', 'returned') THEN 'marketing' ELSE '' END,
           CASE WHEN state IN ('declined', 'returned') THEN 'recycle' ELSE '' END,
           CASE WHEN ended IS NOT NULL AND k %% 3 = 0 THEN 'better' ELSE '' END, '', '{}', '{}', false, '', ''
       FROM (SELECT *,
           CASE WHEN state <> 'expired' THEN at + interval '1 minute' * (5 + (k * 7919) %% 300) END
                 AS decided, CASE WHEN state <> 'accepted'
                 THEN at + interval '1 hour' * (6 + (k * 31) %% 400) END AS ended
             FROM (SELECT id, owner_id, team_id, row_number() OVER (ORDER BY id) AS k,
                     created_at + interval '9 days' AS at, CASE stage WHEN 'sal' THEN
                       CASE WHEN created_at > %(now)s - interval '30 days' THEN 'accepted' ELSE 'expired' END
                       WHEN 'recycled' THEN 'declined' WHEN 'sql' THEN 'converted' WHEN 'customer' THEN 'won'
                       WHEN 'lost' THEN 'lost' ELSE 'returned' END AS state FROM leads_lead) a) b""",
    """INSERT INTO sla_refusal (handoff_id, note, right_contact, track, wake_trigger, mismatch, contest_note,
           ruling, contested_at, ruled_at, woken_at)
       SELECT id, '', '', '', '', '', '', CASE id %% 40 WHEN 0 THEN 'upheld' WHEN 1 THEN 'overturned' ELSE ''
           END, ended_at, ended_at, ended_at FROM sla_handoff WHERE state IN ('declined', 'returned')""",
    """INSERT INTO sla_snapshot (handoff_id, taken_at, facts_schema, industry, employees, country, region,
           city,
           language, title, seniority, source, campaign, consent, budget_currency, met_role, need, touches,
           attributes, is_complete, missing)
       SELECT id, offered_at, 1, 'Machinery', 120, 'DE', '', '', '', 'Buyer', '', 'Web form', '', 'given',
           '', '',
           '', '[]', '{}', id %% 5 > 0, '[]' FROM sla_handoff""",
    """INSERT INTO sla_verdict (handoff_id, version_id, value, leaves)
       SELECT id, version_id, id %% 4 > 0, '[]' FROM sla_handoff""",
    """INSERT INTO leads_touch (lead_id, happened_at, recorded_at, side, kind, evidence, is_automatic,
           summary,
           campaign, source, external_id)
       SELECT lead_id, offered_at + interval '1 minute' * (m * m * 37 - 1500 + lead_id %% 200), offered_at,
           CASE WHEN m %% 2 = 0 THEN 'sales' ELSE 'prospect' END,
           CASE WHEN m %% 2 = 0 THEN 'call' ELSE 'visited' END, 2, false, '', '', '', ''
       FROM sla_handoff, generate_series(1, 10) m WHERE m %% 2 = 1 OR lead_id %% 6 > 0""",
    """INSERT INTO leads_stagechange (lead_id, seq, from_stage, to_stage, happened_at, recorded_at, cause)
       SELECT lead_id, s, (ARRAY['inquiry','mql','sal'])[s], (ARRAY['mql','sal','customer'])[s],
           offered_at + (s - 1) * interval '1 day' * (lead_id %% 60), offered_at, 'bench'
       FROM sla_handoff, generate_series(1, 3) s WHERE s < 3 OR state = 'won'""",
    # What is won has a deal, and so has every tenth refused lead: it bought later, a fifth elsewhere.
    """INSERT INTO leads_deal (account_id, lead_id, name, state, amount, currency, margin, closed_at,
           is_elsewhere, system, external_id, recorded_at)
       SELECT l.account_id, CASE WHEN h.id %% 4 > 0 THEN l.id END, '', CASE WHEN state = 'lost' THEN 'lost'
           ELSE 'won' END, 1000 * (5 + h.id %% 60), 'EUR', 0.2,
           h.ended_at + interval '1 day' * (h.id %% 30), state <> 'won' AND h.id %% 5 = 0, '', '', %(now)s
       FROM sla_handoff h JOIN leads_lead l ON l.id = h.lead_id
       WHERE state IN ('won', 'lost') OR (state IN ('declined', 'returned') AND h.id / 8 %% 10 = 0)""",
)


def clocks(cursor: Any, version: models.AgreementVersion) -> None:
    """Write seven clocks for each handoff: three in four kept, one in sixteen of the last weeks open."""
    found = list(models.Commitment.objects.filter(version=version, kind__in=KINDS, tier="").order_by("pk"))
    for place in range(7):
        one = found[place % len(found)]
        known = {"id": one.pk, "version": version.pk, "kind": one.kind, "side": one.side, "p": place}
        cursor.execute(
            """INSERT INTO sla_clock (commitment_id, version_id, kind, side, handoff_id, lead_id, scope,
            team_id,
                   rep_id, calendar_key, calendar_revision, state, seq, started_at, elapsed, due_at, due_on,
                   next_step, breached_at, ended_at, cause, is_excused, is_history, error, allowance, unit,
                   attempts)
               SELECT %(id)s, %(version)s, %(kind)s, %(side)s, id, lead_id, 'lead', team_id, rep_id,
               'default', 1,
                   CASE WHEN is_open THEN 'running' WHEN is_late_now THEN 'breached' ELSE 'met' END, 2, at,
                   interval '1 minute' * took, due,
                   (due AT TIME ZONE 'UTC')::date, 1, CASE WHEN is_late AND NOT is_open THEN due END,
                   CASE WHEN NOT is_open AND NOT is_late_now THEN at + interval '1 minute' * took END, '',
                   is_late AND id %% 9 = 0,
                   false, '', 2, 'business_hours', 0
               FROM (SELECT *, due > now() AND at > now() - interval '20 days' AS is_open,
                     is_late AND id %% 50 = 0 AND at > now() - interval '30 days' AND due < now()
                       AS is_late_now FROM (
                   SELECT id, lead_id, team_id, rep_id, offered_at AS at,
                     1 + ((id * 7919 + %(p)s * 104729) %% 2400) / (1 + id %% 3) AS took,
                     id %% 4 = %(p)s %% 4 AS is_late,
                     offered_at + interval '2 hours' * (1 + %(p)s * %(p)s * 3) AS due
                   FROM sla_handoff) a) b""",
            known,
        )
