"""Pictures: drawn from the shape of the table, in Chinese and English, small, and never with a broken letter.

Warnings are errors in this suite, so a letter that no font has would fail here.
"""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.rendering import chart_style
from bot.rendering.chart import MAX_BARS, draw
from domain.metrics.periods import previous, previous_year
from domain.metrics.query import Compare, Direction, MetricQuery, Order
from domain.metrics.result import ResultTable
from tests.bot.rendering.tables import (
    AT,
    LAST_30_DAYS,
    LAST_WEEK,
    ONE_DAY,
    THIS_MONTH,
    THIS_YEAR,
    YESTERDAY,
    days,
    table,
)

SHOPS = ("天猫旗舰店", "京东旗舰店", "Shopify 海外店")
MOST_BYTES = 80_000
TREND = table(MetricQuery(("revenue",), ("day",), period=LAST_30_DAYS),
              days(LAST_30_DAYS.start, [900_000 + 7_000 * (index * 37 % 29) for index in range(30)]), total=30)


def compared_by_shop() -> ResultTable:
    return table(MetricQuery(("net_profit",), ("shop",), period=THIS_MONTH, compare=Compare.PREVIOUS_YEAR),
                 [(SHOPS[0], 5_000_000), (SHOPS[1], 800_000), (SHOPS[2], -300_000)], total=3,
                 before=[(SHOPS[0], 4_000_000), None, (SHOPS[2], 100_000)], before_period=previous_year(THIS_MONTH))


