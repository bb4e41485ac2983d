"""The addresses for machines."""

from django.urls import path, re_path

from portal.api import (
    agreements,
    disputes,
    docs,
    handoffs,
    imports,
    incoming,
    known,
    lab,
    leads,
    moves,
    people,
    results,
)

FACTS = [
    path("leads/", leads.Leads.as_view(), name="api-leads"),
    path("leads/<int:pk>/", leads.OneLead.as_view(), name="api-lead"),
    path("leads/<int:pk>/touches/", known.Touches.as_view(), name="api-lead-touches"),
    path("leads/<int:pk>/bant/", known.Bant.as_view(), name="api-lead-bant"),
    path("leads/<int:pk>/consents/", known.Consents.as_view(), name="api-lead-consents"),
    path("leads/<int:pk>/next-step/", known.NextStep.as_view(), name="api-lead-next-step"),
    path("leads/<int:pk>/clocks/", handoffs.LeadClocks.as_view(), name="api-lead-clocks"),
    path("leads/<int:pk>/reopen/", handoffs.Reopening.as_view(), name="api-lead-reopen"),
    path("accounts/", leads.Accounts.as_view(), name="api-accounts"),
    path("accounts/<int:pk>/", leads.OneAccount.as_view(), name="api-account"),
    path("touches/batch/", known.TouchBatch.as_view(), name="api-touches"),
    path("deals/", known.Deals.as_view(), name="api-deals"),
    path("deals/<int:pk>/", known.OneDeal.as_view(), name="api-deal"),
    path("deals/<int:pk>/close/", known.DealClosing.as_view(), name="api-deal-close"),
    path("intake/<slug:source>/", incoming.Incoming.as_view(), name="api-intake"),
]
WORK = [
    path("handoffs/", handoffs.Handoffs.as_view(), name="api-handoffs"),
    path("handoffs/<int:pk>/", handoffs.OneHandoff.as_view(), name="api-handoff"),
    path("handoffs/<int:pk>/evidence/", handoffs.HandoffEvidence.as_view(), name="api-handoff-evidence"),
    path("handoffs/<int:pk>/clocks/", handoffs.HandoffClocks.as_view(), name="api-handoff-clocks"),
    *(
        path(f"handoffs/<int:pk>/{name}/", view.as_view(), name=f"api-handoff-{name}")
        for name, view in moves.VIEWS.items()
    ),
    path("clocks/<int:pk>/", handoffs.OneClock.as_view(), name="api-clock"),
    path("clocks/<int:pk>/replay/", handoffs.ClockReplay.as_view(), name="api-clock-replay"),
    path("clocks/<int:pk>/dispute/", disputes.ClockDispute.as_view(), name="api-clock-dispute"),
    path("disputes/", disputes.Disputes.as_view(), name="api-disputes"),
    path("disputes/<int:pk>/", disputes.OneDispute.as_view(), name="api-dispute"),
    path("disputes/<int:pk>/answer/", disputes.DisputeAnswer.as_view(), name="api-dispute-answer"),
]
TERMS = [
    path("agreements/", agreements.Agreements.as_view(), name="api-agreements"),
    path("agreements/<slug:key>/earlier/", agreements.Earlier.as_view(), name="api-agreement-earlier"),
    path("agreements/<slug:key>/draft/", agreements.Draft.as_view(), name="api-draft"),
    path("versions/<int:pk>/", agreements.OneVersion.as_view(), name="api-version"),
    path("versions/<int:pk>/export/", agreements.VersionExport.as_view(), name="api-version-export"),
    path("versions/<int:pk>/propose/", agreements.Proposing.as_view(), name="api-version-propose"),
    path("versions/<int:pk>/sign/", agreements.Signing.as_view(), name="api-version-sign"),
    path("lab/", lab.LabRuns.as_view(), name="api-lab"),
    path("lab/<int:pk>/", lab.OneLabRun.as_view(), name="api-lab-run"),
]
RESULTS = [
    path("compliance/", results.Compliance.as_view(), name="api-compliance"),
    path("alignment/", results.Alignment.as_view(), name="api-alignment"),
    path("exports/leads/", results.LeadExport.as_view(), name="api-export-leads"),
    path("imports/", imports.Imports.as_view(), name="api-imports"),
    path("imports/<int:pk>/", imports.OneImport.as_view(), name="api-import"),
    path("imports/<int:pk>/mapping/", imports.ImportMapping.as_view(), name="api-import-mapping"),
    path("imports/<int:pk>/start/", imports.ImportStart.as_view(), name="api-import-start"),
    path("imports/<int:pk>/undo/", imports.ImportUndo.as_view(), name="api-import-undo"),
    path("imports/<int:pk>/rejects/", imports.ImportRejects.as_view(), name="api-import-rejects"),
]
PEOPLE = [
    path("me/", people.Me.as_view(), name="api-me"),
    path("teams/", people.Teams.as_view(), name="api-teams"),
    path("people/", people.People.as_view(), name="api-people"),
]
ITSELF = [
    path("schema/", docs.Schema.as_view(), name="api-schema"),
    path("docs/", docs.viewer, name="api-docs"),
    re_path(r"^[\s\S]*$", docs.Nowhere.as_view(), name="api-nowhere"),
]

urlpatterns = [*FACTS, *WORK, *TERMS, *RESULTS, *PEOPLE, *ITSELF]
