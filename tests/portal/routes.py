"""Who gets what at which address: the table, and what is needed to walk it.

One line per route, method and object (`-`: none): the answer to nobody, to the rep whose object it is, to a
rep of the same team, to a rep of another team, and to the other roles. A method without a line answers 405.
200 shows a page; 204 has nothing to show; 302 is done, or for nobody "log in first"; 302= tells why nothing
was done; 403 is not theirs to do; 404 is not theirs to see; 422 says what is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

#: Below this lies what is for machines: `tests.portal.api_routes` has its table.
API = "api/v1/"
COLUMNS = (
    "nobody", "rep", "other_rep", "stranger", "qualifier", "sales_manager",
    "marketer", "marketing_manager", "leader", "referee", "operations",
)  # fmt: skip

TABLE = """
#method route                about      no1  rep  mate else qual smgr mktr mmgr lead ref  ops
GET  healthz                   -          200  200  200  200  200  200  200  200  200  200  200
GET  readyz                    -          200  200  200  200  200  200  200  200  200  200  200
GET  home                      -          302  302  302  302  302  302  302  302  302  302  302
GET  login                     -          200  302  302  302  302  302  302  302  302  302  302
POST login                     -          422  302= 302= 302= 302= 302= 302= 302= 302= 302= 302=
POST logout                    -          302  302= 302= 302= 302= 302= 302= 302= 302= 302= 302=
GET  password_change           -          302  200  200  200  200  200  200  200  200  200  200
POST password_change           -          302  200  200  200  200  200  200  200  200  200  200
GET  password_reset            -          200  200  200  200  200  200  200  200  200  200  200
POST password_reset            -          302  302  302  302  302  302  302  302  302  302  302
GET  password_reset_done       -          200  200  200  200  200  200  200  200  200  200  200
GET  password_reset_confirm    -          200  200  200  200  200  200  200  200  200  200  200
POST password_reset_confirm    -          200  200  200  200  200  200  200  200  200  200  200
GET  password_reset_complete   -          200  200  200  200  200  200  200  200  200  200  200
POST appearance                -          302  302  302  302  302  302  302  302  302  302  302
GET  keys                      -          302  200  200  200  200  200  200  200  200  200  200
GET  more                      -          302  200  200  200  200  200  200  200  200  200  200
GET  styleguide                -          302  403  403  403  403  403  403  403  403  403  200
POST styleguide                -          302  403  403  403  403  403  403  403  403  403  200
GET  inbox                     -          302  200  200  200  200  200  200  200  200  200  200
GET  inbox-fresh               -          302  200  200  200  200  204  204  204  204  204  204
POST inbox-pause               -          302  302  302  302  302  403  403  403  403  403  403
POST inbox-together            -          302  302= 302= 302= 302= 403  403  403  403  403  403
GET  inbox-row                 offered    302  200  404  404  404  200  200  200  200  200  200
GET  inbox-panel               offered    302  302  404  404  404  302  302  302  302  302  302
GET  me                        -          302  200  200  200  200  403  403  403  403  403  403
GET  bar                       -          302  200  200  200  200  403  403  403  403  403  403
POST bar                       -          302  302= 302= 302= 302= 403  403  403  403  403  403
GET  me-of                     person     302  200  404  404  404  200  404  404  404  404  404
GET  leads                     -          302  200  200  200  200  200  200  200  200  200  200
POST view-keep                 -          302  302= 302= 302= 302= 302= 302= 302= 302= 302= 302=
POST view-remove               view       302  404  404  404  404  404  302  404  404  404  404
GET  lead                      offered    302  200  404  404  404  200  200  200  200  200  200
GET  lead                      pool       302  200  200  404  200  200  200  200  200  200  200
GET  lead                      declined   302  404  404  404  404  200  200  200  200  200  200
GET  duplicates                -          302  403  403  403  403  403  200  200  403  403  200
GET  duplicate                 ready      302  404  404  404  404  404  302  302  403  403  302
POST duplicate                 ready      302  404  404  404  404  404  302= 302= 403  403  302=
GET  lead-touch                accepted   302  200  404  404  404  200  200  200  403  403  403
POST lead-touch                accepted   302  302  404  404  404  302  302  302  403  403  403
POST lead-touch-at-once        accepted   302  302  404  404  404  302  302  302  403  403  403
GET  lead-role                 accepted   302  200  404  404  404  200  200  200  403  403  200
POST lead-role                 accepted   302  302  404  404  404  302  302  302  403  403  302
GET  lead-bant                 accepted   302  200  404  404  404  200  200  200  403  403  200
POST lead-bant                 accepted   302  302  404  404  404  302  302  302  403  403  302
GET  lead-next-step            accepted   302  200  404  404  404  200  200  200  403  403  200
POST lead-next-step            accepted   302  302  404  404  404  302  302  302  403  403  302
GET  lead-erase                ready      302  404  404  404  404  404  403  403  403  403  200
POST lead-erase                ready      302  404  404  404  404  404  403  403  403  403  302
POST lead-offer                ready      302  404  404  404  404  404  302  302  403  403  403
POST lead-offer                qualified  302  302  404  404  404  403  403  403  403  403  403
GET  lead-reopen               never      302  404  404  404  404  403  200  200  403  403  403
POST lead-reopen               never      302  404  404  404  404  403  302  302  403  403  403
GET  settings                  -          302  403  403  403  403  403  403  403  403  403  200
GET  demo-remove               -          302  403  403  403  403  403  403  403  403  403  404
POST demo-remove               -          302  403  403  403  403  403  403  403  403  403  404
GET  demo-load                 -          302  403  403  403  403  403  403  403  403  403  200
POST demo-load                 -          302  403  403  403  403  403  403  403  403  403  422
GET  demo-progress             -          302  403  403  403  403  403  403  403  403  403  200
GET  setup                     -          302  403  403  403  403  403  403  403  403  403  200
GET  setup-company             -          302  403  403  403  403  403  403  403  403  403  200
POST setup-company             -          302  403  403  403  403  403  403  403  403  403  422
POST setup-mail                -          302  403  403  403  403  403  403  403  403  403  302
GET  settings-audit            -          302  403  403  403  403  403  403  403  403  403  200
POST settings-audit-check      -          302  403  403  403  403  403  403  403  403  403  302=
GET  settings-people           -          302  403  403  403  403  403  403  403  403  403  200
GET  settings-person-new       -          302  403  403  403  403  403  403  403  403  403  200
POST settings-person-new       -          302  403  403  403  403  403  403  403  403  403  302
GET  settings-person           person     302  403  403  403  403  403  403  403  403  403  200
POST settings-person           person     302  403  403  403  403  403  403  403  403  403  422
POST settings-person-invite    person     302  403  403  403  403  403  403  403  403  403  302
GET  settings-teams            -          302  403  403  403  403  403  403  403  403  403  200
GET  settings-team-new         -          302  403  403  403  403  403  403  403  403  403  200
POST settings-team-new         -          302  403  403  403  403  403  403  403  403  403  302
GET  settings-team             salesteam  302  403  403  403  403  403  403  403  403  403  200
POST settings-team             salesteam  302  403  403  403  403  403  403  403  403  403  422
GET  weekly                    -          302  403  403  403  403  200  403  200  200  200  200
GET  weekly-letter             letter     302  403  403  403  403  200  403  200  200  200  200
GET  weekly-pdf                letter     302  403  403  403  403  200  403  200  200  200  200
GET  imports                   -          302  403  403  403  403  403  200  200  403  403  200
POST imports                   -          302  403  403  403  403  403  422  422  403  403  422
GET  import-job                file       302  403  403  403  403  403  200  404  403  403  200
GET  import-progress           file       302  403  403  403  403  403  200  404  403  403  200
POST import-columns            file       302  403  403  403  403  403  422  404  403  403  422
POST import-recognized         file       302  403  403  403  403  403  302  404  403  403  302
GET  import-words              file       302  403  403  403  403  403  200  404  403  403  200
POST import-words              file       302  403  403  403  403  403  422  404  403  403  422
POST import-start              file       302  403  403  403  403  403  302  404  403  403  302
POST import-remove             file       302  403  403  403  403  403  302  404  403  403  302
POST import-undo               file       302  403  403  403  403  403  302= 404  403  403  302=
GET  import-rejects            file       302  403  403  403  403  403  404  404  403  403  404
GET  lab                       -          302  403  403  403  403  200  200  200  200  200  200
POST lab-ask                   -          302  403  403  403  403  422  422  422  422  422  422
POST lab-propose               -          302  403  403  403  403  302= 302= 302= 302= 302= 302=
POST lab-send                  lab_run    302  403  403  403  403  302  403  302  302  302  302
GET  lab-run                   lab_run    302  403  403  403  403  200  200  200  200  200  200
GET  lab-progress              lab_run    302  403  403  403  403  200  200  200  200  200  200
GET  lab-leads                 lab_run    302  403  403  403  403  200  200  200  200  200  200
GET  search                    -          302  302  302  302  302  302  302  302  302  302  302
GET  palette                   -          302  302  302  302  302  302  302  302  302  302  302
POST handoff-accept            offered    302  302  404  404  404  403  403  403  403  403  403
POST handoff-accept            pool       302  302  302  404  302  403  403  403  403  403  403
POST handoff-accept            late_touch 302  302= 404  404  404  302= 302= 302= 302= 302= 302=
POST handoff-undo              undoable   302  302  404  404  404  302= 302= 302= 302= 302= 302=
GET  handoff-ask               offered    302  200  404  404  404  403  403  403  403  403  403
POST handoff-ask               offered    302  302  404  404  404  403  403  403  403  403  403
GET  handoff-decline           offered    302  200  404  404  404  403  403  403  403  403  403
POST handoff-decline           offered    302  302  404  404  404  403  403  403  403  403  403
GET  handoff-hand-back         accepted   302  200  404  404  404  403  403  403  403  403  403
POST handoff-hand-back         accepted   302  302  404  404  404  403  403  403  403  403  403
GET  handoff-consequences      offered    302  200  404  404  404  403  403  403  403  403  403
GET  handoff-reroute           offered    302  200  404  404  404  200  403  403  403  403  403
POST handoff-reroute           offered    302  302  404  404  404  302  403  403  403  403  403
GET  handoff-qualify           accepted   302  200  404  404  404  403  403  403  403  403  403
POST handoff-qualify           accepted   302  302  404  404  404  403  403  403  403  403  403
POST handoff-convert           qualified  302  302  404  404  404  403  403  403  403  403  403
GET  handoff-win               converted  302  200  404  404  404  403  403  403  403  403  403
POST handoff-win               converted  302  302  404  404  404  403  403  403  403  403  403
GET  handoff-lose              converted  302  200  404  404  404  403  403  403  403  403  403
POST handoff-lose              converted  302  302  404  404  404  403  403  403  403  403  403
POST handoff-rate              accepted   302  302  404  404  404  403  403  403  403  403  403
GET  handoff-answer            asked      302  403  404  404  404  403  200  200  403  403  403
POST handoff-answer            asked      302  403  404  404  404  403  302  302  403  403  403
GET  handoff-withdraw          offered    302  403  404  404  404  403  200  200  403  403  403
POST handoff-withdraw          offered    302  403  404  404  404  403  302  302  403  403  403
GET  handoff-reassign          accepted   302  403  404  404  404  200  403  403  403  403  403
POST handoff-reassign          accepted   302  403  404  404  404  302  403  403  403  403  403
GET  handoff-acknowledge       declined   302  403  404  404  404  403  200  200  403  403  403
POST handoff-acknowledge       declined   302  403  404  404  404  403  302  302  403  403  403
GET  handoff-repair            faulty     302  403  404  404  404  403  200  200  403  403  403
POST handoff-repair            faulty     302  403  404  404  404  403  302  302  403  403  403
POST handoff-step              declined   302  403  404  404  404  403  302= 302= 403  403  403
GET  handoff-contest           declined   302  403  404  404  404  403  200  200  403  403  403
POST handoff-contest           declined   302  403  404  404  404  403  302  302  403  403  403
GET  handoff-rule              contested  302  403  404  404  404  403  403  403  403  200  403
POST handoff-rule              contested  302  403  404  404  404  403  403  403  403  302  403
POST handoff-nudge             accepted   302  403  404  404  404  302  302  302  403  403  403
GET  desk                      -          302  403  403  403  403  403  200  200  403  403  200
GET  team                      -          302  403  403  403  403  200  403  200  403  403  200
GET  team-routing              -          302  403  403  403  403  200  403  200  403  403  200
GET  notices                   -          302  200  200  200  200  200  200  200  200  200  200
POST desk-offer                -          302  403  403  403  403  403  302= 302= 403  403  403
POST team-give                 -          302  403  403  403  403  302= 403  302= 403  403  302=
GET  team-absences             -          302  403  403  403  403  200  403  403  403  403  200
POST team-absences             -          302  403  403  403  403  422  403  403  403  403  422
GET  profile                   -          302  200  200  200  200  200  200  200  200  200  200
POST profile                   -          302  422  422  422  422  422  422  422  422  422  422
POST absence-remove            absence    302  302  404  404  404  302  404  404  404  404  302
POST notices-read              -          302  302  302  302  302  302  302  302  302  302  302
GET  act                        -          404  404  404  404  404  404  404  404  404  404  404
POST act                        -          404  404  404  404  404  404  404  404  404  404  404
POST slack-actions              -          404  404  404  404  404  404  404  404  404  404  404
GET  feed                       -          404  404  404  404  404  404  404  404  404  404  404
GET  notice-choices             -          302  200  200  200  200  200  200  200  200  200  200
POST notice-choices             -          302  302  302  302  302  302  302  302  302  302  302
POST slack-code                 -          302  200  200  200  200  200  200  200  200  200  200
POST slack-end                  -          302  302  302  302  302  302  302  302  302  302  302
POST feed-new                   -          302  200  200  200  200  200  200  200  200  200  200
POST feed-end                   -          302  302  302  302  302  302  302  302  302  302  302
GET  operations-status          -          302  403  403  403  403  403  403  403  403  403  200
POST operations-again           -          302  403  403  403  403  403  403  403  403  403  302
GET  operations-delivery        -          302  403  403  403  403  403  403  403  403  403  200
POST operations-delivery-again  given_up   302  403  403  403  403  403  403  403  403  403  302
GET  profile-keys               -          302  200  200  200  200  200  200  200  200  200  200
POST profile-keys               -          302  200  200  200  200  200  200  200  200  200  200
POST profile-key-revoke         -          302  302  404  404  404  404  404  404  404  404  302
GET  settings-keys              -          302  403  403  403  403  403  403  403  403  403  200
POST settings-source-new        -          302  403  403  403  403  403  403  403  403  403  200
POST settings-source-switch     source     302  403  403  403  403  403  403  403  403  403  302
GET  operations-webhooks        -          302  403  403  403  403  403  403  403  403  403  200
POST operations-webhooks        -          302  403  403  403  403  403  403  403  403  403  200
POST operations-team-chat       -          302  403  403  403  403  403  403  403  403  403  422
GET  operations-webhook         webhook    302  403  403  403  403  403  403  403  403  403  200
POST operations-webhook-rotate  webhook    302  403  403  403  403  403  403  403  403  403  200
POST operations-webhook-test    webhook    302  403  403  403  403  403  403  403  403  403  302
POST operations-webhook-switch  webhook    302  403  403  403  403  403  403  403  403  403  302
GET  clock                     late_clock 302 200  404  404  404  200  200  200  200  200  200
GET  clock-dispute             late_clock 302 200  404  404  404  200  403  403  403  403  403
POST clock-dispute             late_clock 302 302  404  404  404  302  403  403  403  403  403
GET  dispute-answer            disputed   302 403  404  404  404  403  403  200  403  403  403
POST dispute-answer            disputed   302 403  404  404  404  403  403  302  403  403  403
GET  clock-repair              -          302  403  403  403  403  403  403  403  403  403  200
POST clock-repair              -          302  403  403  403  403  403  403  403  403  403  302=
GET  agreement                 -          302  200  200  200  200  200  200  200  200  200  200
GET  agreement-version         version    302  200  200  200  200  200  200  200  200  200  200
GET  agreement-schema          -          200  200  200  200  200  200  200  200  200  200  200
GET  agreement-new             -          302  403  403  403  403  200  403  200  200  200  200
POST agreement-new             -          302  403  403  403  403  302  403  302  302  302  302
GET  agreement-upload          -          302  403  403  403  403  200  403  200  200  200  200
POST agreement-upload          -          302  403  403  403  403  422  403  422  422  422  422
GET  agreement-draft           draft      302  200  200  200  200  200  200  200  200  200  200
GET  agreement-edit            draft      302  403  403  403  403  200  403  200  200  200  200
POST agreement-edit            draft      302  403  403  403  403  422  403  422  422  422  422
GET  agreement-compare         draft      302  200  200  200  200  200  200  200  200  200  200
GET  agreement-text            version    302  200  200  200  200  200  200  200  200  200  200
GET  agreement-file            version    302  200  200  200  200  200  200  200  200  200  200
GET  agreement-all             -          302  200  200  200  200  200  200  200  200  200  200
POST agreement-order           -          302  403  403  403  403  403  403  403  302= 302= 302=
GET  settings-calendars        -          302  403  403  403  403  403  403  403  403  403  200
GET  settings-calendar-new     -          302  403  403  403  403  403  403  403  403  403  200
POST settings-calendar-new     -          302  403  403  403  403  403  403  403  403  403  302
GET  settings-calendar         -          302  403  403  403  403  403  403  403  403  403  200
POST settings-calendar         -          302  403  403  403  403  403  403  403  403  403  302
GET  reviews                   -          302  200  200  200  200  200  200  200  200  200  200
POST reviews                   -          302  403  403  403  403  302  403  302  302  302  302
GET  review                    review     302  200  200  200  200  200  200  200  200  200  200
POST review                    review     302  403  403  403  403  422  403  422  422  422  403
POST agreement-comment         draft      302  302  302  302  302  302  302  302  302  302  302
POST agreement-settle          said       302  403  403  403  403  302  403  302  302  302  302
POST agreement-propose         draft      302  403  403  403  403  302  403  302  302  302  302
GET  agreement-sign            draft      302  403  403  403  403  200  403  200  200  200  403
POST agreement-sign            draft      302  403  403  403  403  422  403  422  422  422  403
GET  compliance                -          302  200  200  200  200  200  200  200  200  200  200
GET  compliance-csv            -          302  200  200  200  200  200  200  200  200  200  200
GET  compliance-ledger         -          302  200  200  200  200  200  200  200  200  200  200
GET  compliance-ledger-csv     -          302  200  200  200  200  200  200  200  200  200  200
GET  compliance-offers         -          302  200  200  200  200  200  200  200  200  200  200
GET  compliance-said           -          302  200  200  200  200  200  200  200  200  200  200
GET  compliance-commitment     -          302  200  200  200  200  200  200  200  200  200  200
GET  compliance-commitment-csv -          302  200  200  200  200  200  200  200  200  200  200
GET  alignment                 -          302  403  403  403  403  200  403  200  200  200  200
"""


def in_days(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()


CALENDAR = {
    "name": "Summer",
    "timezone": "Europe/Berlin",
    "holidays": "2030-01-01",
    **dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00"),
}
#: What a form must hold for a move to be made.
FILLED: dict[str, dict[str, Any]] = {
    "agreement-new": {
        "source": "software",
        "starts_on": "2030-01-01",
        "agreement": "new",
        "name": "Software",
    },
    "reviews": {
        "kind": "pipeline",
        "held_on": "2026-11-20",
        "attendees": "Milo, Sam",
        "minutes": "Held.",
        "outcome": "",
    },
    "settings-calendar": CALENDAR,
    "settings-calendar-new": CALENDAR,
    "agreement-comment": {"clause": "", "text": "Can we hold this?"},
    "handoff-ask": {"text": "Which plant is it about?"},
    "handoff-decline": {"reason": "no_budget"},
    "handoff-hand-back": {"reason": "no_budget"},
    "handoff-qualify": {"exception": "Known from before"},
    "handoff-reroute": {"to": ""},
    "handoff-win": {"amount": "48000", "currency": "EUR"},
    "handoff-lose": {"reason": "competitor"},
    "handoff-answer": {"text": "The one in Linz."},
    "handoff-withdraw": {"reason": "mistake"},
    "handoff-contest": {"note": "The budget is known."},
    "handoff-rule": {"ruling": "upheld"},
    "lead-touch": {"outcome": "reached", "happened_at": "2026-11-20T10:00"},
    "lead-bant": {"text": "A second packing line"},
    "lead-next-step": {"step": "Visit the plant", "on": "2030-01-31"},
    "lead-reopen": {"reason": "new_interest"},
    "clock-dispute": {"reason": "The line was down all day."},
    "dispute-answer": {"answer": "grant"},
    "clock-repair": {"calendar": "default"},
    "settings-person-new": {
        "name": "New Person",
        "email": "new@example.com",
        "role": "marketer",
        "is_active": "on",
        "weight": "1",
    },
    "settings-team-new": {"name": "New team", "side": "sales", "leg": "1"},
    "inbox-pause": {"pause": "1"},
    "notice-choices": {"offers": ["in_app", "email"], "keeps_quiet_hours": "on", "mails_per_hour": "3"},
    "profile-keys": {"name": "Sync", "scopes": ["read"], "expires_on": in_days(30)},
    "settings-source-switch": {"on": "0"},
    "operations-webhooks": {"name": "CRM", "url": "https://crm.example.com/hook", "events": ["handoff.win"]},
    "operations-webhook-switch": {"on": "0"},
    "appearance": {"theme": "dark", "single_keys": "off"},
    "password_reset": {"email": "nobody@example.org"},
}

#: Values of an address other than the object's number.
PARTS: dict[str, dict[str, Any]] = {
    "lead-bant": {"kind": "need"},
    "lead-touch-at-once": {"outcome": "no_answer"},
    "handoff-rate": {"quality": "as_promised"},
    "lab-leads": {"which": "lost"},
    "agreement-edit": {"section": "basics"},
    "settings-calendar": {"key": "default"},
    "agreement-file": {"form": "json"},
    "compliance-commitment": {"code": "decide"},
    "compliance-commitment-csv": {"code": "decide"},
    "operations-again": {"kind": "clock", "pk": 1_000_000},
    "act": {"word": "changed"},
    "profile-key-revoke": {"prefix": "sample-k"},
    "feed": {"secret": "invented"},
    "password_reset_confirm": {"uidb64": "MQ", "token": "set-password"},
}


@dataclass(frozen=True)
class Row:
    """One line of the table: `answers` maps a column to what it says."""

    method: str
    name: str
    subject: str
    answers: dict[str, str]


def rows(table: str = "") -> list[Row]:
    """Read the table, this one unless another is given."""
    lines = [line.split() for line in (table or TABLE).splitlines() if line and not line.startswith("#")]
    return [
        Row(method, name, subject, dict(zip(COLUMNS, codes, strict=True)))
        for method, name, subject, *codes in lines
    ]


def names(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[str]:
    """Walk the resolver and yield the name of every page of our own, all but Django's admin."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLPattern):
            yield one.name or f"without a name: {one.pattern}"
        elif one.app_name != "admin" and str(one.pattern) != API:
            yield from names(one.url_patterns)
