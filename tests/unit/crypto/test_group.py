"""The group operations against RFC 9496, Appendix A.1, and against plain integers."""

import pytest

from oracle.crypto import group
from oracle.crypto.errors import PointIsIdentity, PointNotCanonical, ScalarIsZero, WrongLength
from oracle.crypto.group import Point, Scalar

ORDER = 2**252 + 27742317777372353535851937790883648493
MULTIPLES_OF_THE_GENERATOR = {
    1: "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
    2: "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
    3: "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
}


def scalar(value: int) -> Scalar:
    return group.decode_scalar((value % ORDER).to_bytes(32, "little"))


def test_multiply_base__small_multiples__are_those_of_the_rfc() -> None:
    for factor, encoding in MULTIPLES_OF_THE_GENERATOR.items():
        assert group.multiply_base(scalar(factor)).hex() == encoding


def test_add__generator_twice__is_its_double() -> None:
    generator = group.multiply_base(scalar(1))
    assert group.add(generator, generator) == group.multiply(scalar(2), generator)


def test_add__opposite_points__gives_what_no_multiplication_accepts() -> None:
    nothing = group.add(group.multiply_base(scalar(5)), group.multiply_base(scalar(-5)))
    with pytest.raises(PointIsIdentity):
        group.multiply(scalar(1), nothing)


def test_add__something_that_is_no_point__is_refused() -> None:
    with pytest.raises(PointNotCanonical):
        group.add(Point(b"\xff" * 32), group.multiply_base(scalar(1)))


def test_scalar_arithmetic__any_numbers__equals_that_of_integers() -> None:
    a, b = ORDER - 12_345, 2**200 + 6_789
    assert group.scalar_multiply(scalar(a), scalar(b)) == scalar(a * b)
    assert group.scalar_subtract(scalar(a), scalar(b)) == scalar(a - b)
    assert group.scalar_invert(scalar(a)) == scalar(pow(a, -1, ORDER))
    assert group.reduce_wide((2**511 + a).to_bytes(64, "little")) == scalar(2**511 + a)


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_invert_all__any_number_of_scalars__equals_one_by_one(count: int) -> None:
    scalars = [group.random_scalar() for _ in range(count)]
    assert group.invert_all(scalars) == [group.scalar_invert(value) for value in scalars]


def test_zero__given_past_the_decoder__is_refused_all_the_same() -> None:
    zero = Scalar(bytes(32))
    with pytest.raises(ScalarIsZero):
        group.multiply_base(zero)
    with pytest.raises(ScalarIsZero):
        group.multiply(zero, group.multiply_base(scalar(1)))
    with pytest.raises(ScalarIsZero):
        group.scalar_invert(zero)
    with pytest.raises(ScalarIsZero):
        group.invert_all([scalar(1), zero])


@pytest.mark.parametrize("size", [0, 32, 63, 65])
def test_wide_values__of_wrong_length__are_refused(size: int) -> None:
    with pytest.raises(WrongLength):
        group.from_uniform(bytes(size))
    with pytest.raises(WrongLength):
        group.reduce_wide(bytes(size))


def test_decode_scalar__the_greatest_below_the_order__is_accepted() -> None:
    assert scalar(-1) == (ORDER - 1).to_bytes(32, "little")
