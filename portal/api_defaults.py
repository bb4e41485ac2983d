"""What the API tells its framework: settings that say nothing about a single home."""

#: The address below which everything for machines lies.
ROOT = "/api/v1/"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.entering.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "portal.api.entering.WithinScope",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.PerCaller"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "portal.api.describing.Schema",
    "EXCEPTION_HANDLER": "portal.api.problems.handle",
    "DEFAULT_METADATA_CLASS": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Concord",
    "DESCRIPTION": (
        "Leads, handoffs and the agreement that judges them, for machines. "
        "A caller sees what its person sees; moves are one address each. "
        "Errors are problem documents (RFC 9457)."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "Stage": "leads.choices.Stage",
        "Side": "leads.choices.Side",
        "TouchSide": "leads.choices.TouchSide",
        "TouchKind": "leads.choices.TouchKind",
        "BantKind": "leads.choices.BantKind",
        "ImportKind": "leads.choices.ImportKind",
        "LabKind": "sla.choices.LabKind",
        "HandoffState": "sla.choices.HandoffState",
        "ClockState": "sla.choices.ClockState",
        "VersionState": "sla.choices.VersionState",
        "DealState": "leads.choices.DealState",
        "LabState": "sla.choices.LabState",
        "JobState": "portal.models.imports.JobState",
        "ConsentState": "leads.choices.ConsentState",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.api.describing.add_problems",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "validatorUrl": None},
}
