"""Invoices, bookings and what is still to be paid.

The fields as Exact's reference lists them; see `fields.table` for the marks.
"""

from __future__ import annotations

from integrations.sandbox.exact.fields import derived, table

# salesinvoice/SalesInvoices
SALES_INVOICES = table("""
guid: InvoiceID! Creator- DeliverTo DeliverToAddress DeliverToContactPerson Document InvoiceTo
    InvoiceToContactPerson Modifier- OrderedBy* OrderedByContactPerson SalesChannel Salesperson
    SelectionCode ShippingMethod TaxSchedule Warehouse
string: CreatorFullName- Currency DeliverToContactPersonFullName- DeliverToName- Description
    DocumentSubject- IncotermAddress IncotermCode InvoiceToContactPersonFullName- InvoiceToName-
    Journal* JournalDescription- ModifierFullName- OrderedByContactPersonFullName-
    OrderedByName- PaymentCondition PaymentConditionDescription- PaymentReference Remarks
    SalesChannelCode- SalesChannelDescription- SalespersonFullName- SelectionCodeCode-
    SelectionCodeDescription- ShippingMethodCode- ShippingMethodDescription-
    StarterSalesInvoiceStatusDescription- StatusDescription- TaxScheduleCode-
    TaxScheduleDescription- TypeDescription- YourRef
boolean: IsExtraDuty
int16: DiscountType- IncotermVersion StarterSalesInvoiceStatus- Status-
int32: Division- DocumentNumber- InvoiceNumber- OrderNumber Type
double: AmountDC- AmountDiscount AmountDiscountExclVat AmountFC- AmountFCExclVat- Discount
    ExtraDutyAmountFC GAccountAmountFC VATAmountDC- VATAmountFC- WithholdingTaxAmountFC
    WithholdingTaxBaseAmount WithholdingTaxPercentage
datetime: Created- DueDate InvoiceDate- Modified- OrderDate
collection:SalesInvoiceLines: SalesInvoiceLines*
collection:SalesInvoiceOrderChargeLines: SalesInvoiceOrderChargeLines
""")
# salesinvoice/SalesInvoiceLines
SALES_INVOICE_LINES = table("""
guid: ID! Employee GLAccount* InvoiceID* Item* Pricelist Project ProjectWBS SalesOrder-
    SalesOrderLine- Subscription- TaxSchedule
string: CostCenter CostCenterDescription- CostUnit CostUnitDescription- CustomerItemCode-
    CustomField- Description EmployeeFullName- GLAccountDescription- ItemCode- ItemDescription-
    Notes PricelistDescription- ProjectDescription- ProjectWBSDescription-
    SubscriptionDescription- TaxScheduleCode- TaxScheduleDescription- UnitCode UnitDescription-
    VATCode VATCodeDescription-
int32: Division- LineNumber- SalesOrderLineNumber- SalesOrderNumber-
double: AmountDC- AmountFC Discount ExtraDutyAmountFC ExtraDutyPercentage NetPrice Quantity
    UnitPrice VATAmountDC VATAmountFC VATPercentage
datetime: DeliveryDate EndTime StartTime
""")
# salesinvoice/PrintedSalesInvoices
PRINTED_SALES_INVOICES = table("""
guid: InvoiceID! Document+ DocumentLayout+ EmailLayout+ PostboxSender+
string: DocumentCreationError+ DocumentCreationSuccess+ EmailCreationError+
    EmailCreationSuccess+ ExtraText+ PeppolCreationError+ PeppolCreationSuccess+
    PostboxMessageCreationError+ PostboxMessageCreationSuccess+ SenderEmailAddress+
boolean: SendEmailToCustomer+ SendInvoiceToCustomerPostbox+ SendInvoiceViaPeppol+
    SendOutputBasedOnAccount+
int32: Division+ ReportingPeriod+ ReportingYear+
datetime: InvoiceDate+
""")
# salesinvoice/Layouts
LAYOUTS = table("""
guid: ID! Creator Modifier
string: CreatorFullName ModifierFullName Subject
int16: Type
int32: Division
datetime: Created Modified
""")
# salesentry/SalesEntries
SALES_ENTRIES = table("""
guid: EntryID! Creator- Customer* Document Modifier-
string: CreatorFullName- Currency CustomerName- CustomField- Description DocumentSubject-
    ExternalLinkDescription- ExternalLinkReference Journal* JournalDescription-
    ModifierFullName- PaymentCondition PaymentConditionDescription-
    PaymentConditionPaymentMethod- PaymentReference StatusDescription- TypeDescription- YourRef
boolean: IsExtraDuty Reversal
int16: ReportingPeriod ReportingYear Status-
int32: BatchNumber Division- DocumentNumber- EntryNumber InvoiceNumber OrderNumber ProcessNumber
    Type-
double: AmountDC- AmountFC- GAccountAmountFC Rate VATAmountDC- VATAmountFC
    WithholdingTaxAmountDC WithholdingTaxBaseAmount WithholdingTaxPercentage
datetime: Created- DueDate EntryDate Modified-
collection:SalesEntryLines: SalesEntryLines*
""")
# salesentry/SalesEntryLines
SALES_ENTRY_LINES = table("""
guid: ID! Asset EntryID* GLAccount* Project ProjectWBS Subscription TaxSchedule TrackingNumber
string: AssetDescription- CostCenter CostCenterDescription- CostUnit CostUnitDescription-
    CustomField- Description GLAccountCode- GLAccountDescription- IntraStatArea IntraStatCountry
    IntraStatDeliveryTerm IntraStatTransactionA IntraStatTransactionB IntraStatTransportMethod
    Notes ProjectDescription- ProjectWBSDescription- SerialNumber StatisticalNumber
    SubscriptionDescription- TrackingNumberDescription- VATCode VATCodeDescription-
int32: Division- LineNumber- Type-
double: AmountDC- AmountFC* ExtraDutyAmountFC ExtraDutyPercentage Quantity StatisticalNetWeight
    StatisticalQuantity StatisticalValue VATAmountDC- VATAmountFC VATBaseAmountDC
    VATBaseAmountFC VATPercentage
datetime: From To
""")
# cashflow/Receivables
RECEIVABLES = table("""
guid: ID! Account- AccountBankAccountID- AccountContact- BankAccountID- Creator-
    DirectDebitMandate- Document- EntryID- GLAccount- Modifier- ReceivableSelector-
    TransactionEntryID- TransactionID-
string: AccountBankAccountNumber- AccountCode- AccountContactName- AccountCountry- AccountName-
    BankAccountNumber- CashflowTransactionBatchCode- CreatorFullName- Currency- Description~
    DirectDebitMandateDescription- DirectDebitMandateReference- DocumentSubject- EndToEndID-
    GLAccountCode- GLAccountDescription- Journal- JournalDescription- ModifierFullName-
    PaymentCondition- PaymentConditionDescription- PaymentInformationID- PaymentMethod~
    PaymentReference~ ReceivableSelectorFullName- YourRef-
boolean: IsFullyPaid- TransactionIsReversal-
byte: IsBatchBooking-
int16: DirectDebitMandatePaymentType- DirectDebitMandateType- EndPeriod- EndYear- Status-
    TransactionReportingPeriod- TransactionReportingYear- TransactionStatus-
int32: Division- DocumentNumber- EntryNumber- InvoiceNumber- OrderNumber- PaymentDays-
    PaymentDaysDiscount- ReceivableBatchNumber- Source- TransactionType-
double: AmountDC- AmountDiscountDC- AmountDiscountFC- AmountFC- PaymentDiscountPercentage-
    RateFC- TransactionAmountDC- TransactionAmountFC-
datetime: Created- DiscountDueDate- DueDate- EndDate- EntryDate- InvoiceDate- LastPaymentDate-
    Modified- ReceivableSelected- TransactionDueDate-
""")
# read/financial/ReceivablesList
RECEIVABLES_LIST = table("""
guid: AccountId Id
string: AccountCode AccountName CurrencyCode Description JournalCode JournalDescription YourRef
int32: EntryNumber InvoiceNumber
int64: HID!
double: Amount AmountInTransit
datetime: DueDate InvoiceDate
collection:DataSource: Notes
""")
# sync/SalesInvoice/SalesInvoices
SYNC_SALES_INVOICES = table("""
guid: Creator DeliverTo DeliverToAddress DeliverToContactPerson Document Employee GLAccount* ID
    InvoiceID* InvoiceTo InvoiceToContactPerson Item* Modifier OrderedBy* OrderedByContactPerson
    Pricelist Project ProjectWBS SalesChannel SalesOrder SalesOrderLine Salesperson Subscription
    TaxSchedule Warehouse
string: CostCenter CostCenterDescription CostUnit CostUnitDescription CreatorFullName Currency
    CustomerItemCode CustomField DeliverToContactPersonFullName DeliverToName Description
    DocumentSubject EmployeeFullName GLAccountDescription IncotermAddress IncotermCode
    InvoiceToContactPersonFullName InvoiceToName ItemCode ItemDescription Journal*
    JournalDescription ModifierFullName Notes OrderedByContactPersonFullName OrderedByName
    PaymentCondition PaymentConditionDescription PaymentReference PricelistDescription
    ProjectDescription ProjectWBSDescription Remarks SalesChannelCode SalesChannelDescription
    SalespersonFullName StarterSalesInvoiceStatusDescription StatusDescription
    SubscriptionDescription TaxScheduleCode TaxScheduleDescription TypeDescription UnitCode
    UnitDescription VATCode VATCodeDescription YourRef
boolean: IsExtraDuty
int16: DiscountType IncotermVersion StarterSalesInvoiceStatus Status
int32: Division DocumentNumber InvoiceNumber LineNumber OrderNumber SalesOrderLineNumber
    SalesOrderNumber Type
int64: Timestamp!
double: AmountDC AmountDiscount AmountDiscountExclVat AmountFC AmountFCExclVat Discount
    ExtraDutyAmountFC ExtraDutyPercentage GAccountAmountFC NetPrice Quantity UnitPrice
    VATAmountDC VATAmountFC VATPercentage WithholdingTaxAmountFC WithholdingTaxBaseAmount
    WithholdingTaxPercentage
datetime: Created DeliveryDate DueDate EndTime InvoiceDate Modified OrderDate StartTime
""")
# sync/Cashflow/PaymentTerms
SYNC_PAYMENT_TERMS = table("""
guid: Account AccountBankAccountID AccountContact BankAccountID Creator DirectDebitMandate
    Document EntryID GLAccount ID Modifier PaymentSelector ReceivableSelector TransactionEntryID
    TransactionID
string: AccountBankAccountNumber AccountCode AccountContactName AccountCountry AccountName
    BankAccountNumber CashflowTransactionBatchCode CreatorFullName Currency Description
    DirectDebitMandateDescription DirectDebitMandateReference DocumentSubject EndToEndID
    GLAccountCode GLAccountDescription Journal JournalDescription ModifierFullName
    PaymentCondition PaymentConditionDescription PaymentInformationID PaymentMethod
    PaymentReference PaymentSelectorFullName ReceivableSelectorFullName YourRef
boolean: IsFullyPaid TransactionIsReversal
byte: IsBatchBooking
int16: ApprovalStatus DirectDebitMandatePaymentType DirectDebitMandateType EndPeriod EndYear
    LineType Status TransactionReportingPeriod TransactionReportingYear TransactionStatus
int32: Division DocumentNumber EntryNumber InvoiceNumber OrderNumber PaymentBatchNumber
    PaymentDays PaymentDaysDiscount ReceivableBatchNumber Source TransactionType
int64: Timestamp!
double: AmountDC AmountDiscountDC AmountDiscountFC AmountFC PaymentDiscountPercentage RateFC
    TransactionAmountDC TransactionAmountFC
datetime: Created DiscountDueDate DueDate EndDate EntryDate InvoiceDate LastPaymentDate Modified
    PaymentSelected ReceivableSelected TransactionDueDate
""")
# bulk/SalesInvoice/SalesInvoices
BULK_SALES_INVOICES = derived(
    SALES_INVOICES,
    without="""
SalesInvoiceOrderChargeLines
""",
)
