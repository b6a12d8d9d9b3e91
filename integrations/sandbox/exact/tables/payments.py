"""Payments to suppliers.

The fields as Exact's reference lists them; see `fields.table` for the marks.
"""

from __future__ import annotations

from integrations.sandbox.exact.fields import table

# cashflow/Payments
PAYMENTS = table("""
guid: ID! Account- AccountBankAccountID~ AccountContact- BankAccountID- Creator- Document-
    EntryID- GLAccount- Modifier- PaymentSelector- TransactionEntryID- TransactionID-
string: AccountBankAccountNumber- AccountCode- AccountContactName- AccountName- BankAccountNumber-
    CashflowTransactionBatchCode- CreatorFullName- Currency- Description~ DocumentSubject-
    GLAccountCode- GLAccountDescription- Journal- JournalDescription- ModifierFullName-
    PaymentCondition- PaymentConditionDescription- PaymentMethod~ PaymentReference~
    PaymentSelectorFullName- YourRef-
boolean: TransactionIsReversal-
byte: IsBatchBooking-
int16: EndPeriod- EndYear- Status- TransactionReportingPeriod- TransactionReportingYear-
    TransactionStatus-
int32: Division- DocumentNumber- EntryNumber- InvoiceNumber- PaymentBatchNumber- PaymentDays-
    PaymentDaysDiscount- Source- TransactionType-
double: AmountDC- AmountDiscountDC- AmountDiscountFC- AmountFC- PaymentDiscountPercentage- RateFC-
    TransactionAmountDC- TransactionAmountFC-
datetime: Created- DiscountDueDate- DueDate- EndDate- EntryDate- InvoiceDate- Modified-
    PaymentSelected- TransactionDueDate-
""")
