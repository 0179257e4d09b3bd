"""How the invoices of this folder were made: phrases that a language model wrote, put together and labeled by a seeded program.

    python data/invoices/make.py

Old rows (train, dev, test) are invoices that were due by the end of 2025. The stream runs from 2024 to 2027; what changes in it is in
`layout_of` and `currency_of`. A slip names no year: it is the year in which the slip was received. A second run writes the same files.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

from helpers import places, storage

FOLDER = places.data("invoices")
SEED = 16
TERMS = {"no year": 0.6, "full": 0.3, "days": 0.1}
DELAYS = (7, 10, 14, 14, 21, 28, 30, 30, 30, 45)  # days to pay
SLIPS, NEW_LAYOUT, NEW_CURRENCY = date(2025, 1, 1), date(2026, 7, 1), date(2027, 1, 1)  # their first days
OLD = (date(2023, 1, 1), date(2025, 12, 20))
DUE = date(2025, 12, 31)  # the last day on which an old row is due
STREAM = (date(2024, 1, 1), date(2027, 12, 31))
FRESH = (date(2026, 1, 1), date(2027, 12, 31))
Pair = tuple[date, str]

VENDORS = {
    "train": (
        "Quillmere Paper", "Tolvane Plumbing", "Hask & Ferrow", "Orbelline Flowers", "Stenholt Joinery", "Vardy Brix Tiles",
        "Penhallow Bakes", "Krenwick Tools", "Lusterby Cleaning", "Morvane Freight", "Dapplehurst Nursery", "Yarrick Signs",
        "Cobbolt Electric", "Nethersby Print", "Ruddlegate Coffee", "Silvane Catering",
    ),
    "dev": (
        "Wexmoor Glazing", "Tamberley Tents", "Oxhallow Locks", "Brindlecot Linen", "Fennimark Pumps", "Gorsby Lifts", "Halvern Roofing",
    ),
    "test": (
        "Plovane Heating", "Isterby Pianos", "Crandlewick Bikes", "Umberholt Paints", "Zellwick Optics", "Averstone Fencing",
        "Jorrick Marquees",
    ),
    "later": (
        "Thrumley Solar", "Ebbingholt Software", "Marlquay Storage", "Skerrivane Drones", "Wrenfold Robotics", "Bellquist Batteries",
    ),
}  # fmt: skip
ITEMS = (
    "two pallets of copy paper", "the repair of a leaking boiler", "legal advice in a lease matter", "flowers for the front desk",
    "six oak shelves, fitted", "forty square feet of wall tiles", "bread and pastries for the staff meeting", "a set of torque wrenches",
    "window cleaning on three floors", "the transport of nine crates", "potted plants for the stairwell", "new signs for the parking lot",
    "rewiring the server room", "five hundred folded leaflets", "twelve pounds of ground coffee", "a cold buffet for thirty guests",
    "a new pane for the shop door", "the rental of a party tent", "eight cylinder locks with keys", "washing and pressing of table linen",
    "a spare pump for the cellar", "the yearly check of the elevator", "mending the flat roof", "servicing two radiators",
    "tuning the piano in the hall", "two cargo bikes", "nine buckets of white paint", "safety glasses for the workshop",
    "a wooden fence along the yard", "hire of chairs and tables", "cleaning the gutters", "a month of desk rental",
    "the storage of winter stock", "replacing a broken hinge", "translation of a contract", "photographs of the new kitchen",
)  # fmt: skip
WAYS = (
    "We ask for payment by {when}.", "Kindly settle this bill by {when}.", "Payable no later than {when}.",
    "This sum falls due on {when}.", "Please transfer the money by {when}.", "Your payment should reach us by {when}.",
    "The last day to pay is {when}.", "To be paid on or before {when}.", "We expect the full sum by {when}.",
    "Please see that it is paid by {when}.", "Payment deadline: {when}.", "Settle before the end of {when}, please.",
    "Due for payment: {when}.", "Let us have the amount by {when}.",
)  # fmt: skip
DAYS_WAYS = (
    "We ask for payment within {n} days of the invoice date.", "Payable {n} days after the date of this bill.",
    "You have {n} days from the invoice date to pay.", "Kindly settle within {n} days of the date above.",
)  # fmt: skip
NOTES = (
    "Thank you for your order.", "Quote the number when you pay.", "Our bank details have not changed.",
    "Goods stay ours until they are paid for.", "A copy went to your accounts office.", "Call us if something is missing.",
    "The work was signed off by your site manager.", "No discount applies.", "Taxes are included.", "The deposit has been taken off.",
    "Delivery was free of charge.", "We were glad to help at short notice.", "Returns are taken back unopened only.",
    "It was a pleasure to work for you again.",
)  # fmt: skip


def main(folder: Path = FOLDER) -> None:
    """Draw, number and write the five files."""
    number = 0
    for name, rows in draw().items():
        numbered = [{"id": f"invoices-{number + place:04d}", **row} for place, row in enumerate(rows, 1)]
        storage.write_rows(folder / f"{name}.jsonl", numbered)
        number += len(rows)


def draw() -> dict[str, list[dict[str, str]]]:
    """The rows of each file; no vendor writes two invoices on one day."""
    rng = random.Random(SEED)
    taken: set[Pair] = set()
    both = VENDORS["train"] + VENDORS["later"]
    files = {name: _rows(rng, taken, count, OLD, VENDORS[name], latest=DUE) for name, count in (("train", 300), ("dev", 80), ("test", 100))}
    for part in files.values():
        rng.shuffle(part)
    return files | {"stream": _rows(rng, taken, 400, STREAM, both), "fresh": _rows(rng, taken, 100, FRESH, both)}


def _rows(rng: random.Random, taken: set[Pair], count: int, span: Sequence[date], vendors: Sequence[str], latest: date = date.max) -> list:
    """Rows in the order of their days, spread evenly over the span; a vendor of `later` writes from 2026 on."""
    step = ((span[1] - span[0]).days + 1) / count
    rows = []
    for place in range(count):
        row = None
        while row is None:
            issued = span[0] + timedelta(days=int((place + rng.random()) * step))
            vendor = rng.choice([name for name in vendors if issued.year >= 2026 or name not in VENDORS["later"]])
            row = _row(rng, issued, vendor, latest) if (issued, vendor) not in taken else None
        taken.add((issued, vendor))
        rows.append(row)
    return rows


def _row(rng: random.Random, issued: date, vendor: str, latest: date) -> dict[str, str]:
    """One invoice and what the program knows of it; it is due by `latest`."""
    layout, currency = layout_of(rng, issued), currency_of(rng, issued)
    terms = "no year" if layout == "slip" else rng.choices(list(TERMS), list(TERMS.values()))[0]
    days = rng.choice([n for n in DELAYS if issued + timedelta(days=n) <= latest])
    due = issued + timedelta(days=days)
    write = rng.choice((us_day, date.isoformat)) if layout == "new" else long_day
    day = yearless(write(issued), issued) if layout == "slip" else write(issued)
    text = _text(rng, layout, vendor, day, _terms(rng, terms, due, days, write), _money(rng, currency))
    received = issued + timedelta(days=rng.randint(0, 3))
    days_of = {"issued": issued.isoformat(), "received": received.isoformat()}
    return {"input": text, "target": due.isoformat(), **days_of, "vendor": vendor, "layout": layout, "currency": currency, "terms": terms}


def layout_of(rng: random.Random, issued: date) -> str:
    """New from July 2026 on: one in ten in that month, one more in ten each month, seven in ten from January 2027. Half of the rest
    are slips from January 2025 on, and letters before."""
    months = 12 * (issued.year - NEW_LAYOUT.year) + issued.month - NEW_LAYOUT.month + 1
    if rng.random() < min(max(months, 0), 7) / 10:
        return "new"
    return "slip" if issued >= SLIPS and rng.random() < 0.5 else "letter"


def currency_of(rng: random.Random, issued: date) -> str:
    """Dollars or euros, and from 2027 on Swiss francs in two of five."""
    if rng.random() < 0.4 and issued >= NEW_CURRENCY:
        return "CHF"
    return rng.choice(("USD", "EUR"))


def long_day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def us_day(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def yearless(text: str, day: date) -> str:
    """The day without its year, which stands in front of an ISO date and at the end of the others."""
    return text.removeprefix(f"{day.year}-").removesuffix(f"{day.year}").rstrip(" /")


def _terms(rng: random.Random, terms: str, due: date, days: int, write: Callable[[date], str]) -> str:
    """When to pay."""
    if terms == "days":
        return rng.choice(DAYS_WAYS).format(n=days)
    return rng.choice(WAYS).format(when=yearless(write(due), due) if terms == "no year" else write(due))


def _money(rng: random.Random, currency: str) -> str:
    """A sum as each currency writes it: $1,240.50, €1,240.50, CHF 1'240.50."""
    amount = f"{rng.randint(4000, 480000) / 100:,.2f}"
    return {"USD": f"${amount}", "EUR": f"€{amount}", "CHF": "CHF " + amount.replace(",", "'")}[currency]


def _text(rng: random.Random, layout: str, vendor: str, issued: str, terms: str, money: str) -> str:
    """The invoice as one paragraph. A slip says no year at all; the new layout begins with the terms and ends with its date."""
    number, item, notes = rng.randint(10000, 99999), rng.choice(ITEMS), rng.sample(NOTES, 2)
    if layout == "new":
        return f"BILL {number} / {terms} / Total {money} / Service: {item} / {notes[0]} {notes[1]} / Seller: {vendor} / Issued {issued}"
    head = f"{vendor}, invoice number {number}. Invoice date: {issued}"
    if layout == "slip":
        head = f"Slip {number} of {vendor}, written on {issued}"
    return f"{head}. For {item}: {money} in total. {notes[0]} {terms} {notes[1]}"


if __name__ == "__main__":
    main()
