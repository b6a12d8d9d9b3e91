"""What the Dutch demo's names, places and products are made of."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


FIRST_NAMES = _words(
    """Anne Bram Carlijn Daan Eva Femke Gijs Hanneke Ilse Jasper Karin Lotte Maarten Nienke Otto
    Pieter Quinten Roos Sander Tess Ursula Vera Wouter Xander Yvonne Zoë Anouk Bas Chantal Dirk
    Esmée Floor Geert Hugo Iris Joost Kees Lieke Mees Noor Olaf Petra Renée Sjoerd Thijs Ümit
    Willemijn Youssef Fatima Mohammed Aïsha Björn Céline Daniël Loïs Niels Saskia Tjeerd Wendy"""
)
LAST_NAMES = _names(
    """de Vries, Jansen, van den Berg, Bakker, van Dijk, Visser, Smit, Meijer, de Boer, Mulder,
    de Groot, Bos, Vos, Peters, Hendriks, van Leeuwen, Dekker, Brouwer, de Wit, Dijkstra, Smits,
    de Graaf, van der Meer, van der Linden, Kok, Jacobs, de Haan, Vermeulen, van den Heuvel,
    van der Veen, van den Broek, de Bruijn, de Bruin, van der Heijden, Schouten, van Beek,
    Willems, van Vliet, Hoekstra, Maas, Verhoeven, Koster, van Dam, van der Wal, Prins, Blom,
    Huisman, Peeters, de Jonge, Kuipers, van Veen, Postma, Kuiper, Veenstra, Kramer, Özdemir,
    van 't Hof, in 't Veld, Ten Brinke, Op den Kamp, Çelik, Kooijman, Langeveld, Yıldız"""
)
# Town, the postcode's first three digits, area code.
PLACES = (
    ("Amsterdam", "101", "020"),
    ("Rotterdam", "301", "010"),
    ("'s-Gravenhage", "251", "070"),
    ("Utrecht", "351", "030"),
    ("Eindhoven", "561", "040"),
    ("Groningen", "971", "050"),
    ("Tilburg", "501", "013"),
    ("Almere", "131", "036"),
    ("Breda", "481", "076"),
    ("Nijmegen", "651", "024"),
    ("Enschede", "751", "053"),
    ("'s-Hertogenbosch", "521", "073"),
    ("Zwolle", "801", "038"),
    ("Leeuwarden", "891", "058"),
    ("Maastricht", "621", "043"),
    ("Middelburg", "433", "0118"),
)
STREETS = _words(
    """Dorpsstraat Kerkstraat Molenweg Stationsweg Industrieweg Nijverheidsweg Havenkade
    Handelsweg Energieweg Ambachtstraat Lindelaan Beukenlaan Wilhelminastraat Julianaplein
    Oranjesingel Spoorstraat Zuidkade Marktplein Koningsweg Veerdijk"""
)
COMPANY_FIRST = _words(
    """Noorderlicht Zuiderkruis Waterland Polderzicht Duinhoek Kempenland Veluwe Rijnmond IJssel
    Maasdal Zaanstreek Betuwe Achterhoek Hanze Oosterpoort Westfriesland Gooise Brabantse
    Zeeuwse Friese Limburgse Twentse Utrechtse Drentse"""
)
COMPANY_SECOND = _names(
    """Installatie, Techniek, Bouw, Transport, Groentechniek, Elektro, Klimaat, Metaal, Houtbouw,
    Beveiliging, Schoonmaak, Advies, Zuivel, Glas, Dakwerken, Interieur, Logistiek, Drukwerk,
    Fietsen, Keukens, Koeltechniek, Machines, Verhuur, Zonne-energie, Scheepsbouw, Bakkerij,
    Horeca, Zorg"""
)
LEGAL_FORMS = ("B.V.", "B.V.", "B.V.", "V.O.F.", "N.V.", "Groep B.V.", "& Zn.")
PARTS = _names(
    """Warmtepomp, Cv-ketel, Zonnepaneel, Omvormer, Laadpaal, Airco, Ventilatie-unit, Boiler,
    Radiator, Thermostaat, Groepenkast, Rookmelder, Vloerverwarming, Kraan, Pomp, Filter,
    Thuisbatterij, Warmtewisselaar, Zonneboiler, Meterkast"""
)
KINDS = ("Basis", "Comfort", "Plus", "Pro", "Compact", "XL")
SERVICES = _names(
    """Montage, Onderhoudsbeurt, Storingsdienst, Inspectie, Advies op locatie, Voorrijkosten,
    Projectleiding, Demontage, Keuring NEN 3140, Meetrapport, Spoedtoeslag, Training"""
)
JOBS = _names("Directeur, Inkoper, Administrateur, Projectleider, Uitvoerder, Facilitair manager")
