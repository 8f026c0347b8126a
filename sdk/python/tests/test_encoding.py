"""How Python values become JSON: every documented rule, and every value that has none."""

import dataclasses
import datetime as dt
import decimal
import enum
import pathlib
import uuid
from collections import OrderedDict, namedtuple

import numpy as np
import pydantic
import pytest

import aegis
from aegis._encoding import encode, to_json

D = decimal.Decimal
Point = namedtuple("Point", "x y")
UTC = dt.timezone.utc


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class Payee:
    name: str
    limit: D


class Invoice(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    number: int
    due: dt.date
    total: D


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (None, b"null"),
        (True, b"true"),
        (7, b"7"),
        (7000.0, b"7000"),
        (0.1, b"0.1"),
        (-0.0, b"0"),
        ("grün", '"grün"'.encode()),
        ([1, (2, "x")], b'[1,[2,"x"]]'),
        ({"b", "a"}, b'["a","b"]'),
        (OrderedDict(a={"b": [None]}), b'{"a":{"b":[null]}}'),
        (D("12.10"), b"12.1"),
        (D("7000.00"), b"7000"),
        (dt.datetime(2026, 1, 5, 12, 30, tzinfo=UTC), b'"2026-01-05T12:30:00+00:00"'),
        (dt.datetime(2026, 1, 5, 12, 30), b'"2026-01-05T12:30:00"'),
        (dt.date(2026, 1, 5), b'"2026-01-05"'),
        (dt.time(12, 30), b'"12:30:00"'),
        (dt.timedelta(minutes=1.5), b"90"),
        (b"\x00\xff", b'"AP8="'),
        (bytearray(b"a"), b'"YQ=="'),
        (uuid.UUID(int=1), b'"00000000-0000-0000-0000-000000000001"'),
        (pathlib.PurePosixPath("/etc/x"), b'"/etc/x"'),
        (Colour.RED, b'"red"'),
        (Level.HIGH, b"3"),
        (Point(1, 2), b'{"x":1,"y":2}'),
        (Payee("Ann", D("1.5")), b'{"name":"Ann","limit":1.5}'),
        (Invoice(number=1, due=dt.date(2026, 1, 5), total=D("9.90"), memo="x"), b'{"number":1,"due":"2026-01-05","total":9.9,"memo":"x"}'),
        (np.int64(5), b"5"),
        (np.float32(0.5), b"0.5"),
        (np.bool_(True), b"true"),
        (np.str_("s"), b'"s"'),
        (np.array([[1, 2], [3, 4]]), b"[[1,2],[3,4]]"),
        (np.datetime64("2026-01-05"), b'"2026-01-05"'),
        (np.array(["2026-01-05"], dtype="datetime64[D]"), b'["2026-01-05"]'),
    ],
    ids=repr,
)
def test_a_value_with_a_rule(value, json):
    assert to_json(encode(value)) == json


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "`$.a[0]` is not a finite number."),
        (float("inf"), "`$.a[0]` is not a finite number."),
        (D("NaN"), "`$.a[0]` is not a finite number."),
        (np.float64("nan"), "`$.a[0]` is not a finite number."),
        (2**53, "`$.a[0]` is an integer beyond 2^53, which not every program reads alike. Send it as a string."),
        (1e300, "`$.a[0]` is a number beyond 2^53, which not every program reads alike. Send it as a string."),
        (D("1e400"), "`$.a[0]` is an integer beyond 2^53, which not every program reads alike. Send it as a string."),
        (D("0.1234567890123456789"), "`$.a[0]` has more digits than a JSON number carries. Send it as a string."),
        ("\ud800", "`$.a[0]` holds half of a surrogate pair, which is no text."),
        ({1: 2}, "`$.a[0]` has a key that is a int; keys are texts."),
        (object(), "`$.a[0]` is a builtins.object, which has no JSON form. Convert it, or give Aegis(encoders={...}) a rule."),
        ((n for n in [1]), "`$.a[0]` is a builtins.generator, which has no JSON form. Convert it, or give Aegis(encoders={...}) a rule."),
        (complex(1, 2), "`$.a[0]` is a builtins.complex, which has no JSON form. Convert it, or give Aegis(encoders={...}) a rule."),
        (
            pydantic.SecretStr("hush"),
            "`$.a[0]` is a pydantic.types.SecretStr, which has no JSON form. Convert it, or give Aegis(encoders={...}) a rule.",
        ),
    ],
    ids=repr,
)
def test_a_value_without_a_rule_is_an_error_that_names_its_place(value, message):
    with pytest.raises(aegis.EncodingError) as caught:
        encode({"a": [value]})
    assert str(caught.value) == message
    assert "hush" not in str(caught.value)


def test_what_contains_itself_is_refused():
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(aegis.EncodingError, match="is nested deeper than 60, or contains itself"):
        encode(loop)


def test_a_rule_of_your_own():
    class Money:
        def __init__(self, cents):
            self.cents = cents

    assert encode({"m": Money(250)}, {Money: lambda money: D(money.cents) / 100}) == {"m": 2.5}


def test_an_encoder_that_gives_its_own_type_back_does_not_run_for_ever():
    assert encode("x", {str: lambda text: text + "!"}) == "x"
    with pytest.raises(aegis.EncodingError, match="has no JSON form"):
        encode(object(), {object: lambda value: value})
