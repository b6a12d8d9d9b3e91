"""The company behind the books: ids, first settings and lists every new company has."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.sandbox.quickbooks.countries import tax_codes, tax_rates
from integrations.sandbox.quickbooks.entities import ENTITIES
from integrations.sandbox.quickbooks.rules import LEDGER_CLASSES
from integrations.sandbox.quickbooks.shelf import Record
from integrations.sandbox.quickbooks.store import Store

REALM = "4620816365291273890"
NAME = "Hollis & Vane Trading Co."
_ADDRESS = {
    "Id": "1",
    "Line1": "1180 Howard Street",
    "City": "San Francisco",
    # Countries of the company come back as three letters, whatever was written.
    "Country": "USA",
    "CountrySubDivisionCode": "CA",
    "PostalCode": "94103",
}

# Name, type, sub-type, number.
_LEDGERS = (
    ("Checking", "Bank", "Checking", "1000"),
    ("Savings", "Bank", "Savings", "1010"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable", "1100"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds", "1200"),
    ("Inventory Asset", "Other Current Asset", "Inventory", "1300"),
    ("Furniture and Equipment", "Fixed Asset", "FurnitureAndFixtures", "1500"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable", "2000"),
    ("Mastercard", "Credit Card", "CreditCard", "2100"),
    ("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable", "2200"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity", "3000"),
    ("Retained Earnings", "Equity", "RetainedEarnings", "3900"),
    ("Services", "Income", "ServiceFeeIncome", "4000"),
    ("Sales of Product Income", "Income", "SalesOfProductIncome", "4100"),
    ("Subscriptions", "Income", "ServiceFeeIncome", "4200"),
    ("Discounts Given", "Income", "DiscountsRefundsGiven", "4900"),
    ("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs", "5000"),
    ("Advertising", "Expense", "AdvertisingPromotional", "6000"),
    ("Bank Charges", "Expense", "BankCharges", "6100"),
    ("Office Expenses", "Expense", "OfficeGeneralAdministrativeExpenses", "6200"),
    ("Interest Earned", "Other Income", "InterestEarned", "7000"),
)
_TERMS = (("Due on receipt", 0), ("Net 10", 10), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60))
_PAYMENT_METHODS = (
    ("Cash", "NON_CREDIT_CARD"),
    ("Check", "NON_CREDIT_CARD"),
    ("Bank transfer", "NON_CREDIT_CARD"),
    ("Visa", "CREDIT_CARD"),
    ("MasterCard", "CREDIT_CARD"),
)
_PREFERENCES: Record = {
    "Id": "1",
    "AccountingInfoPrefs": {
        "FirstMonthOfFiscalYear": "January",
        "UseAccountNumbers": True,
        "TaxYearMonth": "January",
        "ClassTrackingPerTxn": False,
        "ClassTrackingPerTxnLine": True,
        "TrackDepartments": False,
        "CustomerTerminology": "Customers",
    },
    "ProductAndServicesPrefs": {
        "ForSales": True,
        "ForPurchase": True,
        "QuantityWithPriceAndRate": True,
        "QuantityOnHand": True,
        "RevenueRecognitionEnabled": False,
    },
    "SalesFormsPrefs": {
        "CustomTxnNumbers": False,
        "AllowDeposit": True,
        "AllowDiscount": True,
        "AllowShipping": False,
        "AllowEstimates": True,
        "AllowServiceDate": True,
        "DefaultTerms": {"value": "4", "name": "Net 30"},
        "DefaultDiscountAccount": "15",
        "CustomField": [],
    },
    "EmailMessagesPrefs": {},
    "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True},
    "TimeTrackingPrefs": {
        "UseServices": True,
        "BillCustomers": True,
        "WorkWeekStartDate": "Monday",
    },
    "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": True},
    "CurrencyPrefs": {
        "MultiCurrencyEnabled": False,
        "HomeCurrency": {"value": "USD"},
    },
    "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
    "OtherPrefs": {"NameValue": [{"Name": "SalesFormsPrefs.DefaultItem", "Value": "1"}]},
}


def open_books(store: Store, realm: str) -> None:
    """Fill an empty store with what a new company has: no customers, vendors or items yet."""
    now = int(store.clock.time())
    for name, records in _lists(realm):
        rows = list(records)
        store.load(ENTITIES[name], rows, [now] * len(rows))


def _lists(realm: str) -> Iterator[tuple[str, Iterator[Record]]]:
    yield "CompanyInfo", iter([_company(realm)])
    yield "Preferences", iter([_PREFERENCES])
    yield "CompanyCurrency", iter([{"Id": "USD", "Code": "USD", "Name": "United States Dollar"}])
    yield "Account", (_ledger(*each) for each in _LEDGERS)
    yield "Term", ({"Name": n, "DueDays": d, "Type": "STANDARD"} for n, d in _TERMS)
    yield "PaymentMethod", ({"Name": n, "Type": kind} for n, kind in _PAYMENT_METHODS)
    yield "Class", ({"Name": name} for name in ("Wholesale", "Retail"))
    yield "Department", ({"Name": name} for name in ("Main Street", "Harbour"))
    yield "TaxRate", iter(tax_rates("US"))
    yield "TaxCode", iter(tax_codes("US"))


def _company(realm: str) -> Record:
    return {
        "Id": "1",
        "CompanyName": NAME,
        "LegalName": NAME,
        "CompanyAddr": _ADDRESS,
        "LegalAddr": _ADDRESS,
        "CustomerCommunicationAddr": _ADDRESS,
        "PrimaryPhone": {"FreeFormNumber": "(415) 555-0132"},
        "Email": {"Address": "office@hollisvane.example"},
        "WebAddr": {"URI": "https://hollisvane.example"},
        "Country": "US",
        "SupportedLanguages": "en",
        "FiscalYearStartMonth": "January",
        "CompanyStartDate": "2019-04-01",
        "NameValue": [
            {"Name": "SubscriptionStatus", "Value": "PAID"},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            {"Name": "ItemCategoriesFeature", "Value": "true"},
            {"Name": "realmId", "Value": realm},
        ],
    }


def _ledger(name: str, kind: str, sub_type: str, number: str) -> Record:
    return {
        "Name": name,
        "AccountType": kind,
        "AccountSubType": sub_type,
        "AcctNum": number,
        "Classification": LEDGER_CLASSES[kind],
        "SubAccount": False,
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
    }
