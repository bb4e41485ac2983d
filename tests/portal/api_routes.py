"""Who gets what from the API: the same table as that of the pages, for every address and method.

401 asks who calls; 403 is not theirs to do; 404 is not theirs to see; 409 comes too late; 422 lacks
something; = tells why nothing was done. A method without a line answers 405.
"""

from typing import Any

from portal.api import urls
from tests.factories import PASSWORD
from tests.portal import routes

TABLE = """
#method route                  about          no1  rep  mate else qual smgr mktr mmgr lead ref  ops
GET   api-leads               -              401  200  200  200  200  200  200  200  200  200  200
POST  api-leads               -              401  403  403  403  403  403  201  201  403  403  201
GET   api-lead                offered        401  200  404  404  404  200  200  200  200  200  200
GET   api-lead                pool           401  200  200  404  200  200  200  200  200  200  200
GET   api-lead                declined       401  404  404  404  404  200  200  200  200  200  200
PATCH api-lead                accepted       401  200  404  404  404  200  200  200  403  403  200
GET   api-lead-touches        accepted       401  200  404  404  404  200  200  200  200  200  200
POST  api-lead-touches        accepted       401  201  404  404  404  201  201  201  403  403  201
GET   api-lead-bant           accepted       401  200  404  404  404  200  200  200  200  200  200
POST  api-lead-bant           accepted       401  201  404  404  404  201  201  201  403  403  201
GET   api-lead-consents       accepted       401  200  404  404  404  200  200  200  200  200  200
POST  api-lead-consents       accepted       401  201  404  404  404  201  201  201  403  403  201
PUT   api-lead-next-step      accepted       401  200  404  404  404  200  200  200  403  403  200
GET   api-lead-clocks         accepted       401  200  404  404  404  200  200  200  200  200  200
POST  api-lead-reopen         never          401  404  404  404  404  403  200  200  403  403  403
GET   api-accounts            -              401  200  200  200  200  200  200  200  200  200  200
POST  api-accounts            -              401  403  403  403  403  403  201  201  403  403  201
GET   api-account             accepted       401  200  404  404  404  200  200  200  200  200  200
PATCH api-account             accepted       401  403  404  404  404  403  200  200  403  403  200
POST  api-touches             accepted       401  200  200= 200= 200= 200  200  200  403  403  200
POST  api-deals               accepted       401  201  404  404  404  201  201  201  403  403  201
GET   api-deal                won            401  200  404  404  404  200  200  200  200  200  200
POST  api-deal-close          accepted       401  200  404  404  404  200  200  200  403  403  200
POST  api-intake              -              401  401  401  401  401  401  401  401  401  401  401
GET   api-handoffs            -              401  200  200  200  200  200  200  200  200  200  200
POST  api-handoffs            ready          401  404  404  404  404  404  201  201  403  403  403
POST  api-handoffs            qualified      401  201  404  404  404  403  403  403  403  403  403
GET   api-handoff             offered        401  200  404  404  404  200  200  200  200  200  200
GET   api-handoff             declined       401  200  404  404  404  200  200  200  200  200  200
GET   api-handoff-evidence    offered        401  200  404  404  404  200  200  200  200  200  200
GET   api-handoff-evidence    declined       401  404  404  404  404  200  200  200  200  200  200
GET   api-handoff-clocks      offered        401  200  404  404  404  200  200  200  200  200  200
POST  api-handoff-accept      offered        401  200  404  404  404  403  403  403  403  403  403
POST  api-handoff-accept      pool           401  200  200  404  200  403  403  403  403  403  403
POST  api-handoff-accept      late_touch     401  409  404  404  404  409  409  409  409  409  409
POST  api-handoff-undo        undoable       401  200  404  404  404  409  409  409  409  409  409
POST  api-handoff-ask         offered        401  200  404  404  404  403  403  403  403  403  403
POST  api-handoff-decline     offered        401  200  404  404  404  403  403  403  403  403  403
POST  api-handoff-hand-back   accepted       401  200  404  404  404  403  403  403  403  403  403
POST  api-handoff-reroute     offered        401  200  404  404  404  200  403  403  403  403  403
POST  api-handoff-qualify     accepted       401  200  404  404  404  403  403  403  403  403  403
POST  api-handoff-convert     qualified      401  200  404  404  404  403  403  403  403  403  403
POST  api-handoff-win         converted      401  200  404  404  404  403  403  403  403  403  403
POST  api-handoff-lose        converted      401  200  404  404  404  403  403  403  403  403  403
POST  api-handoff-rate        accepted       401  200  404  404  404  403  403  403  403  403  403
POST  api-handoff-answer      asked          401  403  404  404  404  403  200  200  403  403  403
POST  api-handoff-withdraw    offered        401  403  404  404  404  403  200  200  403  403  403
POST  api-handoff-reassign    accepted       401  403  404  404  404  200  403  403  403  403  403
POST  api-handoff-acknowledge declined       401  403  404  404  404  403  200  200  403  403  403
POST  api-handoff-step        declined       401  403  404  404  404  403  409  409  403  403  403
POST  api-handoff-repair      faulty         401  403  404  404  404  403  200  200  403  403  403
POST  api-handoff-contest     declined       401  403  404  404  404  403  200  200  403  403  403
POST  api-handoff-rule        contested      401  403  404  404  404  403  403  403  403  200  403
POST  api-handoff-nudge       accepted       401  403  404  404  404  200  200  200  403  403  403
GET   api-clock               offered        401  200  404  404  404  200  200  200  200  200  200
GET   api-clock               declined       401  200  404  404  404  200  200  200  200  200  200
GET   api-clock-replay        offered        401  200  404  404  404  200  200  200  200  200  200
POST  api-clock-dispute       late_clock     401  201  404  404  404  201  403  403  403  403  403
GET   api-disputes            -              401  200  200  200  200  200  200  200  200  200  200
GET   api-dispute             disputed       401  200  404  404  404  200  200  200  200  200  200
POST  api-dispute-answer      disputed       401  403  404  404  404  403  403  200  403  403  403
GET   api-agreements          -              401  200  200  200  200  200  200  200  200  200  200
POST  api-agreement-earlier   -              401  403  403  403  403  403  403  403  409  409  409
PUT   api-draft               draft          401  403  403  403  403  200  403  200  200  200  200
GET   api-version             version        401  200  200  200  200  200  200  200  200  200  200
GET   api-version-export      version        401  200  200  200  200  200  200  200  200  200  200
POST  api-version-propose     draft          401  403  403  403  403  200  403  200  200  200  200
POST  api-version-sign        draft          401  403  403  403  403  403  403  200  200  200  403
GET   api-lab                 -              401  403  403  403  403  200  200  200  200  200  200
POST  api-lab                 -              401  403  403  403  403  202  202  202  202  202  202
GET   api-lab-run             lab_run        401  403  403  403  403  200  200  200  200  200  200
GET   api-compliance          -              401  200  200  200  200  200  200  200  200  200  200
GET   api-alignment           -              401  403  403  403  403  200  403  200  200  200  200
POST  api-export-leads        -              401  200  200  200  200  200  200  200  200  200  200
GET   api-imports             -              401  403  403  403  403  403  200  200  403  403  200
POST  api-imports             -              401  403  403  403  403  403  422  422  403  403  422
GET   api-import              job            401  403  403  403  403  403  200  404  403  403  200
GET   api-import              job-operations 401  403  403  403  403  403  404  404  403  403  200
PUT   api-import-mapping      job            401  403  403  403  403  403  422  404  403  403  422
POST  api-import-start        job            401  403  403  403  403  403  202  404  403  403  202
POST  api-import-undo         job            401  403  403  403  403  403  409  404  403  403  409
GET   api-import-rejects      job            401  403  403  403  403  403  200  404  403  403  200
GET   api-me                  -              401  200  200  200  200  200  200  200  200  200  200
GET   api-teams               -              401  200  200  200  200  200  200  200  200  200  200
GET   api-people              -              401  403  403  403  403  403  403  403  403  403  200
GET   api-schema              -              401  200  200  200  200  200  200  200  200  200  200
GET   api-docs                -              302  200  403  403  403  403  403  403  403  403  200
GET   api-nowhere             -              401  404  404  404  404  404  404  404  404  404  404
"""

