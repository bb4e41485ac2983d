"""A log record is one line that a machine can read."""

import json
import logging
import sys

from portal.logs import JsonFormatter


def test_record_is_one_line_with_its_traceback() -> None:
    try:
        raise ValueError("no such\nlead")
    except ValueError:
        record = logging.LogRecord("sla", logging.ERROR, "", 1, "failed: %s", ("L\u00e4",), sys.exc_info())
    line = JsonFormatter().format(record)
    read = json.loads(line)
    assert "\n" not in line
    assert (read["level"], read["logger"], read["message"]) == ("ERROR", "sla", "failed: L\u00e4")
    assert read["exception"].endswith("ValueError: no such\nlead")
