"""A function that a job takes along in a file."""

from pyflink.table import DataTypes
from pyflink.table.udf import udf


@udf(result_type=DataTypes.BIGINT())
def half(n):
    return n // 2
