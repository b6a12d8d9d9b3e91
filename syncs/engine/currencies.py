"""How small the coins of a currency are, as ISO 4217 says."""

from decimal import ROUND_HALF_UP, Decimal

_USUAL = 2
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_DECIMALS = {
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
}


def coin(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for most, and for one that is not known."""
    return Decimal(1).scaleb(-_DECIMALS.get(currency.upper(), _USUAL))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole coins; half a coin goes up, away from zero."""
    return amount.quantize(coin(currency), ROUND_HALF_UP)
