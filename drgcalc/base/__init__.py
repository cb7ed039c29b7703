"""What every other package stands on: exact money, errors as values, the schema of every table."""
