"""Loading khop.toml: defaults, secrets, and the error for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.adapters.ports import Adapter, AdapterType, Context, Role
from khop.adapters.settings import Secret, SourceSettings
from khop.config.load import load_config
from khop.config.model import Config
from khop.errors import ConfigError

PROVINCE = '[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n'
NOTICES = PROVINCE + '[notices]\nsecret = { env = "KHOP_TEST_SECRET" }\n'


class Settings(SourceSettings):
    base_url: str
    secret: Secret


def _never(name: str, role: Role, settings: object, context: Context) -> Adapter:
    raise AssertionError


TYPES = {"igate": AdapterType(Settings, frozenset({Role.ONE_STOP}), _never)}


def _load(folder: Path, text: str | bytes) -> Config:
    path = folder / "khop.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_config(path, TYPES)


def _source(**keys: str) -> str:
    values = {
        "adapter": '"igate"',
        "role": '"one_stop"',
        "base_url": '"http://x.example.vn"',
        "secret": '{ env = "KHOP_TEST_SECRET" }',
    } | keys
    lines = [f"{name} = {value}" for name, value in values.items() if value]
    return PROVINCE + "[sources.igate]\n" + "\n".join(lines) + "\n"


def _policy(*, head: str = PROVINCE, **keys: str) -> str:
    """A policy of repair with these keys in place of the usual ones."""
    values = {"name": '"dates"', "rules": '["A7"]'} | keys
    lines = [f"{name} = {value}" for name, value in values.items()]
    return head + "[[repair.policy]]\n" + "\n".join(lines) + "\n"


def test_the_hours_of_a_policy_are_minutes_of_the_local_day(tmp_path: Path) -> None:
    (usual,) = _load(tmp_path, _policy()).repair.policy
    (always,) = _load(tmp_path, _policy(hours='"00:00-24:00"')).repair.policy
    assert (usual.minutes, always.minutes) == ((420, 1020), (0, 1440))


def test_a_configuration_needs_only_the_province(tmp_path: Path) -> None:
    config = _load(tmp_path, PROVINCE)
    assert config.province.name == "Tỉnh Mẫu"
    assert (config.rules.grace, config.rules.differs_minutes) == (1, 15)
    assert (config.repair.max_changes, config.repair.max_share) == (1000, 0.05)
    assert dict(config.sources) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "province: this key is missing"),
        ("= 1", "not valid TOML"),
        (b"\xff\xfe", "is not text in UTF-8; save it as UTF-8"),
        (PROVINCE + "[province.x]\n", "province.x: unknown key"),
        (PROVINCE + "[repair]\nmax_chnages = 1\n", "did you mean max_changes?"),
        (PROVINCE + "[source.igate]\n", "did you mean sources?"),
        (PROVINCE + "[repair]\nmax_share = 2\n", "repair.max_share"),
        (PROVINCE + "[repair]\nmax_changes = 0\n", "repair.max_changes"),
        (_policy(rules="[]"), "repair.policy.0.rules"),
        (_policy(name='"Ngày"'), "repair.policy.0.name"),
        (_policy(max_per_day="0"), "repair.policy.0.max_per_day"),
        (_policy(hours='"7-17"'), "repair.policy.0.hours: write the hours as 07:00-17:00"),
        (_policy(hours='"07:00-24:30"'), "repair.policy.0.hours: the end must be later"),
        (_policy(hours='"17:00-07:00"'), "repair.policy.0.hours: the end must be later"),
        (_policy() + _policy(rules='["B6"]', head=""), "two policies have the name dates"),
        (
            _policy() + _policy(name='"more"', rules='["B6", "A7"]', head=""),
            "repair: the rule A7 is in the policies dates and more; leave it in one",
        ),
        (PROVINCE + "[rules]\ngrace = -1\n", "rules.grace"),
        (PROVINCE + '[calendar]\ndays_off = ["31/02/2026"]\n', "calendar.days_off"),
        (PROVINCE + "sources = 1\n", "province.sources: unknown key"),
        ("sources = 1\n" + PROVINCE, "sources: write each source as a table"),
        ("[sources]\nigate = 1\n" + PROVINCE, "sources.igate: write the source as a table"),
        (PROVINCE + "[rules.A7]\ngrace = 2\n", "did you mean rules.grace_by_rule.A7,"),
        (PROVINCE + "[rules]\nf1 = 45\n", "rules.numbers.F1 or rules.off?"),
        (NOTICES + 'url = "http://x.example.vn"\n', "notices.url: notices leave"),
        (NOTICES + 'url = "http://127.0.0.1.x.vn"\n', "only over https"),
        (NOTICES + 'url = "https://a:b@x.example.vn"\n', "user or a password"),
        (NOTICES + 'url = "x.example.vn/notices"\n', "write the whole address"),
        (NOTICES + 'url = "https://x.example.vn:99999"\n', "notices.url"),
        (PROVINCE + '[notices]\nurl = "https://x.example.vn"\n', "name the secret beside the url"),
        (NOTICES + "severities = []\n", "notices.severities"),
        (NOTICES + 'severities = ["S5"]\n', "notices.severities.0"),
        (NOTICES + 'urk = "https://x.example.vn"\n', "did you mean url?"),
        (PROVINCE + '[notices]\nsecret = "hunter2"\n', "notices.secret: do not write a secret"),
        (_source(adapter=""), "sources.igate: say which adapter"),
        (_source(adapter='"igat"'), "did you mean igate?"),
        (_source(adapter="1"), "sources.igate.adapter"),
        (_source(role='"portal"'), "fills the role one_stop, not portal"),
        (_source(role='"onestop"'), "sources.igate.role"),
        (_source(base_ur='"x"'), "sources.igate.base_ur: unknown key, did you mean base_url?"),
        (_source(base_url=""), "sources.igate.base_url: this key is missing"),
        (_source(secret='"hunter2"'), "sources.igate.secret: do not write a secret"),
        (_source(secret='{ evn = "X" }'), "sources.igate.secret: do not write a secret"),
    ],
)
def test_an_error_names_its_key(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text)
    assert expected in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example.vn/khop?a=1",
        "http://127.0.0.1:8085/",
        "http://127.1.2.3",
        "http://[::1]:80/x",
        "http://localhost/x",
    ],
)
def test_notices_may_be_sent_over_https_or_on_this_machine(tmp_path: Path, url: str) -> None:
    notices = _load(tmp_path, NOTICES + f'url = "{url}"\n').notices
    assert (notices.url, notices.severities) == (url, ("S1", "S2"))


def test_a_path_may_be_a_text(tmp_path: Path) -> None:
    (tmp_path / "khop.toml").write_text(PROVINCE, "utf-8")
    assert load_config(str(tmp_path / "khop.toml"), TYPES).province.name == "Tỉnh Mẫu"


def test_all_errors_are_in_one_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, PROVINCE + "[rules]\ngrace = -1\n[repair]\nmax_changes = 0\n")
    assert "rules.grace" in str(caught.value)
    assert "repair.max_changes" in str(caught.value)


def test_a_missing_file_names_khop_init(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="khop init"):
        load_config(tmp_path / "khop.toml", TYPES)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("sqlite:///khop.db", "sqlite:///{folder}/khop.db"),
        ("sqlite:////var/khop.db", "sqlite:////var/khop.db"),
    ],
)
def test_a_relative_path_of_the_ledger_starts_at_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, meant: str
) -> None:
    monkeypatch.chdir("/")
    config = _load(tmp_path, PROVINCE + f'[ledger]\nurl = "{url}"\n')
    assert config.ledger_url == meant.format(folder=tmp_path)
    assert config.key_path == tmp_path / "khop.key"


def test_a_secret_is_read_from_the_environment_at_its_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KHOP_TEST_SECRET", raising=False)
    settings = _load(tmp_path, _source()).sources["igate"]
    assert isinstance(settings, Settings)
    with pytest.raises(ConfigError, match="KHOP_TEST_SECRET is not set"):
        settings.secret.reveal(tmp_path)
    monkeypatch.setenv("KHOP_TEST_SECRET", "hunter2")
    assert settings.secret.reveal(tmp_path) == "hunter2"
    assert "hunter2" not in repr(settings)


def test_a_secret_is_read_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    settings = _load(tmp_path, _source(secret='{ file = "s" }')).sources["igate"]
    assert isinstance(settings, Settings)
    with pytest.raises(ConfigError, match="cannot be read"):
        settings.secret.reveal(tmp_path)
    (tmp_path / "s").write_text(" \n")
    with pytest.raises(ConfigError, match="is empty"):
        settings.secret.reveal(tmp_path)
    (tmp_path / "s").write_text("hunter2\n")
    assert settings.secret.reveal(tmp_path) == "hunter2"
