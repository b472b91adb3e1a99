"""The child process: events, free text, failure, cancelling and its helpers, its environment."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest


@pytest.fixture
def run(provider, fake_backend):
    """Run a fake backend; returns how it ended, its events and its lines."""
    from near_things.qgis_plugin.process import BackendProcess, verb_arguments

    def run_(body: str, *arguments: str, **options):
        events, lines = [], []
        child = BackendProcess(
            fake_backend(body),
            verb_arguments("build", arguments),
            on_event=events.append,
            on_line=lines.append,
            **options,
        )
        return child.run(), events, lines

    return run_


def test_events_and_lines_arrive_and_success_is_success(run) -> None:
    outcome, events, lines = run(
        "progress(1, 2)\nprint('é text', file=sys.stderr)\nprogress(2, 2)\nfinish()"
    )
    assert outcome.done and outcome.exit_status == 0
    assert [e["event"] for e in events] == ["progress", "progress", "finished"]
    assert lines == ["é text"]


def test_lines_split_anywhere_are_put_together(run) -> None:
    body = """
data = (json.dumps({"event": "warning", "message": "é ü"}, ensure_ascii=False) + "\\n").encode()
for n in range(len(data)):
    sys.stdout.buffer.write(data[n:n + 1]); sys.stdout.buffer.flush(); time.sleep(0.002)
sys.stdout.write("no event\\n[1]\\n")
finish()
"""
    outcome, events, _ = run(body)
    assert outcome.done
    assert [e["event"] for e in events] == ["warning", "finished"]
    assert events[0]["message"] == "é ü"


def test_error_gives_message_and_hint(run) -> None:
    outcome, _, _ = run(
        "say('error', message='no overlap', hint='take another', exit_status=3)\n"
        "finish('failed', 3)"
    )
    assert not outcome.done and outcome.exit_status == 3
    assert outcome.explain() == "no overlap\ntake another"


def test_success_needs_both_exit_status_and_last_event(run) -> None:
    silent, _, _ = run("sys.exit(0)")
    assert not silent.done
    assert "before it could say why" in silent.explain()
    contradicting, _, _ = run(
        "say('finished', status='done', exit_status=0, seconds=1)\nsys.exit(3)"
    )
    assert not contradicting.done


def test_crash_is_told_with_the_last_words(run) -> None:
    outcome, _, _ = run("print('Segfault soon', file=sys.stderr)\nos.kill(os.getpid(), 11)")
    assert outcome.exit_status is None and not outcome.done
    assert "crashed" in outcome.explain() and "Segfault soon" in outcome.explain()


def test_program_that_cannot_start_is_told(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.process import BackendProcess

    outcome = BackendProcess(tmp_path / "absent", [], on_event=print).run()
    assert not outcome.done
    assert "could not be started" in outcome.explain()


def test_flood_on_stderr_does_not_block(run) -> None:
    body = "for n in range(20000): print('x' * 100, file=sys.stderr)\nfinish()"
    outcome, _, lines = run(body)
    assert outcome.done and len(lines) == 20000
    assert len(outcome.stderr) == 200


def test_cancelling_closes_stdin_and_lets_the_child_finish(run, tmp_path: Path) -> None:
    saved = tmp_path / "checkpoint"
    body = f"""
progress(1, 100)
sys.stdin.read()
open({str(saved)!r}, "w").close()
finish("stopped", 143)
"""
    outcome, _, _ = run(body, is_cancelled=lambda: True)
    assert saved.exists()
    assert outcome.finished == "stopped" and outcome.exit_status == 143 and not outcome.done


def test_child_that_does_not_stop_is_killed_with_its_helpers(run, tmp_path: Path) -> None:
    number = tmp_path / "helper"
    body = f"""
os.setsid()
helper = os.fork()
if helper == 0:
    time.sleep(600)
    os._exit(0)
open({str(number)!r}, "w").write(str(helper))
progress(1, 100)
while True:
    time.sleep(1)
"""
    began = time.monotonic()
    outcome, _, _ = run(body, is_cancelled=number.exists, grace_seconds=0.3)
    assert outcome.exit_status is None
    assert time.monotonic() - began < 60
    assert not _runs(int(number.read_text()))


def _runs(process_id: int) -> bool:
    """False once the process is gone, or a corpse that nobody has buried yet."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return False
        if state == "Z":
            return False
        time.sleep(0.1)
    return True


def test_child_sees_a_clean_environment(run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONHOME", "PROJ_LIB", "GDAL_DATA", "LD_PRELOAD", "QT_PLUGIN_PATH"):
        monkeypatch.setenv(name, "" if name == "LD_PRELOAD" else "/nowhere")
    monkeypatch.setenv("HTTPS_PROXY", "proxy:3128")
    monkeypatch.setenv("LC_TIME", "de_DE.UTF-8")
    outcome, events, _ = run(
        "say('artifact', role=json.dumps(dict(os.environ)), path=os.getcwd())\nfinish()"
    )
    assert outcome.done
    seen = json.loads(events[0]["role"])
    assert not {"PYTHONHOME", "PROJ_LIB", "GDAL_DATA", "LD_PRELOAD", "QT_PLUGIN_PATH"} & set(seen)
    assert seen["HTTPS_PROXY"] == "proxy:3128" and seen["LC_TIME"] == "de_DE.UTF-8"
    assert seen["PYTHONUTF8"] == "1" and seen["PYTHONNOUSERSITE"] == "1"
    assert seen["PATH"].split(os.pathsep)[0].endswith("été python")
    assert seen["PATH"].split(os.pathsep)[1:] == ["/usr/local/bin", "/usr/bin", "/bin"]
    assert Path(events[0]["path"]) == Path(__file__).resolve().parents[2]


def test_windows_search_path_is_fresh(provider) -> None:
    from near_things.qgis_plugin.environment import clean_environment

    inherited = {"SystemRoot": "/Windows", "Path": "/QGIS/bin", "Temp": "/temp"}
    seen = clean_environment(inherited, Path("/env/Scripts/python.exe"))
    folders = seen["PATH"].split(os.pathsep)
    assert folders[:2] == ["/env", "/env/Scripts"]
    assert folders[-2:] == ["/Windows/System32", "/Windows"]
    assert seen["Temp"] == "/temp" and "Path" not in seen
