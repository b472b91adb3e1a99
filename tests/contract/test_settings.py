"""Settings: conversion, ranges, and the way from a job to a command line and back."""

from __future__ import annotations

import json

import pytest

from backend.contract import jobs, methods
from backend.contract.settings import (
    SettingsError,
    make_job,
    settings_of,
    to_arguments,
    to_mapping,
)
from backend.runtime.command_line import parse_job
from backend.runtime.errors import RequestError

JOBS = [getattr(jobs, name) for name in jobs.__all__]
BUILD = dict(scenes=["a.tif+b.tif", "c d.tif"], output="é x.tiles")


@pytest.mark.parametrize("job_class", JOBS, ids=lambda c: c.__name__)
def test_every_setting_explains_itself(job_class: type) -> None:
    settings = settings_of(job_class)
    assert len({s.name for s in settings}) == len(settings)
    for s in settings:
        assert len(s.help) > 5 and not s.help.endswith("."), s.name
        assert s.help[0].isupper() or s.help[0] == "k", s.name
        if s.name.endswith("_px"):
            assert s.unit == "px", s.name
        if s.choices:
            chosen = s.default if s.is_list else [s.default]
            assert set(chosen) <= set(s.choices), s.name
        if s.minimum is not None and s.default is not None and not s.is_list:
            assert s.default >= s.minimum, s.name


@pytest.mark.parametrize("job_class", JOBS, ids=lambda c: c.__name__)
def test_a_job_survives_its_command_line(job_class: type) -> None:
    """Other than default values of every kind come back as they went."""
    values = {}
    for s in settings_of(job_class):
        if s.kind == "flag":
            values[s.name] = not s.default
        elif s.choices:
            values[s.name] = list(s.choices[-2:]) if s.is_list else s.choices[-1]
        elif s.kind == "integers":
            values[s.name] = [int(s.minimum or 0) + 3, int(s.minimum or 0) + 4]
        elif s.is_list:
            values[s.name] = ["-1.5,2", "-3,4"] if s.kind == "points" else ["a é+b", "c"]
        elif s.kind == "integer":
            values[s.name] = int(s.minimum or 0) + 1
        elif s.kind == "number":
            values[s.name] = (
                float(s.maximum) if s.maximum is not None else -1.5e-7 + (s.minimum or 0)
            )
        else:
            values[s.name] = "text with 'quotes' é"
        if s.kind == "number" and s.minimum is not None and values[s.name] < s.minimum:
            values[s.name] = s.minimum
    job = make_job(job_class, values)
    arguments = to_arguments(job)
    again, _ = parse_job("x", job_class, arguments)
    assert again == job


def test_a_job_survives_yaml_and_json(tmp_path) -> None:
    job = make_job(jobs.BuildJob, dict(BUILD, count=12, dates=["2013-06-01", "2019-01-02"]))
    plain = tmp_path / "job.yaml"
    plain.write_text(json.dumps(to_mapping(job)), encoding="utf-8")
    again, _ = parse_job("build", jobs.BuildJob, ["--config", str(plain)])
    assert again == job
    run = tmp_path / "run.json"
    run.write_text(json.dumps({"software": "0", "job": to_mapping(job)}), encoding="utf-8")
    again, _ = parse_job("build", jobs.BuildJob, ["--config", str(run), "--count", "13"])
    assert again.count == 13 and again.scenes == job.scenes


def test_yaml_takes_scenes_as_lists_dates_as_dates_and_hyphens(tmp_path) -> None:
    path = tmp_path / "job.yaml"
    path.write_text(
        "scenes:\n - [a.tif, b.tif]\n - c.tif\noutput: x.tiles\ndates: [2013-06-01, 2019-01-02]\n"
        "tile-size-px: 16\n"
    )
    job, _ = parse_job("build", jobs.BuildJob, ["--config", str(path)])
    assert job.scenes == ["a.tif+b.tif", "c.tif"]
    assert job.dates == ["2013-06-01", "2019-01-02"]
    assert job.tile_size_px == 16


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (dict(output="x"), "--scenes is required"),
        (dict(BUILD, cuont=4), "unknown setting 'cuont'"),
        (dict(BUILD, count="many"), "--count takes a whole number, not 'many'"),
        (dict(BUILD, count=1.5), "--count takes a whole number"),
        (dict(BUILD, count=True), "--count takes a whole number"),
        (dict(BUILD, count=0), "--count must be at least 1; it is 0"),
        (dict(BUILD, test_fraction=1.2), "--test-fraction must be between 0 and 0.9"),
        (dict(BUILD, test_fraction=float("nan")), "--test-fraction takes a number"),
        (dict(BUILD, sampling="rnd"), "--sampling is one of random, grid, stratified; not 'rnd'"),
        (dict(BUILD, overwrite="yes"), "--overwrite takes true or false, not 'yes'"),
        (dict(BUILD, count=None), "--count needs a value"),
    ],
)
def test_wrong_settings_say_what_is_wrong(values, words) -> None:
    with pytest.raises(SettingsError, match="(?s)" + words.replace("(", r"\(")):
        make_job(jobs.BuildJob, values)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("scenes: [a", "is not valid YAML"),
        ("just text", "holds no settings"),
        ("!!python/object:os.system {}", "is not valid YAML"),
    ],
)
def test_a_bad_config_says_what_is_wrong(tmp_path, content, words) -> None:
    path = tmp_path / "job.yaml"
    path.write_text(content)
    with pytest.raises(RequestError, match=words):
        parse_job("build", jobs.BuildJob, ["--config", str(path)])
    with pytest.raises(RequestError, match="cannot be read"):
        parse_job("build", jobs.BuildJob, ["--config", str(tmp_path / "none.yaml")])


def test_numbers_given_as_text_become_numbers() -> None:
    job = make_job(jobs.BuildJob, dict(BUILD, count="12", nodata="-9999"))
    assert job.count == 12 and isinstance(job.count, int)
    assert job.nodata == -9999.0


def test_preset_fills_what_is_not_given() -> None:
    job = methods.make_train_job(
        dict(dataset="a", output="b", method="saumoco-naip-published", temperature=0.2)
    )
    assert job.temperature == 0.2 and job.queue_size == 0 and job.batch_size == 256
    assert job.epochs == 500 and job.steps is None
