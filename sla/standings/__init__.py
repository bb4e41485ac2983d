"""What the version in force says of each lead now."""
