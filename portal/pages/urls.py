"""The addresses of the pages, a list per group of pages."""

from django.urls import path

from portal.pages import (
    acts,
    agreement,
    agreement_drafts,
    agreement_papers,
    agreement_signing,
    alignment,
    choices,
    clocks,
    compliance,
    deliveries,
    desk,
    facts,
    handoffs,
    imports,
    inbox,
    lab,
    leads,
    ledger,
    notices,
    refusals,
    rulings,
    search,
    settings,
    slack,
    team,
    webhooks,
)

INBOX = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/fresh/", inbox.fresh, name="inbox-fresh"),
    path("inbox/pause/", inbox.pause, name="inbox-pause"),
    path("inbox/<int:pk>/row/", inbox.row, name="inbox-row"),
    path("inbox/<int:pk>/panel/", inbox.panel, name="inbox-panel"),
]
LEADS = [
    path("leads/", leads.leads, name="leads"),
    path("leads/<int:pk>/", leads.dossier, name="lead"),
    path("leads/<int:pk>/touch/", facts.touch, name="lead-touch"),
    path("leads/<int:pk>/bant/<slug:kind>/", facts.bant, name="lead-bant"),
    path("leads/<int:pk>/next-step/", facts.next_step, name="lead-next-step"),
    path("leads/<int:pk>/offer/", facts.offer, name="lead-offer"),
    path("leads/<int:pk>/reopen/", facts.reopen, name="lead-reopen"),
    path("search/", search.search, name="search"),
]
MOVES = [
    path("handoffs/<int:pk>/accept/", handoffs.accept, name="handoff-accept"),
    path("handoffs/<int:pk>/undo/", handoffs.undo, name="handoff-undo"),
    path("handoffs/<int:pk>/ask/", handoffs.ask, name="handoff-ask"),
    path("handoffs/<int:pk>/decline/", refusals.decline, name="handoff-decline"),
    path("handoffs/<int:pk>/hand-back/", refusals.hand_back, name="handoff-hand-back"),
    path("handoffs/<int:pk>/consequences/", refusals.consequences, name="handoff-consequences"),
    path("handoffs/<int:pk>/reroute/", handoffs.reroute, name="handoff-reroute"),
    path("handoffs/<int:pk>/qualify/", handoffs.qualify, name="handoff-qualify"),
    path("handoffs/<int:pk>/convert/", handoffs.convert, name="handoff-convert"),
    path("handoffs/<int:pk>/win/", handoffs.win, name="handoff-win"),
    path("handoffs/<int:pk>/lose/", handoffs.lose, name="handoff-lose"),
    path("handoffs/<int:pk>/rate/", handoffs.rate, name="handoff-rate"),
    path("handoffs/<int:pk>/answer/", rulings.answer, name="handoff-answer"),
    path("handoffs/<int:pk>/withdraw/", rulings.withdraw, name="handoff-withdraw"),
    path("handoffs/<int:pk>/reassign/", rulings.reassign, name="handoff-reassign"),
    path("handoffs/<int:pk>/acknowledge/", rulings.acknowledge, name="handoff-acknowledge"),
    path("handoffs/<int:pk>/repair/", rulings.repair, name="handoff-repair"),
    path("handoffs/<int:pk>/contest/", rulings.contest, name="handoff-contest"),
    path("handoffs/<int:pk>/rule/", rulings.rule, name="handoff-rule"),
    path("handoffs/<int:pk>/nudge/", rulings.nudge, name="handoff-nudge"),
]
SIDES = [
    path("desk/", desk.desk, name="desk"),
    path("team/", team.team, name="team"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read, name="notices-read"),
]
CLOCKS = [
    path("clocks/<int:pk>/", clocks.clock, name="clock"),
    path("clocks/<int:pk>/dispute/", clocks.dispute, name="clock-dispute"),
    path("disputes/<int:pk>/answer/", clocks.answer, name="dispute-answer"),
]
AGREEMENT = [
    path("agreement/", agreement.agreement, name="agreement"),
    path("agreement/new/", agreement_drafts.new, name="agreement-new"),
    path("agreement/upload/", agreement_drafts.upload, name="agreement-upload"),
    path("agreement/schema.json", agreement_papers.schema, name="agreement-schema"),
    path("agreement/comments/<int:pk>/settle/", agreement_signing.settle, name="agreement-settle"),
    path("agreement/versions/<int:pk>/", agreement.version, name="agreement-version"),
    path("agreement/versions/<int:pk>/draft/", agreement_drafts.draft, name="agreement-draft"),
    path("agreement/versions/<int:pk>/edit/<slug:section>/", agreement_drafts.edit, name="agreement-edit"),
    path("agreement/versions/<int:pk>/compare/", agreement_signing.compare, name="agreement-compare"),
    path("agreement/versions/<int:pk>/comment/", agreement_signing.comment, name="agreement-comment"),
    path("agreement/versions/<int:pk>/propose/", agreement_signing.propose, name="agreement-propose"),
    path("agreement/versions/<int:pk>/sign/", agreement_signing.sign, name="agreement-sign"),
    path("agreement/versions/<int:pk>/text/", agreement_papers.text, name="agreement-text"),
    path("agreement/versions/<int:pk>/file/<slug:form>/", agreement_papers.file, name="agreement-file"),
]
RESULTS = [
    path("compliance/", compliance.compliance, name="compliance"),
    path("compliance.csv", compliance.compliance_csv, name="compliance-csv"),
    path("compliance/offers/", compliance.offers, name="compliance-offers"),
    path("compliance/ledger/", ledger.page, name="compliance-ledger"),
    path("compliance/ledger.csv", ledger.file, name="compliance-ledger-csv"),
    path("compliance/<slug:code>/", compliance.commitment, name="compliance-commitment"),
    path("compliance/<slug:code>.csv", compliance.commitment_csv, name="compliance-commitment-csv"),
    path("alignment/", alignment.alignment, name="alignment"),
]
LAB = [
    path("lab/", lab.lab, name="lab"),
    path("lab/run/", lab.run, name="lab-ask"),
    path("lab/propose/", lab.propose, name="lab-propose"),
    path("lab/<int:pk>/", lab.result, name="lab-run"),
    path("lab/<int:pk>/progress/", lab.progress, name="lab-progress"),
    path("lab/<int:pk>/leads/<slug:which>/", lab.leads, name="lab-leads"),
]
IMPORTS = [
    path("imports/", imports.overview, name="imports"),
    path("imports/<int:pk>/", imports.job, name="import-job"),
    path("imports/<int:pk>/progress/", imports.progress, name="import-progress"),
    path("imports/<int:pk>/columns/", imports.columns, name="import-columns"),
    path("imports/<int:pk>/recognized/", imports.recognized, name="import-recognized"),
    path("imports/<int:pk>/words/", imports.meanings, name="import-words"),
    path("imports/<int:pk>/start/", imports.start, name="import-start"),
    path("imports/<int:pk>/remove/", imports.remove, name="import-remove"),
    path("imports/<int:pk>/rejects.csv", imports.rejects, name="import-rejects"),
]
DELIVERY = [
    path("act/<str:word>/", acts.act, name="act"),
    path("chat/slack/actions/", slack.actions, name="slack-actions"),
    path("feeds/<str:secret>.ics", choices.due_times, name="feed"),
    path("profile/notifications/", choices.choices, name="notice-choices"),
    path("profile/feed/new/", choices.new_feed, name="feed-new"),
    path("profile/feed/end/", choices.end_feed, name="feed-end"),
    path("operations/delivery/", deliveries.overview, name="operations-delivery"),
    path("operations/delivery/<int:pk>/again/", deliveries.again, name="operations-delivery-again"),
    path("operations/webhooks/", webhooks.overview, name="operations-webhooks"),
    path("operations/webhooks/team/", webhooks.team_chat, name="operations-team-chat"),
    path("operations/webhooks/<int:pk>/", webhooks.webhook, name="operations-webhook"),
    path("operations/webhooks/<int:pk>/rotate/", webhooks.rotate, name="operations-webhook-rotate"),
    path("operations/webhooks/<int:pk>/test/", webhooks.test, name="operations-webhook-test"),
    path("operations/webhooks/<int:pk>/switch/", webhooks.switch, name="operations-webhook-switch"),
]
SETTINGS = [
    path("settings/", settings.index, name="settings"),
    path("settings/people/", settings.everybody, name="settings-people"),
    path("settings/people/new/", settings.person, name="settings-person-new"),
    path("settings/people/<int:pk>/", settings.person, name="settings-person"),
    path("settings/people/<int:pk>/invite/", settings.invite, name="settings-person-invite"),
    path("settings/teams/", settings.teams, name="settings-teams"),
    path("settings/teams/new/", settings.team, name="settings-team-new"),
    path("settings/teams/<int:pk>/", settings.team, name="settings-team"),
]

urlpatterns = [*SETTINGS, *DELIVERY, *IMPORTS, *INBOX, *LEADS, *MOVES, *SIDES, *CLOCKS, *AGREEMENT, *RESULTS]
