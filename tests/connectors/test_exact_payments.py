"""What is still to be paid of a document: terms summed, settled, undone and late."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.connectors.exact.payments import Terms, facts_of, term_of

TODAY = date(2026, 11, 22)
ENTRY = "5f0d3a8e-6a6c-4f59-8f22-9b8f0d0c1a01"
CUSTOMER = "c0ffee00-0000-4000-8000-000000000001"


def wall(day: str) -> str:
    since = date.fromisoformat(day) - date(1970, 1, 1)
    return f"/Date({since.days * 86_400_000})/"


def row(amount: str, *, paid: str = "", due: str = "2026-12-01", **more: Any) -> dict[str, Any]:
    """A term as Exact shows it: of the whole, or of a part that was split off when it was paid."""
    usual = {
        "ID": f"t-{amount}",
        "TransactionEntryID": ENTRY,
        "Journal": "70",
        "InvoiceNumber": 26700001,
        "Account": CUSTOMER,
        "AmountFC": Decimal(amount),
        "Status": 50 if paid else 20,
        "IsFullyPaid": bool(paid),
        "LastPaymentDate": wall(paid) if paid else None,
        "DueDate": wall(due),
        "LineType": 20,
    }
    return usual | more


@pytest.mark.parametrize(
    ("total", "rows", "expected"),
    [
        pytest.param("121", [], ("open", "121", "0", None), id="no term yet"),
        pytest.param("121", [row("121")], ("open", "121", "0", None), id="nothing paid"),
        pytest.param(
            "121",
            [row("21", paid="2026-11-10"), row("100")],
            ("partly_paid", "100", "21", None),
            id="a part is paid",
        ),
        pytest.param(
            "121",
            [row("21", paid="2026-11-10"), row("100", paid="2026-11-20")],
            ("paid", "0", "121", date(2026, 11, 20)),
            id="paid in two parts",
        ),
        pytest.param(
            "121", [row("121", due="2026-11-21")], ("overdue", "121", "0", None), id="late"
        ),
        pytest.param(
            "121", [row("121", due="2026-11-22")], ("open", "121", "0", None), id="due today"
        ),
        pytest.param(
            "121",
            [row("21", paid="2026-11-10", due="2026-11-01"), row("100", due="2026-11-21")],
            ("overdue", "100", "21", None),
            id="the rest is late",
        ),
        pytest.param(
            "121",
            [row("21", paid="2026-11-10", due="2026-11-01"), row("100")],
            ("partly_paid", "100", "21", None),
            id="only what is open can be late",
        ),
        pytest.param(
            "121",
            [row("121", paid="", Status=50, IsFullyPaid=False, EndDate=wall("2026-11-15"))],
            ("paid", "0", "121", date(2026, 11, 15)),
            id="set off against a credit note",
        ),
        pytest.param(
            "121",
            [row("121", Status=40)],
            ("open", "121", "0", None),
            id="a direct debit that is under way is no money yet",
        ),
        pytest.param(
            "-121", [row("-121", due="2026-01-01")], ("open", "-121", "0", None), id="credit note"
        ),
        pytest.param(
            "-121", [row("121", due="2026-01-01")], ("open", "-121", "0", None), id="either sign"
        ),
        pytest.param("0", [], ("paid", "0", "0", None), id="nothing to pay"),
        pytest.param(
            "0.3",
            [row("0.1", paid="2026-11-10"), row("0.20000000000000001")],
            ("partly_paid", "0.2", "0.1", None),
            id="doubles",
        ),
    ],
)
def test_the_facts_of_a_document(
    total: str, rows: list[dict[str, Any]], expected: tuple[str, str, str, date | None]
) -> None:
    facts = facts_of(Decimal(total), [term_of(one) for one in rows], None, TODAY)

    status, still, paid, paid_on = expected
    assert facts == {
        "PaymentStatus": status,
        "AmountOpen": Decimal(still),
        "AmountPaid": Decimal(paid),
        "PaidOn": paid_on,
    }


def test_a_payment_that_is_undone_leaves_the_document_open_again() -> None:
    before = facts_of(Decimal(121), [term_of(row("121", paid="2026-11-10"))], None, TODAY)
    after = facts_of(Decimal(121), [term_of(row("121"))], None, TODAY)

    assert (before["PaymentStatus"], after["PaymentStatus"]) == ("paid", "open")
    assert (after["AmountPaid"], after["PaidOn"]) == (Decimal(0), None)


def test_without_terms_the_documents_own_date_tells_whether_it_is_late() -> None:
    facts = facts_of(Decimal(121), [], date(2026, 11, 21), TODAY)

    assert facts["PaymentStatus"] == "overdue"


def test_terms_belong_to_the_entry_or_to_the_number_of_the_customers_invoice() -> None:
    other = "c0ffee00-0000-4000-8000-000000000002"
    terms = Terms(
        term_of(one)
        for one in (
            row("100"),
            row("21", TransactionEntryID="another"),
            row("5", Account=other),
            row("6", Journal="71"),
            row("7", InvoiceNumber=None),
        )
    )
    invoice = {"InvoiceNumber": 26700001, "Journal": "70 ", "InvoiceTo": CUSTOMER}

    assert [term.amount for term in terms.of_entry(ENTRY)] == [100, 5, 6, 7]
    assert [term.amount for term in terms.of_invoice(invoice)] == [100, 21]
    assert terms.of_invoice(invoice | {"InvoiceNumber": None}) == []
    assert terms.of_entry("unknown") == ()
