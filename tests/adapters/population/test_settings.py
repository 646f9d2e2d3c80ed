"""Settings of the population database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from khop.adapters.population.adapter import ADAPTER
from khop.adapters.population.settings import PopulationSettings
from khop.config.load import load_config
from khop.errors import ConfigError
from tests.adapters.population.gateway import BASE, TOKEN, AdapterOf


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"sign_path": None}, "sign_path"),
        ({"username": " "}, "username"),
        ({"secret": None}, "secret"),
        ({"auth": "wso2"}, "token_url"),
        ({"auth": "lgsp", "service_account": "a", **TOKEN}, "service_secret"),
        ({"auth": "json_camel"}, "token_url"),
        ({"url": "trucdulieu.example.vn"}, "url"),
        ({"authenticate": {"fields": ["HoVaTen"]}}, "authenticate.fields"),
        ({"household": {"prefix": "1x"}}, "household.prefix"),
        ({"headers": {"X": "a\nb"}}, "headers"),
        ({"auth": "wso2", "token_url": "x"}, "token_url"),
    ],
)
def test_a_missing_or_wrong_setting_is_named(adapter_of: AdapterOf, options: Any, key: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        adapter_of(**options)
    assert wrong.value.key == f"sources.population.{key}"


@pytest.mark.parametrize(
    "options", [{"auth": "get"}, {"daily_quota": 0}, {"secret": "text"}, {"x": 1}]
)
def test_unknown_settings_and_values_are_refused(options: Any) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.settings.model_validate({**BASE, **options})


def test_a_configuration_file_loads(tmp_path: Path) -> None:
    path = tmp_path / "khop.toml"
    path.write_text(
        """
[province]
name = "Tỉnh Mẫu"
code = "H99"

[sources.population]
adapter = "population"
role = "population"
url = "http://127.0.0.1:8104/csdldc"
sign_path = "/csdldc"
username = "h99"
secret = { env = "KHOP_POPULATION_SECRET" }
timestamp_unit = "ms"

[sources.population.authenticate]
code = "003"
""",
        "utf-8",
    )
    settings = load_config(path, {"population": ADAPTER}).sources["population"]
    assert isinstance(settings, PopulationSettings)
    assert (settings.authenticate.code, settings.attempts, settings.daily_quota) == ("003", 2, 1000)
    assert settings.relatives.namespace == "http://gtel.vn/qldc"
