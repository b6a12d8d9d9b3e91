"""The choices of HubSpot's own properties."""

from __future__ import annotations

LIFECYCLE_STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
LEAD_STATUSES = (
    ("NEW", "New"),
    ("OPEN", "Open"),
    ("IN_PROGRESS", "In Progress"),
    ("OPEN_DEAL", "Open Deal"),
    ("UNQUALIFIED", "Unqualified"),
    ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
    ("CONNECTED", "Connected"),
    ("BAD_TIMING", "Bad Timing"),
)
INDUSTRIES = (
    ("ACCOUNTING", "Accounting"),
    ("AUTOMOTIVE", "Automotive"),
    ("BANKING", "Banking"),
    ("COMPUTER_SOFTWARE", "Computer Software"),
    ("CONSTRUCTION", "Construction"),
    ("CONSUMER_GOODS", "Consumer Goods"),
    ("DESIGN", "Design"),
    ("EDUCATION_MANAGEMENT", "Education Management"),
    ("FOOD_BEVERAGES", "Food & Beverages"),
    ("HOSPITAL_HEALTH_CARE", "Hospital & Health Care"),
    ("HOSPITALITY", "Hospitality"),
    ("INFORMATION_TECHNOLOGY_AND_SERVICES", "Information Technology and Services"),
    ("LEGAL_SERVICES", "Legal Services"),
    ("LOGISTICS_AND_SUPPLY_CHAIN", "Logistics and Supply Chain"),
    ("MACHINERY", "Machinery"),
    ("MARKETING_AND_ADVERTISING", "Marketing and Advertising"),
    ("NON_PROFIT_ORGANIZATION_MANAGEMENT", "Non-Profit Organization Management"),
    ("REAL_ESTATE", "Real Estate"),
    ("RETAIL", "Retail"),
    ("WHOLESALE", "Wholesale"),
)
FREQUENCIES = (
    ("weekly", "Weekly"),
    ("biweekly", "Every two weeks"),
    ("monthly", "Monthly"),
    ("quarterly", "Quarterly"),
    ("per_six_months", "Semi-annually"),
    ("annually", "Annually"),
    ("per_two_years", "Every two years"),
    ("per_three_years", "Every three years"),
)
PRICING_MODELS = (
    ("flat", "Flat"),
    ("volume", "Volume"),
    ("graduated", "Graduated"),
    ("stairstep", "Stairstep"),
)
PRODUCT_TYPES = (
    ("inventory", "Inventory"),
    ("non_inventory", "Non-inventory"),
    ("service", "Service"),
)
INVOICE_STATUSES = (
    ("draft", "Draft"),
    ("open", "Open"),
    ("paid", "Paid"),
    ("voided", "Voided"),
)
# The labels are in the knowledge base's list of default invoice properties; of the values only
# data_sync is seen in the wild.
INVOICE_SOURCES = (
    ("hubspot", "HubSpot"),
    ("data_sync", "Data Sync"),
    ("legacy_quickbooks", "Legacy Quickbooks"),
)
COLLECTION_METHODS = (("manual", "Manual"), ("none", "None"))
ALLOWED_METHODS = (
    ("credit_or_debit_card", "Credit or debit card"),
    ("ach", "ACH"),
    ("sepa", "SEPA"),
    ("bacs", "Bacs"),
    ("pads", "PADs"),
)
PAYMENT_STATUSES = (
    ("processing", "Processing"),
    ("succeeded", "Succeeded"),
    ("failed", "Failed"),
    ("partially_refunded", "Partially refunded"),
    ("refunded", "Refunded"),
    ("processing_refund", "Processing refund"),
    ("disputed_won", "Dispute won"),
    ("disputed_lost", "Dispute lost"),
    ("disputed_action_required", "Dispute: action required"),
    ("disputed_awaiting_decision", "Dispute: awaiting decision"),
)
PAYMENT_METHODS = (
    ("card", "Card"),
    ("ach", "ACH"),
    ("cash", "Cash"),
    ("check", "Check"),
    ("wire_transfer", "Wire transfer"),
    ("other", "Other"),
    ("sepa", "SEPA"),
    ("bacs", "Bacs"),
    ("pads", "PADs"),
)
PROCESSORS = (
    ("hs_payments", "HubSpot payments"),
    ("byo_stripe", "Stripe"),
    ("none", "None"),
    ("quickbooks", "QuickBooks"),
    ("xero", "Xero"),
)
PAYMENT_APPS = (
    ("SALES_CHECKOUT", "Payment link"),
    ("QUOTE", "Quote"),
    ("INVOICE", "Invoice"),
    ("MIGRATION", "Migration"),
    ("SUBSCRIPTION", "Subscription"),
)
PART_KINDS = (("PERCENT", "Percent"), ("FIXED", "Fixed amount"))
DEAL_TYPES = (("newbusiness", "New Business"), ("existingbusiness", "Existing Business"))
QUOTE_STATUSES = (
    ("DRAFT", "Draft"),
    ("APPROVAL_NOT_NEEDED", "Published"),
    ("PENDING_APPROVAL", "Pending approval"),
    ("APPROVED", "Approved"),
    ("REJECTED", "Rejected"),
)
