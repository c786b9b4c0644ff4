from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from postops.cli import run
from postops.cli.schema import as_text, schemas


@pytest.mark.parametrize("name", ["post", "campaign", "config", "ledger-event"])
def test_each_is_a_schema(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", name]) == 0
    out = capsys.readouterr().out
    schema = json.loads(out)
    validator_for(schema, Draft202012Validator).check_schema(schema)
    assert out == as_text(schemas()[f"{name}.schema.json"])


def test_the_configuration_of_the_first_run_fits() -> None:
    import yaml

    from postops.cli.init import CONFIG

    schema = schemas()["config.schema.json"]
    validator_for(schema, Draft202012Validator)(schema).validate(yaml.safe_load(CONFIG))


def test_another_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "posts"]) == 2
    assert "'post'" in capsys.readouterr().err
