"""Settings: arguments, then the environment, then defaults; what is malformed stops the start."""

import pytest

import aegis


def test_arguments_win_over_the_environment(monkeypatch):
    monkeypatch.setenv("AEGIS_URL", "https://aegis.acme.example/")
    monkeypatch.setenv("AEGIS_API_KEY", "aegis_env")
    monkeypatch.setenv("AEGIS_AGENT", "from-env")
    monkeypatch.setenv("AEGIS_TIMEOUT", "1.5")
    client = aegis.Aegis(agent="given")
    assert (client.settings.url, client.settings.agent, client.settings.timeout) == ("https://aegis.acme.example", "given", 1.5)
    assert client.settings.api_key == "aegis_env"
    assert "aegis_env" not in repr(client)
    assert "aegis_env" not in repr(client.settings)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("AEGIS_URL", "aegis.local:8181", "AEGIS_URL `aegis.local:8181` is no http:// or https:// address of Aegis."),
        ("AEGIS_TIMEOUT", "5s", "AEGIS_TIMEOUT `5s` is not a positive number of seconds."),
        ("AEGIS_TIMEOUT", "nan", "AEGIS_TIMEOUT `nan` is not a positive number of seconds."),
        ("AEGIS_RETRIES", "-1", "AEGIS_RETRIES `-1` is not a whole number from 0 to 10."),
        ("AEGIS_API_KEY", "aegis_x\n", "AEGIS_API_KEY has characters that a key never has. Was it copied with a line break?"),
        (
            "AEGIS_ON_UNAVAILABLE",
            "allow",
            "on_unavailable `allow` does not exist: without an answer of Aegis no tool runs. Use `deny`, or `wait` with a longer timeout.",
        ),
        ("AEGIS_ON_UNAVAILABLE", "flase", "on_unavailable `flase` is neither `deny` nor `wait`."),
    ],
)
def test_a_malformed_setting_stops_the_start(monkeypatch, name, value, message):
    monkeypatch.setenv(name, value)
    with pytest.raises(aegis.ConfigurationError) as caught:
        aegis.Aegis()
    assert str(caught.value) == message


def test_without_a_key_no_tool_runs(body):
    with pytest.raises(aegis.ConfigurationError, match="no API key: set AEGIS_API_KEY"):
        aegis.Aegis(agent="a").guarded("pay")(body)(amount=1)
    assert body.entered == []
