"""Deals, quotes and notes, by HubSpot's deals, quotes and notes guides."""

from __future__ import annotations

from integrations.sandbox.hubspot.choices import DEAL_TYPES, QUOTE_STATUSES
from integrations.sandbox.hubspot.definitions import STAMPS, Group, ObjectDefinition
from integrations.sandbox.hubspot.property_kinds import (
    amount,
    choice,
    currency,
    date,
    derived,
    flag,
    moment,
    number,
    owner,
    sources,
    text,
)

DEAL = "dealinformation"
QUOTE = "quoteinformation"
ENGAGEMENT = "engagement"

DEALS = ObjectDefinition(
    name="deals",
    singular="deal",
    type_id="0-3",
    scope="deals",
    first_id=500001,
    modified="hs_lastmodifieddate",
    created="createdate",
    defaults=(
        "amount",
        "closedate",
        "createdate",
        "dealname",
        "dealstage",
        "hs_lastmodifieddate",
        "hs_object_id",
        "pipeline",
    ),
    searched=("dealname", "description"),
    required=("dealname", "dealstage"),
    is_mergeable=True,
    groups=(Group(DEAL, "Deal information", 0),),
    properties=(
        *derived(DEAL, "hs_lastmodifieddate"),
        *sources(DEAL),
        text("dealname", "Deal Name", DEAL),
        number("amount", "Amount", DEAL),
        currency("deal_currency_code", "Currency", DEAL),
        # Their options are the account's pipelines and stages: the rules of deals check them.
        choice("dealstage", "Deal Stage", DEAL, (), field_type="radio", external_options=True),
        choice("pipeline", "Pipeline", DEAL, (), external_options=True),
        moment("closedate", "Close Date", DEAL),
        choice("dealtype", "Deal Type", DEAL, DEAL_TYPES, field_type="radio"),
        text("description", "Deal Description", DEAL, field_type="textarea"),
        text("hs_next_step", "Next step", DEAL),
        owner(DEAL),
        text("hs_all_collaborator_owner_ids", "Deal Collaborators", DEAL),
        moment(
            "hs_v2_date_entered_current_stage",
            "Date entered current stage",
            DEAL,
            read_only=True,
            calculated=True,
        ),
        flag("hs_is_closed", "Is Deal Closed?", DEAL, read_only=True, calculated=True),
        flag("hs_is_closed_won", "Is Closed Won", DEAL, read_only=True, calculated=True),
        amount("hs_deal_stage_probability", "Deal probability", DEAL),
        amount("amount_in_home_currency", "Amount in company currency", DEAL),
        amount("hs_primary_associated_company", "Primary Associated Company", DEAL),
        amount("num_associated_contacts", "Number of Associated Contacts", DEAL),
        amount("hs_num_of_associated_line_items", "Number of Associated Line Items", DEAL),
        text("hs_merged_object_ids", "Merged record IDs", DEAL, read_only=True),
    ),
)

# Only what associations need: publishing, approval and signing belong to the screens.
QUOTES = ObjectDefinition(
    name="quotes",
    singular="quote",
    type_id="0-14",
    scope="quotes",
    first_id=600001,
    modified="hs_lastmodifieddate",
    created="hs_createdate",
    defaults=STAMPS,
    searched=("hs_title", "hs_quote_number"),
    required=("hs_title", "hs_expiration_date"),
    has_own_events=False,
    groups=(Group(QUOTE, "Quote information", 0),),
    properties=(
        *derived(QUOTE, "hs_lastmodifieddate", "hs_createdate"),
        *sources(QUOTE),
        text("hs_title", "Quote Title", QUOTE),
        date("hs_expiration_date", "Expiration Date", QUOTE),
        choice("hs_status", "Quote Status", QUOTE, QUOTE_STATUSES),
        currency("hs_currency", "Currency", QUOTE),
        text("hs_comments", "Comments to buyer", QUOTE, field_type="textarea"),
        text("hs_terms", "Purchase terms", QUOTE, field_type="textarea"),
        text("hs_quote_number", "Quote number", QUOTE, read_only=True),
        text("hs_quote_link", "Quote link", QUOTE, read_only=True),
        number("hs_quote_amount", "Quote amount", QUOTE, read_only=True),
        owner(QUOTE),
    ),
)

NOTES = ObjectDefinition(
    name="notes",
    singular="note",
    type_id="0-46",
    scope="contacts",
    first_id=900001,
    modified="hs_lastmodifieddate",
    created="hs_createdate",
    defaults=STAMPS,
    searched=("hs_note_body",),
    required=("hs_timestamp",),
    # Notes have no scope of their own.
    schema_write_scopes=("crm.schemas.contacts.write", "crm.objects.contacts.write"),
    has_own_events=False,
    groups=(Group(ENGAGEMENT, "Engagement information", 0),),
    properties=(
        *derived(ENGAGEMENT, "hs_lastmodifieddate", "hs_createdate"),
        *sources(ENGAGEMENT),
        moment("hs_timestamp", "Activity date", ENGAGEMENT),
        text("hs_note_body", "Note body", ENGAGEMENT, field_type="html"),
        text("hs_attachment_ids", "Attached file IDs", ENGAGEMENT),
        owner(ENGAGEMENT),
    ),
)

SALES = (DEALS, QUOTES, NOTES)
