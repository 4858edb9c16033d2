"""A Python function for SQL."""

from pyflink.table import DataTypes
from pyflink.table.udf import udf


@udf(result_type=DataTypes.STRING())
def mask(number):
    return "number " + "*" * len(str(number))
