"""The names of the settings of a sync of documents; forms store them and specs read them."""

# What a line without an item of its own is booked on: the custom item, or its document fails.
UNMATCHED = "unmatched_lines"
CUSTOM, REFUSE = "custom", "fail"
INCOME_ACCOUNT = "income_account"
EXPENSE_ACCOUNT = "expense_account"
# The id of that item at the right side's provider: kept by us, asked of nobody.
CUSTOM_ITEM = "custom_item"
# What it was called when it was found or made.
CUSTOM_ITEM_NAME = "custom_item_name"
# [[left rate, right code, per cent, label], …], and the right code of lines without a rate.
TAXES, NO_TAX = "taxes", "no_tax"
PRICES_INCLUDE_TAX = "prices_include_tax"
# What that item is made with where people choose it: its code, unit and group.
ITEM_CODE = "item_code"
UNIT = "unit"
ITEM_GROUP = "item_group"
