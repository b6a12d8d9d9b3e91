"""Countries as people write them in a CRM, and the two letters that books keep."""

from collections.abc import Iterator

# Names in English, Dutch and the country's own tongues.
_NAMES = {
    "AT": ("Austria", "Oostenrijk", "Österreich"),
    "AU": ("Australia", "Australië"),
    "BE": ("Belgium", "België", "Belgie", "Belgique", "Belgien"),
    "BG": ("Bulgaria", "Bulgarije"),
    "BR": ("Brazil", "Brazilië", "Brasil"),
    "CA": ("Canada",),
    "CH": ("Switzerland", "Zwitserland", "Schweiz", "Suisse", "Svizzera"),
    "CN": ("China",),
    "CY": ("Cyprus",),
    "CZ": ("Czech Republic", "Czechia", "Tsjechië", "Česko"),
    "DE": ("Germany", "Duitsland", "Deutschland"),
    "DK": ("Denmark", "Denemarken", "Danmark"),
    "EE": ("Estonia", "Estland", "Eesti"),
    "ES": ("Spain", "Spanje", "España"),
    "FI": ("Finland", "Suomi"),
    "FR": ("France", "Frankrijk"),
    "GB": ("United Kingdom", "Verenigd Koninkrijk", "Great Britain", "England", "Scotland"),
    "GR": ("Greece", "Griekenland", "Ελλάδα"),
    "HR": ("Croatia", "Kroatië", "Hrvatska"),
    "HU": ("Hungary", "Hongarije", "Magyarország"),
    "IE": ("Ireland", "Ierland"),
    "IN": ("India",),
    "IS": ("Iceland", "IJsland", "Ísland"),
    "IT": ("Italy", "Italië", "Italia"),
    "JP": ("Japan",),
    "LI": ("Liechtenstein",),
    "LT": ("Lithuania", "Litouwen", "Lietuva"),
    "LU": ("Luxembourg", "Luxemburg"),
    "LV": ("Latvia", "Letland", "Latvija"),
    "MC": ("Monaco",),
    "MT": ("Malta",),
    "MX": ("Mexico", "México"),
    "NL": ("Netherlands", "The Netherlands", "Nederland", "Holland"),
    "NO": ("Norway", "Noorwegen", "Norge"),
    "NZ": ("New Zealand", "Nieuw-Zeeland"),
    "PL": ("Poland", "Polen", "Polska"),
    "PT": ("Portugal",),
    "RO": ("Romania", "Roemenië", "România"),
    "SE": ("Sweden", "Zweden", "Sverige"),
    "SG": ("Singapore",),
    "SI": ("Slovenia", "Slovenië", "Slovenija"),
    "SK": ("Slovakia", "Slowakije", "Slovensko"),
    "TR": ("Turkey", "Turkije", "Türkiye"),
    "UA": ("Ukraine", "Oekraïne"),
    "US": ("United States", "United States of America", "Verenigde Staten", "USA"),
    "ZA": ("South Africa", "Zuid-Afrika"),
}
# Not the letters of the standard, and often meant by them.
_ALSO = {"UK": "GB", "EL": "GR"}


def _pairs() -> Iterator[tuple[str, str]]:
    for code, names in _NAMES.items():
        for name in (code, *names):
            # Tables tell capitals apart; people who fill in forms do not.
            yield from ((spelled, code) for spelled in dict.fromkeys((name, name.upper())))
            if name != code:
                yield name.lower(), code
    yield from _ALSO.items()


# An empty country stays empty.
COUNTRIES: tuple[tuple[str, str], ...] = (*dict(_pairs()).items(), ("", ""))
