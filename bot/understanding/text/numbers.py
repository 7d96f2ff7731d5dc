"""Numbers as people type them: 1.2万, 3万5, 两百三十, 5k, 1,200, a dozen; each an exact Decimal."""

import re
from decimal import Decimal

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2,
           "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}
SCALES = {**_UNITS, **_GROUPS, "k": 1000, "w": 10_000}
ENGLISH = {word: Decimal(value) for word, value in {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}.items()}

CHINESE = re.compile("[零〇一二两俩三仨四五六七八九十百千万亿]+")
PERCENT = re.compile(r"百分之(?:(\d+(?:\.\d+)?)|([零〇一二两三四五六七八九十百]+)(?:点([零〇一二三四五六七八九]+))?)"
                     r"|([一二三四五六七八九])成(?![交本功长品单])([一二三四五六七八九])?")
ARABIC = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(st|nd|rd|th)?(?![\d])")
SCALED = re.compile(r"\s?([千百万亿]+|[kw](?![a-z]))(\d{1,4}(?![\d.%]|[个件天月]))?")
SCALE_WORD = re.compile(r"\s?(thousand|grand|million|lakh|crore)s?(?![a-z])")
_WORDS = {"thousand": 1000, "grand": 1000, "million": 1_000_000, "lakh": 100_000, "crore": 10_000_000}
# So many digits hold every sum a shop will see, and keep whole-number arithmetic short.
MOST_DIGITS = 15


def chinese(text: str) -> Decimal | None:
    """三十五 → 35, 一万二 → 12000, 二〇二五 → 2025; None when the characters make no number."""
    if not any(one in _UNITS or one in _GROUPS for one in text):
        return Decimal("".join(str(_DIGITS[one]) for one in text))
    total, group, digit, unit = 0, 0, 0, 1
    for one in text:
        if one in _DIGITS:
            digit = _DIGITS[one]
        elif one in _UNITS:
            unit = _UNITS[one]
            group, digit = group + (digit or 1) * unit, 0
        else:
            unit = _GROUPS[one]
            total, group, digit = total + (group + digit or 1) * unit, 0, 0
    if digit and text[-1] in _DIGITS and len(text) > 1 and text[-2] in SCALES and unit > 10:
        digit *= unit // 10  # 一万二 is 12 000, 三百五 is 350
    return Decimal(total + group + digit)


def percent(found: re.Match[str]) -> Decimal:
    """The 5 of 百分之五, the 2.5 of 百分之二点五, the 35 of 三成五."""
    if found[4]:
        return Decimal(_DIGITS[found[4]] * 10 + _DIGITS.get(found[5] or "零", 0))
    if found[1]:
        return Decimal(found[1])
    digits = "".join(str(_DIGITS[one]) for one in found[3] or "")
    return (chinese(found[2]) or Decimal(0)) + (Decimal(f"0.{digits}") if digits else 0)


def scaled_by_word(text: str, at: int, value: Decimal) -> tuple[Decimal, int]:
    """The value times the thousand or lakh at text[at:], and where that ends; as it was where there is none."""
    scale = SCALE_WORD.match(text, at)
    return (value * _WORDS[scale[1]], scale.end()) if scale else (value, at)


def arabic(text: str, at: int) -> tuple[Decimal, int, bool, bool] | None:
    """(value, end, is scaled, is ordinal) of the number at text[at:], with 万 or k behind it where there is one."""
    found = ARABIC.match(text, at)
    if not found or len(found[0]) > MOST_DIGITS:
        return None
    value = Decimal(found[1].replace(",", "") + (found[2] or ""))
    if found[3]:
        return value, found.end(), False, True
    scale = SCALED.match(text, found.end())
    if not scale:
        value, end = scaled_by_word(text, found.end(), value)
        return value, end, end > found.end(), False
    factor = 1
    for one in scale[1]:
        factor *= SCALES[one]
    value *= factor
    if scale[2]:  # 3万5 is 35 000
        value += Decimal(scale[2]) * factor / 10 ** len(scale[2])
    return value, scale.end(), True, False
