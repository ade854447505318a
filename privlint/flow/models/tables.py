"""Functions that make data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privlint.flow import columns, frames, rows
from privlint.flow.constants import strings
from privlint.flow.frame import Frame
from privlint.flow.models.registry import function
from privlint.flow.values import Value, of

if TYPE_CHECKING:
    from privlint.flow.arguments import Arguments
    from privlint.flow.library import Callee


@function("pandas.DataFrame", "pandas.DataFrame.from_dict", "pandas.DataFrame.from_records", "pandas.json_normalize")
def _pandas(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return frames.of_data(fr, frames.PANDAS, args, callee.n)


@function("polars.DataFrame", "polars.from_dicts", "polars.from_dict", "polars.from_records", "polars.from_pandas")
def _polars(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return frames.of_data(fr, frames.POLARS, args, callee.n)


@function("pandas.concat", "pandas.merge", "polars.concat")
def _together(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return frames.together(fr, args, callee.n)


@function("pandas.read_sql", "pandas.read_sql_query", "pandas.read_gbq", "polars.read_database")
def _query(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return frames.of_query(fr, args, callee.n)


@function("pyspark.sql.SparkSession.sql")
def _spark_query(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return frames.of_query(fr, args, callee.n, frames.SPARK)


@function("polars.col", "pyspark.sql.functions.col", "pyspark.sql.functions.column")
def _column(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    """``pl.col("email")``: a column of whatever frame it is used with."""
    names = [text for value, _ in args.positional for text in strings(value)]
    return of(*(rows.column("", name) for name in names)) if names else None


@function(*columns.FUNCTIONS)
def _expression(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return columns.function(fr, callee, args)


@function("pandas.read_csv", "pandas.read_excel", "pandas.read_table", "pandas.read_parquet", "pandas.read_fwf")
def _file(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return frames.of_file(fr, frames.PANDAS, args, callee.n)


@function("polars.read_csv", "polars.scan_csv", "polars.read_parquet", "polars.read_excel")
def _polars_file(fr: Frame, callee: Callee, args: Arguments) -> Value | None:
    return frames.of_file(fr, frames.POLARS, args, callee.n)
