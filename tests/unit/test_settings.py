"""Settings: flag over environment over default; bad ones name themselves."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from server.cli import new_parser
from server.settings import SETTINGS, BadSetting, Settings, read_settings, to_environ


def test_a_flag_wins_over_the_environment_and_that_over_the_default() -> None:
    environ = {"REPRISE_PORT": "81", "REPRISE_DATA": "/srv/class"}
    options = vars(new_parser().parse_args(["serve", "--port", "82"]))
    settings = read_settings(options, environ)
    assert (settings.port, settings.data, settings.https_port) == (82, Path("/srv/class"), 8443)


def test_a_flag_with_several_values_may_be_given_several_times() -> None:
    words = ["serve", "--announce-ip", "203.0.113.7", "--announce-ip", "2001:db8::1,192.0.2.4"]
    settings = read_settings(vars(new_parser().parse_args(words)), {})
    assert settings.announce_ip == ("203.0.113.7", "2001:db8::1", "192.0.2.4")


def test_child_processes_read_what_was_decided() -> None:
    settings = Settings(
        data=Path("/srv/class"),
        https_port=None,
        public_url="https://class.example.org",
        announce_ip=("203.0.113.7", "2001:db8::1"),
        media_gso=False,
        trusted_proxies=(ip_network("10.0.0.0/8"),),
        extra_origins=("http://localhost:5173",),
        has_worker=False,
    )
    assert read_settings({}, to_environ(settings)) == settings
    assert read_settings({}, to_environ(Settings())) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REPRISE_PORT", "eighty"),
        ("REPRISE_PORT", "70000"),
        ("REPRISE_PUBLIC_URL", "class.example.org"),
        ("REPRISE_PUBLIC_URL", "https://example.org/class"),
        ("REPRISE_ANNOUNCE_IP", "example.org"),
        ("REPRISE_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("REPRISE_BIND", "everywhere"),
        ("REPRISE_LOG_LEVEL", "loud"),
        ("REPRISE_WORKER", "perhaps"),
    ],
)
def test_a_bad_setting_names_itself(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({}, {name: value})


def test_flags_are_the_variables_in_small_letters() -> None:
    for setting in SETTINGS:
        assert setting.flag == "--" + setting.env[8:].lower().replace("_", "-")
