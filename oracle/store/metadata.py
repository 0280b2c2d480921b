"""What all tables of a member's store have in common."""

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData()

Wide = Integer().with_variant(BigInteger(), "postgresql")
"""64 bits everywhere: members sign 32-bit numbers without a sign, which PostgreSQL's INTEGER cannot hold."""
