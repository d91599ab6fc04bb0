"""DynamoDB in memory, with the tables of the template: one store for demo, bench, soak and simulation.

It does what the product and its command line ask for, refuses what DynamoDB refuses with DynamoDB's own errors, and
raises Unsupported for anything else. `tests/aws/rehearsal/test_dynamodb_double.py` holds it against moto and dynalite.
"""

from rehearsal.aws.dynamodb.database import Database
from rehearsal.aws.dynamodb.errors import AwsError, Item, Unsupported
from rehearsal.aws.dynamodb.table import Table, Unwritten
from rehearsal.aws.dynamodb.throughput import Meter

__all__ = ["AwsError", "Database", "Item", "Meter", "Table", "Unsupported", "Unwritten"]
