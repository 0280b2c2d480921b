"""Sums of a column that are whole numbers on every database: PostgreSQL's are of another type."""

from sqlalchemy import BigInteger, Cast, Column, cast, func


def total(column: Column[int]) -> Cast[int]:
    """The sum over all rows found, 0 when there are none; an overflow is an error, never a wrong sum."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)
