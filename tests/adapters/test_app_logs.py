"""Log messages of libraries: logger and location only, without the text, and limited in number."""

import json
import logging
import os

import pytest
import structlog

from unificx.server.logs import LibraryLogHandler, LossyLogger


@pytest.mark.promise("C13")
def test_library_logs_are_forwarded_without_text_and_thinned_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    library = logging.getLogger("a.library")
    library.propagate = False
    handler = LibraryLogHandler()
    library.addHandler(handler)
    try:
        with structlog.testing.capture_logs() as lines:
            for number in range(5000):
                library.warning("cannot read canary-%d", number)
            library.error("another place")
    finally:
        library.removeHandler(handler)
    assert [line["times"] for line in lines] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 1024, 2000, 2048, 3000,
                                                 4000, 4096, 5000, 1]  # fmt: skip
    assert "canary" not in json.dumps(lines)
    assert "canary" not in capsys.readouterr().err


def test_a_line_that_cannot_be_written_is_dropped() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    output = os.fdopen(writer, "w", encoding="utf-8")
    try:
        with pytest.raises(BrokenPipeError):
            structlog.PrintLogger(output).info("a line")
        LossyLogger(output).info("a line")
    finally:
        with pytest.raises(BrokenPipeError):
            output.close()
