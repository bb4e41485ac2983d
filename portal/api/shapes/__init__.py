"""How things look as JSON; shapes read and write values, they decide nothing."""
