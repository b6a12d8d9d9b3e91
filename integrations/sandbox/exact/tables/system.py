"""Who signs in, which companies there are, and what Exact tells of itself.

The fields as Exact's reference lists them; see `fields.table` for the marks.
"""

from __future__ import annotations

from integrations.sandbox.exact.fields import table

# current/Me
ME = table("""
guid: UserID! DivisionCustomer EmployeeID
string: CustomerCode DivisionCustomerCode DivisionCustomerName DivisionCustomerSiretNumber
    DivisionCustomerVatNumber Email FirstName FullName Gender Initials Language LanguageCode
    LastName MiddleName Mobile Nationality PackageCode Phone PhoneExtension PictureUrl
    ServerTime ThumbnailPictureFormat Title UserName
boolean: IsClientUser IsEmployeeSelfServiceUser IsMyFirmLiteUser IsMyFirmPortalUser
    IsOEIMigrationMandatory IsStarterUser
int32: AccountingDivision CurrentDivision DossierDivision
int64: Legislation
double: ServerUtcOffset
binary: ThumbnailPicture
""")
# system/Divisions
DIVISIONS = table("""
guid: Creator- Customer- Modifier-
string: AddressLine1- AddressLine2- AddressLine3- BusinessTypeCode- BusinessTypeDescription-
    ChamberOfCommerceEstablishment- ChamberOfCommerceNumber- City- CompanySizeCode-
    CompanySizeDescription- Country- CreatorFullName- Currency- CustomerCode- CustomerName-
    DatevAccountantNumber- DatevClientNumber- Description- Email- Fax- Legislation-
    ModifierFullName- OBNumber- Phone- Postcode- SbiCode- SbiDescription- SectorCode-
    SectorDescription- SiretNumber- State- SubsectorCode- SubsectorDescription- TaxOfficeNumber-
    TaxReferenceNumber- TemplateCode- VATNumber- Website-
boolean: Current- IsDossierDivision- IsHRDivision- IsMainDivision- IsPracticeDivision-
int32: Code! BlockingStatus- Status-
int64: Hid-
double: ShareCapital-
datetime: ArchiveDate- Created- DivisionHRLinkUnlinkDate- DivisionMoveDate- Modified- StartDate-
collection:DivisionClass: Class_01- Class_02- Class_03- Class_04- Class_05-
""")
# hrm/Divisions
HRM_DIVISIONS = table("""
guid: Creator Customer Modifier
string: Country CountryDescription CreatorFullName Currency CurrencyDescription CustomerCode
    CustomerName Description ModifierFullName OBNumber SiretNumber TaxOfficeNumber
    TaxReferenceNumber TemplateCode VATNumber Website
boolean: Main
int16: Status
int32: Code! BlockingStatus
int64: HID
datetime: ArchiveDate Created Modified StartDate
collection:DivisionClasses: Class_01 Class_02 Class_03 Class_04 Class_05
""")
# system/Users
USERS = table("""
guid: UserID! Creator Customer Modifier
string: CreatorFullName CustomerName Email FirstName FullName Gender Initials Language LastName
    MiddleName Mobile ModifierFullName Nationality Notes Phone PhoneExtension ProfileCode Title
    UserDivisionList UserLanguage UserName UserTypeCode
boolean: HasRegisteredForTwoStepVerification HasTwoStepVerification IsAnonymised
int32: AuthenticationType
datetime: BirthDate Created EndDate LastLogin Modified StartDate
""")
# sync/Deleted
SYNC_DELETED = table("""
guid: DeletedBy EntityKey ID
int32: Division EntityType
int64: Timestamp!
datetime: DeletedDate
""")
# read/sync/Sync/SyncTimestamp
SYNC_TIMESTAMP = table("""
string: API
int64: TimeStampAsBigInt
datetime: Modified!
""")
# webhooks/WebhookSubscriptions
WEBHOOK_SUBSCRIPTIONS = table("""
guid: ID! ClientID- Creator- UserID
string: CallbackURL* CreatorFullName- Description- Topic*
boolean: IsInstant
int32: Division-
datetime: Created-
""")
