"""What is got ready beside git changes nothing but the time it takes."""

from __future__ import annotations

import ssl
import subprocess
import sys
from typing import TYPE_CHECKING

from postops.cli._ahead import Ahead

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_certificates_are_those_httpx_would_read() -> None:
    found = Ahead().certificates()
    assert isinstance(found, ssl.SSLContext)
    assert found.verify_mode is ssl.CERT_REQUIRED
    assert found.check_hostname


def test_certificates_that_cannot_be_read_are_left_to_who_needs_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    (tmp_path / "missing.pem").write_text("no certificate")
    assert Ahead().certificates() is None
    assert capfd.readouterr().err == ""


def test_a_process_that_ends_at_once_waits_for_it() -> None:
    """An import under way while the interpreter was taken down crashed it now and then."""
    code = (
        "import atexit, sys\n"
        "from postops.cli._ahead import Ahead\n"
        "Ahead()\n"
        "atexit.register(lambda: print('httpcore' in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "True\n"


def test_nothing_is_imported_by_the_first_request_any_more() -> None:
    code = (
        "import sys\n"
        "from postops.cli._ahead import Ahead\n"
        "assert 'httpx' not in sys.modules\n"
        "Ahead().certificates()\n"
        "missing = {'httpx', 'httpcore', 'h11', 'anyio._backends._asyncio'} - sys.modules.keys()\n"
        "assert not missing, missing\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
