import pytest

from pipelines.publish.report.cells import cell
from pipelines.publish.report.columns import Column
from pipelines.publish.report.wording import MISSING, duration, estimated, in_shares_of, listed, percent, usd


@pytest.mark.parametrize(
    ("share", "text"), [(None, MISSING), (0, "0%"), (0.984, "98%"), (0.9949, "99%"), (0.996, "100%"), (1, "100%")]
)
def test_shares(share: float | None, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, MISSING),
        (0, "$0.00"),
        (0.0784, "$0.078"),
        (0.52, "$0.52"),
        (15.926, "$15.93"),
        (1234.5, "$1,234"),
        (-2, "\N{MINUS SIGN}$2.00"),
    ],
)
def test_dollars(amount: float | None, text: str) -> None:
    assert usd(amount) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(None, MISSING), (900, "0.9 s"), (61_000, "61 s"), (673_000, "11 min"), (78_480_000, "21.8 h")],
)
def test_durations(milliseconds: float | None, text: str) -> None:
    assert duration(milliseconds) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (None, ""),
        (0, ""),
        (0.001, " (less than 1% of it estimated)"),
        (0.25, " (25% of it estimated)"),
        (2, " (100% of it estimated)"),
    ],
)
def test_an_amount_says_how_much_of_it_is_estimated_only_where_any_is(part: float | None, text: str) -> None:
    assert estimated(part, 2 if part == 2 else 1) == text
    assert estimated(part, None) == estimated(part, 0) == ""


def test_lists() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"


@pytest.mark.parametrize(
    ("form", "values", "text"),
    [
        ("interval", (0.9, 0.8, 0.95), "90%, 80% to 95%"),
        ("interval", (0.9, 0.8), "90%, at least 80%"),
        ("usd_estimated", (4, 1), "$4.00 (25% of it estimated)"),
        ("usd_estimated", (4, 0), "$4.00"),
        ("usd_estimated", (None, None), MISSING),
        ("interval", (None, None, None), MISSING),
        ("usd_interval", (1, 0.5, 2), "$1.00 ($0.50 to $2.00)"),
        ("usd_interval", (1, None, None), "$1.00"),
        ("points_interval", (-0.1, -0.2, 0.05), "-10 points (-20 to +5)"),
        ("share", (1, 4), "25%"),
        ("share", (0, 0), MISSING),
        ("flag", (False,), "no"),
        ("agent", ("*",), "any agent"),
        ("agent", ("tester",), "tester"),
        ("any_model", ("*",), "any model"),
    ],
)
def test_cells(form: str, values: tuple[float | str | None, ...], text: str) -> None:
    fields = tuple(f"field_{number}" for number in range(len(values)))
    assert cell(Column("title", form, fields), dict(zip(fields, values, strict=True))).text == text


def test_where_costs_are_weighed_amounts_are_shares_of_the_quota() -> None:
    with in_shares_of(200.0):
        shares = [usd(amount) for amount in (50.0, -3.0, 0.0, None)]
    assert shares == ["25% of the quota", "\N{MINUS SIGN}1.5% of the quota", "0% of the quota", "\N{EN DASH}"]
    assert usd(50.0) == "$50.00"
