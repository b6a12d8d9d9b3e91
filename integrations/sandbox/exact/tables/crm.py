"""Accounts, contacts and what belongs to them.

The fields as Exact's reference lists them; see `fields.table` for the marks.
"""

from __future__ import annotations

from integrations.sandbox.exact.fields import derived, table

# crm/Accounts
ACCOUNTS = table("""
guid: ID! Accountant AccountManager ActivitySector ActivitySubSector BRIN- BusinessType
    Classification1 Classification2 Classification3 Classification4 Classification5
    Classification6 Classification7 Classification8 CompanySize Creator- Document-
    GLAccountPurchase GLAccountSales GLAP GLAR InvoiceAccount LeadPurpose LeadSource MainContact
    Modifier- Parent PriceList Reseller SalesTaxSchedule ShippingMethod
string: AccountManagerFullName- AddressLine1 AddressLine2 AddressLine3 BSN ChamberOfCommerce
    City Classification- ClassificationDescription- Code CodeAtSupplier Costcenter-
    CostcenterDescription- Country CountryName- CreatorFullName- Currency- CustomField-
    DatevCreditorCode DatevDebtorCode DunsNumber- Email EORINumber Fax GlnNumber
    IncotermAddressPurchase IncotermAddressSales IncotermCodePurchase IncotermCodeSales
    IntraStatArea IntraStatDeliveryTerm IntraStatSystem IntraStatTransactionA
    IntraStatTransactionB IntraStatTransportMethod InvoiceAccountCode- InvoiceAccountName-
    Language LanguageDescription- LogoFileName LogoThumbnailUrl- LogoUrl- ModifierFullName-
    Name* OINNumber PayAsYouEarn PaymentConditionPurchase PaymentConditionPurchaseDescription-
    PaymentConditionSales PaymentConditionSalesDescription- PeppolIdentifier Phone
    PhoneExtension Postcode PurchaseCurrency PurchaseCurrencyDescription- PurchaseVATCode
    PurchaseVATCodeDescription- Remarks ResellerCode- ResellerName- RSIN SalesCurrency
    SalesCurrencyDescription- SalesTaxScheduleCode- SalesTaxScheduleDescription- SalesVATCode
    SalesVATCodeDescription- SearchCode State StateName- Status TradeName Type-
    UniqueTaxpayerReference VATLiability VATNumber Website
boolean: Blocked CanDropShip EnableSalesPaymentLink HasWithholdingTaxSales
    IgnoreDatevWarningMessage IsBank- IsExtraDuty IsMember- IsPilot IsPurchase- IsReseller
    IsSales- IsSupplier RecepientOfCommissions ShowRemarkForSales
byte: AddressSource- AutomaticProcessProposedEntry ConsolidationScenario CostPaid-
    DeliveryAdvice IsAccountant IsAgency IsAnonymised- IsCompetitor IsMailing
    SeparateInvPerProject SeparateInvPerSubscription Source-
int16: IncotermVersionPurchase IncotermVersionSales
int32: AccountManagerHID- Division- InvoiceAttachmentType InvoicingMethod PeppolIdentifierType
    PurchaseLeadDays SecurityLevel ShippingLeadDays
double: CreditLinePurchase CreditLineSales DiscountPurchase DiscountSales Latitude Longitude
datetime: ControlledDate Created- CustomerSince- EndDate EstablishedDate Modified- StartDate
    StatusSince-
binary: Logo
collection:BankAccounts: BankAccounts-
""")
# crm/Contacts
CONTACTS = table("""
guid: ID! Account* AccountMainContact- Creator- IdentificationDocument IdentificationUser
    LeadPurpose LeadSource Modifier- Person
string: AccountName- AddressLine2- AddressStreet- AddressStreetNumber-
    AddressStreetNumberSuffix- BirthName BirthNamePrefix BirthPlace BusinessEmail BusinessFax
    BusinessMobile BusinessPhone BusinessPhoneExtension City- Code- Country- CreatorFullName-
    CustomField- Email FirstName* FullName- Gender Initials JobTitleDescription Language
    LastName* MarketingNotes MiddleName Mobile ModifierFullName- Nationality Notes PartnerName-
    PartnerNamePrefix- Phone PhoneExtension- PictureName PictureThumbnailUrl- PictureUrl-
    Postcode- SocialSecurityNumber State- Title TitleAbbreviation- TitleDescription-
boolean: AccountIsCustomer- AccountIsSupplier- IsMailingExcluded IsMainContact-
byte: IsAnonymised-
int32: AllowMailing- Division- HID
datetime: BirthDate Created- EndDate IdentificationDate Modified- StartDate
binary: Picture
""")
# crm/Addresses
ADDRESSES = table("""
guid: ID! Account Contact Creator- Modifier- Warehouse
string: AccountName- AddressLine1 AddressLine2 AddressLine3 City ContactName- Country
    CountryName- CreatorFullName- CustomField- Fax FreeTextField_01 FreeTextField_02
    FreeTextField_03 FreeTextField_04 FreeTextField_05 Mailbox ModifierFullName- NicNumber Notes
    Phone PhoneExtension Postcode State StateDescription- WarehouseCode- WarehouseDescription-
boolean: AccountIsSupplier- FreeBoolField_01 FreeBoolField_02 FreeBoolField_03 FreeBoolField_04
    FreeBoolField_05 Main
byte: Source-
int16: Type
int32: Division-
double: FreeNumberField_01 FreeNumberField_02 FreeNumberField_03 FreeNumberField_04
    FreeNumberField_05
datetime: Created- FreeDateField_01 FreeDateField_02 FreeDateField_03 FreeDateField_04
    FreeDateField_05 Modified-
""")
# crm/AccountClassifications
ACCOUNT_CLASSIFICATIONS = table("""
guid: ID! AccountClassificationName Creator Modifier
string: AccountClassificationNameDescription Code CreatorFullName Description ModifierFullName
int32: Division
datetime: Created Modified
""")
# crm/LeadSources
LEAD_SOURCES = table("""
guid: ID!
string: Code Description
""")
# crm/Opportunities
OPPORTUNITIES = table("""
guid: ID! Account Accountant Campaign Contact Creator- LeadSource Modifier- OpportunityStage
    Owner Project ReasonCode Reseller SalesType
string: AccountantCode- AccountantName- AccountCode- AccountName- CampaignDescription-
    ChannelDescription- ContactFullName- CreatorFullName- Currency CustomField-
    LeadSourceDescription- ModifierFullName- Name NextAction Notes
    OpportunityDepartmentDescription- OpportunityStageDescription- OpportunityTypeDescription-
    OwnerFullName- ProjectCode- ProjectDescription- ReasonCodeDescription- ResellerCode-
    ResellerName- SalesTypeDescription-
int16: Channel OpportunityDepartmentCode OpportunityType
int32: Division- Number- OpportunityStatus-
double: AmountDC AmountFC Probability RateFC
datetime: ActionDate CloseDate Created- Modified-
""")
# sync/CRM/Accounts
SYNC_ACCOUNTS = derived(ACCOUNTS, extra="int64: Timestamp!")
# sync/CRM/Contacts
SYNC_CONTACTS = derived(CONTACTS, extra="int64: Timestamp!")
# sync/CRM/Addresses
SYNC_ADDRESSES = derived(ADDRESSES, extra="int64: Timestamp!")
