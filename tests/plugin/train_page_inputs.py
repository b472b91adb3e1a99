"""What tests of the page “Train” share: a training as the page sees it, and the user's hands."""

from __future__ import annotations

from interface import spin

# A training as the page sees it: record, events, a stop that is obeyed.
TRAINS = """
import pathlib
folder = pathlib.Path(option("--output"))
beside = pathlib.Path(sys.argv[4])
sys.path.insert(0, os.getcwd())
from backend.contract.processes import working_in
with working_in(beside):
    folder.mkdir(parents=True, exist_ok=True)
    job = dict(method=option("--method"), output=str(folder), dataset=option("--dataset"))
    record = dict(job=job, method={}, dataset=dict(name="zion"))
    (folder / "run.json").write_text(json.dumps(record))
    file = open(folder / "events.jsonl", "a", buffering=1)
    def log(event, **values):
        line = json.dumps({"version": 1, "event": event, "time": time.time(), **values})
        file.write(line + "\\n")
    log("started", verb="train", job=job, process_id=os.getpid(), software="1")
    resumed = 20 if "--resume" in sys.argv else 0
    for step in range(1 + resumed, 41):
        log("metric", step=step, values=dict(loss=4 - step / 20, spread=.9))
        log("progress", phase="training", done=step, total=40, unit="step", rate=10.0,
            seconds_left=(40 - step) / 10)
        if (beside / "stop").exists():
            log("finished", status="stopped", exit_status=143, seconds=1.0)
            sys.exit(143)
        while step == 20 and not resumed and not (beside / "stop").exists():
            time.sleep(0.02)
    (folder / "encoder.safetensors").write_bytes(b"")
    log("finished", status="done", exit_status=0, seconds=2.0)
"""


def choose(page, dataset: str) -> None:
    page.new_run.dataset.setCurrentIndex(page.new_run.dataset.findText(dataset))


def button(widget) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    # A widget that was just put into a layout is shown a moment later.
    assert spin(lambda: widget.isVisibleTo(widget.window()) and widget.isEnabled())
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
