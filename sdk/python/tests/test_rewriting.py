"""What policy rewrote goes back into the values that the tool was called with, or the tool does not run."""

import dataclasses
import datetime as dt
import enum

import pydantic
import pytest

import aegis
from aegis._encoding import encode
from aegis._rewrite import restore, same


@dataclasses.dataclass(frozen=True)
class Note:
    text: str
    at: dt.date


class Form(pydantic.BaseModel):
    text: str = pydantic.Field(max_length=12)
    at: dt.date


class Word(enum.Enum):
    SSN = "536-22-1457"


DAY = dt.date(2026, 1, 5)


@pytest.mark.parametrize(
    ("original", "rewritten", "expected"),
    [
        ({"a": "x", "at": DAY}, {"a": "y", "at": "2026-01-05"}, {"a": "y", "at": DAY}),
        ({"a": [1, "x", DAY]}, {"a": [1, "y", "2026-01-05"]}, {"a": [1, "y", DAY]}),
        ({"a": ("x",)}, {"a": ["y"]}, {"a": ("y",)}),
        ({"card": 4111111111111111}, {"card": "[REDACTED:payment_card]"}, {"card": "[REDACTED:payment_card]"}),
        ({"n": Note("x", DAY)}, {"n": {"text": "y", "at": "2026-01-05"}}, {"n": Note("y", DAY)}),
        ({"n": Form(text="x", at=DAY)}, {"n": {"text": "y", "at": "2026-01-05"}}, {"n": Form(text="y", at=DAY)}),
        ({"a": "x", "secret": "s"}, {"a": "x"}, {"a": "x"}),
        ({"a": "x"}, {"a": "y", "filled_in_by_the_schema": ""}, {"a": "y"}),
    ],
)
def test_a_change_lands_where_it_belongs(original, rewritten, expected):
    assert restore(original, encode(original), rewritten) == expected


@pytest.mark.parametrize(
    ("original", "rewritten", "message"),
    [
        ({"a": b"x"}, {"a": "[R]"}, "policy rewrote `$.a`, and a bytes cannot take the rewritten value."),
        ({"a": DAY}, {"a": "[R]"}, "policy rewrote `$.a`, and a date cannot take the rewritten value."),
        ({"a": Word.SSN}, {"a": "[R]"}, "policy rewrote `$.a`, and a Word cannot take the rewritten value."),
        ({"a": {1, 2}}, {"a": [1]}, "policy rewrote `$.a`, and a set cannot take the rewritten value."),
        ({"a": ["x", "y"]}, {"a": ["x"]}, "policy rewrote `$.a`, and a list cannot take the rewritten value."),
        ({"n": Note("x", DAY)}, {"n": {"text": "x"}}, "policy took a member out of `$.n`, which its type needs."),
        (
            {"n": Form(text="x", at=DAY)},
            {"n": {"text": "much longer than that", "at": "2026-01-05"}},
            "policy rewrote `$.n`, and its type does not take the rewritten value.",
        ),
    ],
)
def test_a_change_that_the_type_cannot_take_is_an_error(original, rewritten, message):
    with pytest.raises(aegis.RewriteError) as caught:
        restore(original, encode(original), rewritten)
    assert str(caught.value) == message


def test_true_is_not_one():
    assert same(1, 1.0)
    assert not same(1, True)
    assert not same([0], [False])