#: What is sent; a function of the samples where it names a thing of theirs.
FILLED: dict[str, Any] = {
    "PATCH api-lead": {"title": "Head of Plant II"},
    "PATCH api-account": {"employees": 481},
    "POST api-lead-touches": {
        "side": "sales", "kind": "call", "happened_at": "2026-11-20T10:00:00Z", "reached": True,
    },
    "POST api-lead-bant": {"kind": "need", "text": "A second packing line"},
    "POST api-lead-consents": {"channel": "mail", "state": "given"},
    "PUT api-lead-next-step": {"step": "Visit the plant", "on": "2030-01-31"},
    "POST api-lead-reopen": {"reason": "new_interest"},
    "POST api-accounts": {"name": "Newly Ltd"},
    "POST api-deal-close": {"state": "won", "closed_at": "2026-11-20T10:00:00Z", "amount": "100.00"},
    "POST api-handoff-ask": {"text": "Which plant is it about?"},
    "POST api-handoff-answer": {"text": "The one in Linz."},
    "POST api-handoff-decline": {"reason": "no_budget"},
    "POST api-handoff-hand-back": {"reason": "no_budget"},
    "POST api-handoff-qualify": {"exception": "Known from before"},
    "POST api-handoff-win": {"amount": "48000.00", "currency": "EUR"},
    "POST api-handoff-lose": {"reason": "competitor"},
    "POST api-handoff-rate": {"quality": "as_promised"},
    "POST api-handoff-withdraw": {"reason": "mistake"},
    "POST api-handoff-step": {"number": 1},
    "POST api-clock-dispute": {"reason": "The line was down all day."},
    "POST api-dispute-answer": {"is_granted": True},
    "POST api-handoff-contest": {"note": "The budget is known."},
    "POST api-handoff-rule": {"ruling": "upheld"},
    "POST api-version-sign": {"side": "marketing", "name": "Somebody", "password": PASSWORD},
    "POST api-import-start": {"step": "check"},
    "PUT api-import-mapping": {"mapping": {}},
}  # fmt: skip

#: Values of an address other than the object's number.
PARTS: dict[str, dict[str, Any]] = {
    "api-agreement-earlier": {"key": "default"},
    "api-draft": {"key": "default"},
    "api-intake": {"source": "crm"},
}


def rows() -> list[routes.Row]:
    """Read the table."""
    return routes.rows(TABLE)


def names() -> set[str]:
    """Return the name of every address of the API."""
    return {one.name for one in urls.urlpatterns}


def pattern(name: str) -> Any:
    """Return the address of a route as it is written."""
    return next(one.pattern for one in urls.urlpatterns if one.name == name)
