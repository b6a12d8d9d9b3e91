"""The words invented people, companies and products are made of."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    """Anna Ben Carla Daniel Eva Frank Grace Henry Ines Jonas Karin Liam Maria Noah Olga Peter
    Quinn Rosa Simon Tara Ulrich Vera Walter Xenia Yusuf Zoe Amélie Björn Chloé Dušan Émile
    Françoise Gürkan Hélène İpek Jürgen Květa Łukasz Márta Niño Óscar Þóra Ángel Šárka Søren
    Tomáš Zsófia Aoife Bjarne Siobhán Mikołaj Renée José Nuria Iñaki Ståle Åsa Øyvind Kenji
    Priya Wei Fatima Omar Leila Kofi Adaeze Thandi Ravi Mei Hiroshi Soo-Jin Anh-Thu"""
)
LAST_NAMES = _words(
    """Adams Baker Carter Dawson Ellis Foster Grant Hughes Irving Jensen Keller Lambert Mason
    Norris Olsen Parker Quigley Reyes Shaw Turner Underwood Vaughn Walsh Xu Young Zimmer Abbott
    Brandt Castillo Delgado Engström Fernández García Håkansson Ibáñez Jørgensen Kovács
    Lindqvist Müller Nguyễn Ó'Brien Peña Quiñones Rousseau Šimánek Tóth Ünal Vández Wójcik
    Yılmaz Żukowski D'Angelo O'Neill McCarthy Saint-Clair Van-Dijk De-Vries Smith-Jones
    Nakamura Patel Singh Chen Okafor Mensah Haddad Rahman Kim Park Tran Silva Costa Moreau
    Lefèvre Schröder Weiß Novák Horvat Popescu Ivanova Petrov Kowalski Virtanen Bergström Dahl
    Lund Sørensen Byrne Doyle Gallagher Murphy Bennett Coleman Douglas Everett Fletcher Gibson
    Harper Ingram Jarvis Kendall Lawson Mercer Newton Osborne Preston Ramsey Spencer Thornton
    Upton Vernon Whitaker Yates"""
)
STREETS = _words(
    """Maple Oak Cedar Birch Elm Walnut Chestnut Juniper Magnolia Sycamore Harbor Mission
    Market Valencia Folsom Bryant Howard Dolores Castro Guerrero Linden Prospect Highland
    Lakeview"""
)
STREET_KINDS = ("Street", "Avenue", "Road", "Lane", "Drive", "Court", "Blvd")
# City, state, first three digits of the ZIP code, telephone area.
PLACES = (
    ("San Francisco", "CA", "941", "415"),
    ("Oakland", "CA", "946", "510"),
    ("Portland", "OR", "972", "503"),
    ("Seattle", "WA", "981", "206"),
    ("Denver", "CO", "802", "303"),
    ("Austin", "TX", "787", "512"),
    ("Chicago", "IL", "606", "312"),
    ("Boston", "MA", "021", "617"),
    ("New York", "NY", "100", "212"),
    ("Miami", "FL", "331", "305"),
    ("Cañon City", "CO", "812", "719"),
    ("Española", "NM", "875", "505"),
)
COMPANY_FIRST = _words(
    """Northwind Bluebird Granite Lumen Harborside Silverpine Ironwood Copperfield Redwood
    Meridian Alpenglow Saltmarsh Fernhill Cobalt Juniper Kestrel Larkspur Marlowe Nimbus Osprey
    Pinnacle Quarry Riverbend Sable Thistle Umber Vantage Willow Yarrow Zephyr Crème Étoile
    Größe Señora Åland Østfold Łódź Münster Évora Córdoba"""
)
COMPANY_SECOND = _words(
    """Analytics Bakery Builders Catering Ceramics Clinics Coffee Consulting Dental Design
    Dynamics Electric Farms Foods Freight Furniture Gardens Glass Health Hotels Interiors Labs
    Lighting Logistics Media Motors Outdoor Paper Plumbing Press Roofing Software Solar Steel
    Studio Supply Textiles Timber Tools Travel"""
)
COMPANY_LAST = ("Inc.", "LLC", "Ltd", "& Sons", "Group", "Co.", "GmbH", "Partners", "S.A.", "AB")
MATERIALS = _words(
    """Oak Walnut Steel Brass Copper Linen Wool Leather Ceramic Glass Bamboo Cork Slate Marble
    Cotton Canvas Pewter Birch Granite Felt"""
)
PRODUCTS = _words(
    """Desk Chair Lamp Shelf Cabinet Table Mug Bowl Rug Mirror Vase Tray Stool Bench Clock Rack
    Planter Board Frame Box"""
)
PRODUCT_KINDS = ("", " Small", " Large", " Set of 4", " XL")
SERVICES = _words(
    """Assembly Delivery Installation Repair Consultation Training Support Maintenance Design
    Inspection"""
)
