"""What the tests of the face share: compiled words and a running gallery."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from werkzeug.serving import make_server

from tests.face.gallery import ROOT, create_gallery


@pytest.fixture(scope="session")
def compiled() -> None:
    """Compile the face's catalogue, as `make` does."""
    place = ROOT / "translations/face/zh_Hans_CN/LC_MESSAGES/messages.po"
    with place.open("rb") as source, place.with_suffix(".mo").open("wb") as target:
        write_mo(target, read_po(source, "zh_Hans_CN"))


@pytest.fixture(scope="session")
def gallery(compiled: None) -> Iterator[str]:
    """Serve the gallery on a free port and yield its address."""
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
