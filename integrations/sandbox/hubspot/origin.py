"""Who makes a change, as `changeSource` of webhooks and `hs_object_source` of records tell it."""

API = "INTEGRATION"
SCREEN = "CRM_UI"