SHAPES = {
    "trend": TREND,
    "trend and the week before": table(
        MetricQuery(("revenue",), ("day",), period=LAST_WEEK, compare=Compare.PREVIOUS_PERIOD),
        days(LAST_WEEK.start, [5, None, 7, 0, 9, 3, 4]), before=days(LAST_WEEK.start - timedelta(days=7), range(7)),
        before_period=previous(LAST_WEEK)),
    "money and a rate": table(MetricQuery(("revenue", "gross_margin"), ("month",), period=THIS_YEAR),
                              [(f"2026-{month:02}", month * 10**7, 0.3 - month / 1000) for month in range(1, 12)]),
    "three figures of two units, compared": table(
        MetricQuery(("revenue", "gross_margin", "net_profit"), ("day",), period=LAST_WEEK,
                    compare=Compare.PREVIOUS_PERIOD),
        [(f"2026-11-{day}", day * 9000, 0.3, day * 2000) for day in range(16, 23)],
        before=[(f"2026-11-{day:02}", day * 9000, 0.2, None) for day in range(9, 16)],
        before_period=previous(LAST_WEEK)),
    "hours": table(MetricQuery(("orders",), ("hour",), period=ONE_DAY), [(hour, hour * 3 % 17) for hour in range(24)]),
    "weekdays compared": table(
        MetricQuery(("units",), ("weekday",), period=LAST_30_DAYS, compare=Compare.PREVIOUS_PERIOD),
        [(number, number * 9) for number in range(1, 8)], before=[(number, 20) for number in range(1, 8)],
        before_period=previous(LAST_30_DAYS)),
    "ranking": table(MetricQuery(("units",), ("product",), period=THIS_MONTH, limit=10,
                                 order=(Order("units", Direction.DESC),)),
                     [(f"商品{number}", 100 - number) for number in range(10)], total=18),
    "shares": table(MetricQuery(("revenue",), ("platform",), period=YESTERDAY), [("jd", 900), ("pdd", 100)], total=2),
    "shops compared, one at a loss": compared_by_shop(),
    "two figures a row": table(MetricQuery(("revenue", "gross_margin"), ("category",), period=THIS_MONTH),
                               [("女装", 900, 0.3), ("男装", 800, None)], total=2),
    "one figure compared": table(MetricQuery(("revenue",), period=ONE_DAY, compare=Compare.PREVIOUS_PERIOD),
                                 [(1234,)], before=[(1000,)], before_period=YESTERDAY),
    "days of shops": table(MetricQuery(("revenue",), ("shop", "day"), period=LAST_WEEK),
                           [(shop, f"2026-11-{day}", day * 100) for shop in SHOPS for day in range(16, 23)]),
    "shops and categories": table(MetricQuery(("orders",), ("shop", "category"), period=LAST_WEEK),
                                  [(shop, kind, len(shop)) for shop in SHOPS for kind in ("女装", None)]),
    "nothing but zeros": table(MetricQuery(("orders",), ("hour",), period=ONE_DAY), [(hour, 0) for hour in range(24)]),
    "only losses": table(MetricQuery(("net_profit",), ("shop",), period=YESTERDAY), [("甲", -5), ("乙", -9)], total=2),
    "a flat rate": table(MetricQuery(("conversion_rate",), ("day",), period=LAST_WEEK),
                         days(LAST_WEEK.start, [0.03] * 7)),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_becomes_a_small_picture(shape: str, language: str, tmp_path: Path) -> None:
    path = draw(SHAPES[shape], language, AT, tmp_path / "new" / "chart.png")
    assert path == tmp_path / "new" / "chart.png"
    picture = path.read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < MOST_BYTES
    assert int.from_bytes(picture[16:20], "big") == 900, "two pixels for each point of a phone"


@pytest.mark.parametrize("answered", [
    table(MetricQuery(("revenue",), period=YESTERDAY), [(5,)]),
    table(MetricQuery(("revenue",), period=YESTERDAY, compare=Compare.PREVIOUS_PERIOD), [(5,)], before=[None]),
    table(MetricQuery(("revenue",), ("shop",), period=YESTERDAY), [("京东旗舰店", 5)], total=1),
    table(MetricQuery(("revenue",), ("day",), period=LAST_WEEK), days(LAST_WEEK.start, [None] * 7)),
    table(MetricQuery(("revenue",), ("day", "hour"), period=LAST_WEEK), [("2026-11-16", 1, 5), ("2026-11-16", 2, 5)]),
    table(MetricQuery(("revenue",), ("shop",), period=YESTERDAY), []),
], ids=["one figure", "nothing before", "one bar", "nothing known", "two clocks", "no rows"])
def test_what_a_sentence_says_better_is_not_drawn(answered: ResultTable, tmp_path: Path) -> None:
    assert draw(answered, "zh", AT, tmp_path / "chart.png") is None
    assert not list(tmp_path.iterdir())


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = draw(TREND, "zh", AT, tmp_path / "1.png"), draw(TREND, "zh", AT, tmp_path / "2.png")
    assert first is not None
    assert second is not None
    assert first.read_bytes() == second.read_bytes()


def test_names_are_no_formulas_and_break_nothing(tmp_path: Path) -> None:
    """A title such as "$9.9 到手 $19_x^2" is read as mathematics by the drawing library unless told otherwise."""
    names = ["无线蓝牙耳机 $9.9 到手 $19_x^2", "口红🎁💄", "🎁", "\\frac{1}{0}$", "獨立站 堃喆 ₂ Ünïcode",
             "a\nb\x00c", "_私有"]
    answered = table(MetricQuery(("revenue",), ("product",), period=THIS_MONTH), [(name, 5) for name in names], total=7)
    assert draw(answered, "zh", AT, tmp_path / "chart.png") is not None


def test_long_names_beside_the_colours_leave_room_for_the_bars(tmp_path: Path) -> None:
    """Four titles of fifty letters each once made the key wider than the sheet, and the bars had no room at all."""
    titles = [f"【官方正品】轻奢羊绒大衣女2026新款双面呢高端中长款{number}" for number in range(4)]
    answered = table(MetricQuery(("revenue",), ("shop", "product"), period=THIS_MONTH),
                     [(shop, title, 100) for shop in SHOPS for title in titles])
    assert draw(answered, "zh", AT, tmp_path / "chart.png") is not None


def test_letters_no_font_has_are_left_out() -> None:
    assert chart_style.legible("口红🎁") == "口红"
    assert chart_style.legible("🎁") == "□"
    assert chart_style.legible("獨立站 堃喆") == "獨立站 堃喆"


def test_a_hundred_bars_are_not_drawn_and_what_is_left_out_is_said(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    footers: list[str] = []
    caption = chart_style.caption

    def listen(figure: object, *, title: str, subtitle: str, footer: str) -> None:
        footers.append(footer)
        caption(figure, title=title, subtitle=subtitle, footer=footer)  # type: ignore[arg-type]
    monkeypatch.setattr(chart_style, "caption", listen)
    rows = [(f"S{number}", number) for number in range(100)]
    draw(table(MetricQuery(("units",), ("sku",), period=THIS_MONTH), rows, total=100), "zh", AT, tmp_path / "chart.png")
    assert footers == [f"数据截至 14:03。  另有 {100 - MAX_BARS} 项没有画出"]


def test_two_years_of_months_and_a_year_of_days_fit(tmp_path: Path) -> None:
    months = [(f"{2024 + number // 12}-{number % 12 + 1:02}", number * 10**6) for number in range(36)]
    assert draw(table(MetricQuery(("revenue",), ("month",), period=THIS_YEAR), months), "zh", AT, tmp_path / "m.png")
    year = days(date(2025, 11, 23), range(365))
    assert draw(table(MetricQuery(("orders",), ("day",), period=THIS_YEAR), year), "en", AT, tmp_path / "d.png")


def test_a_place_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        draw(TREND, "zh", AT, tmp_path / "file" / "chart.png")


def test_the_font_comes_with_its_licence() -> None:
    folder = chart_style.FONT_FILE.parent
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text(encoding="utf-8")
    assert chart_style.FONT_FILE.name in (folder / "NOTICE.md").read_text(encoding="utf-8")


def test_the_drawing_library_is_not_loaded_until_something_is_drawn() -> None:
    code = ("import sys, bot.rendering.answer, bot.rendering.chart, bot.channels.terminal\n"
            "print('matplotlib' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
