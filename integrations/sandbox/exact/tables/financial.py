"""Ledgers, journals, VAT and terms of payment.

The fields as Exact's reference lists them; see `fields.table` for the marks.
"""

from __future__ import annotations

from integrations.sandbox.exact.fields import derived, table

# cashflow/PaymentConditions
PAYMENT_CONDITIONS = table("""
guid: ID! Creator- CreditManagementScenario+ Modifier-
string: Code*+ CreatorFullName- CreditManagementScenarioCode-
    CreditManagementScenarioDescription- Description*+ DiscountCalculation+ ModifierFullName-
    PaymentDiscountType+ PaymentMethod+ VATCalculation+
int32: DiscountPaymentDays+ Division- PaymentDays+ PaymentEndOfMonths+
double: DiscountPercentage+ Percentage+
datetime: Created- Modified-
""")
# vat/VATCodes
VAT_CODES = table("""
guid: ID! Account Creator- GLDiscountPurchase GLDiscountSales GLToClaim GLToPay Modifier-
string: AccountCode- AccountName- Code* Country- CreatorFullName- CustomField- Description*
    EUSalesListing GLDiscountPurchaseCode- GLDiscountPurchaseDescription- GLDiscountSalesCode-
    GLDiscountSalesDescription- GLToClaimCode- GLToClaimDescription- GLToPayCode-
    GLToPayDescription- IntrastatType LegalText ModifierFullName- OssCountry Type VatDocType
    VATTransactionType
boolean: Charged IntraStat IsBlocked
byte: CalculationBasis ExcludeVATListing VatMargin
int16: TaxReturnType VATPartialRatio
int32: Division-
double: Percentage-
datetime: Created- Modified-
collection:DataSource: VATPercentages
""")
# financial/GLAccounts
GL_ACCOUNTS = table("""
guid: ID! Creator- Modifier- PrivateGLAccount VATNonDeductibleGLAccount YearEndCostGLAccount
    YearEndReflectionGLAccount
string: BalanceSide BalanceType Code* Costcenter CostcenterDescription- Costunit
    CostunitDescription- CreatorFullName- CustomField- Description* ModifierFullName-
    ReportingCode SearchCode TypeDescription- VATCode VATDescription- VATGLAccountType VATSystem
boolean: Compress IsBlocked Matching RevalueCurrency
byte: AllowCostsInSales ExcludeVATListing UseCostcenter UseCostunit
int16: AssimilatedVATBox
int32: BelcotaxType DescriptionTermID Division- Type
double: ExpenseNonDeductiblePercentage PrivatePercentage VATNonDeductiblePercentage
datetime: Created- Modified-
collection:DeductibilityPercentages: DeductibilityPercentages
""")
# financial/Journals
JOURNALS = table("""
guid: ID! Bank BankAccountID Creator- GLAccount Modifier- PaymentInTransitAccount
string: BankAccountBICCode- BankAccountCountry- BankAccountDescription- BankAccountIBAN-
    BankAccountIncludingMask BankName- Code CreatorFullName- Currency CurrencyDescription-
    CustomField- Description GLAccountCode- GLAccountDescription- ModifierFullName-
    PaymentServiceAccountIdentifier PaymentServiceProviderName-
boolean: AllowVariableCurrency AllowVariableExchangeRate AllowVAT AutoSave BankAccountUseSEPA-
    BankAccountUseSepaDirectDebit- IsBlocked
int32: Division- GLAccountType- PaymentServiceProvider Type
datetime: Created- Modified-
""")
# financial/FinancialPeriods
FINANCIAL_PERIODS = table("""
guid: ID! Creator Modifier
string: CreatorFullName ModifierFullName
int16: FinPeriod FinYear
int32: Division
datetime: Created EndDate Modified StartDate
""")
# general/Currencies
CURRENCIES = table("""
string: Code! Description
double: AmountPrecision PricePrecision
datetime: Created Modified
""")
# sync/Financial/GLAccounts
SYNC_GL_ACCOUNTS = derived(
    GL_ACCOUNTS,
    without="""
DeductibilityPercentages
""",
    extra="""
int64: Timestamp!
""",
)
