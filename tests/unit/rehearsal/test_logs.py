"""The output of the functions on the terminal of the local cloud."""

from __future__ import annotations

import io
import logging

from rehearsal.lambda_.logs import LOGGER, readable_output


def test_a_logger_whose_output_was_closed_since_writes_again_and_has_its_own_back_in_the_end() -> None:
    closed = io.StringIO()
    handler = logging.StreamHandler(closed)
    closed.close()
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    try:
        with readable_output(lambda *_: None, "INFO"):
            assert not handler.stream.closed
        assert handler.stream is closed
    finally:
        logger.removeHandler(handler)
