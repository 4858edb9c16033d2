"""A Python function for SQL, with a package of the requirements and a file of an archive."""

from pyflink.table import DataTypes
from pyflink.table.udf import udf


@udf(result_type=DataTypes.STRING())
def mask(number):
    # Requirements and archives are on the workers, not where the job is planned.
    import greeting

    with open("words/word.txt") as file:
        return greeting.greet(file.read(), "*" * len(str(number)))
