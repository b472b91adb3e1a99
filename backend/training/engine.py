"""The training job: the loop, and what surrounds it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import torch

from backend import __version__
from backend.contract.jobs import TrainJob
from backend.contract.methods import find_method, unmet_needs
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import AnotherDate
from backend.methods.neighbourhood import training_chips
from backend.networks.decoder_file import save_decoder
from backend.networks.encoder_file import EncoderInformation, save_encoder
from backend.networks.rows import alone
from backend.runtime import stopping
from backend.runtime.errors import DataError, MachineError, RequestError, Stopped
from backend.runtime.reporter import Reporter

from .batches import Batch, Batches
from .checkpoints import latest_checkpoint, save_checkpoint
from .collapse import CollapseMonitor
from .learner import Learner
from .log import Log
from .online_knn import OnlineKNN, make_online_knn
from .processes import Processes, joined, own_device
from .profile import profiled
from .residency import make_tiles
from .run_folder import check_run_output, open_run
from .speed import measure_speed

# Steps before which no collapse is called: every run starts with all tiles in one place.
SETTLING_STEPS = 100


def train(job: TrainJob, reporter: Reporter) -> None:
    """Pretrain an encoder as the job asks, into its run folder.

    RequestError, DataError and MachineError before anything is written where the job cannot be
    done; Stopped after a checkpoint where it was asked to stop.
    """
    device = own_device(job)
    with joined(job, device) as processes:
        if not processes.first:
            reporter.silence()
        _train(job, device, processes, reporter)


def _train(job: TrainJob, device: torch.device, processes: Processes, reporter: Reporter) -> None:
    """The same in one of several processes, of which the first one writes and tells."""
    if processes.first:
        check_run_output(job)
    dataset = TileDataset(job.dataset)
    _check_needs(job, dataset)
    chips = training_chips(job, dataset)
    _check_batch(job, len(chips), dataset)
    try:
        learner = Learner(job, dataset, make_plan(job, len(chips)), device, processes)
        tiles = make_tiles(job, dataset, learner.device, reporter)
        relations = learner.recipe.relations
        batches = Batches(dataset, chips, relations, learner.plan, job.seed, tiles)
        knn = make_online_knn(job, dataset)
        if processes.first:
            open_run(job, dataset, device, reporter)
        processes.wait()
        _Run(job, dataset, batches, learner, knn, processes, reporter).go()
    except torch.OutOfMemoryError as error:
        raise MachineError(
            f"the memory of {device} is used up: {str(error).splitlines()[0]}",
            f"a smaller --batch-size than {job.batch_size} needs less",
        ) from error


def _check_needs(job: TrainJob, dataset: TileDataset) -> None:
    """RequestError where the job and the dataset do not go together."""
    lacks = unmet_needs(find_method(job.method), dataset.information.to_json())
    if lacks:
        raise RequestError(f"{job.method} cannot learn from {dataset.folder}: {'; '.join(lacks)}")


def _check_batch(job: TrainJob, samples: int, dataset: TileDataset) -> None:
    """RequestError where there are not enough samples for one batch."""
    if job.batch_size > samples:
        what = "training chips" if samples == dataset.information.splits["train"] else "triplets"
        raise RequestError(
            f"--batch-size {job.batch_size} is more than the {samples} {what} of {dataset.folder}",
            "use a smaller --batch-size, or build a dataset of more chips",
        )


class _Run:
    """One run in its folder, from where it stands to its last step."""

    def __init__(
        self,
        job: TrainJob,
        dataset: TileDataset,
        batches: Batches,
        learner: Learner,
        knn: OnlineKNN | None,
        processes: Processes,
        reporter: Reporter,
    ) -> None:
        self.job, self.dataset, self.learner, self.knn = job, dataset, learner, knn
        self.folder, self.processes, self.reporter = Path(job.output), processes, reporter
        self.batches = batches
        self.step = 0  # completed steps
        self.identity = dict(
            method=job.method, dataset=dataset.information.fingerprint, bands=dataset.band_names
        )

    def go(self) -> None:
        """Restore, take all steps that are left, export."""
        if self.job.resume:
            self.restore()
            if not self.processes.agree(self.step):
                raise DataError(
                    f"the processes do not find the same checkpoint in {self.folder}",
                    "put the run folder on a disk that all machines share",
                )
        if self.step == 0:
            recipe = self.learner.recipe
            dates = [r.note for r in recipe.relations if isinstance(r, AnotherDate)]
            for note in (*recipe.encoder.notes, *dates):
                self.reporter.say(note)
        log = None
        if self.processes.first:
            log = Log(
                self.folder,
                self.learner.columns(),
                self.reporter,
                first_step=self.step,
                tensorboard=self.job.tensorboard,
            )
        try:
            if self.step < self.learner.plan.steps:
                self.loop(log)
            elif self.processes.first:
                self.export()
        finally:
            if log is not None:
                log.close()
        for name in ("encoder", *self.learner.recipe.extras):
            self.reporter.artifact(name, self.folder / f"{name}.safetensors")

    def loop(self, log: Log | None) -> None:
        """Take the steps; log, save and stop where it is due. All processes do the same, but the
        first one alone has a log and writes."""
        job, learner, total = self.job, self.learner, self.learner.plan.steps
        with alone():
            speed = measure_speed(
                learner.recipe,
                len(self.dataset.band_names),
                self.dataset.information.tile_size_px,
                learner.device,
                job.precision,
                self.processes.count,
            )
        monitor = CollapseMonitor(self.reporter, learner.recipe, job, SETTLING_STEPS)
        with self.reporter.phase("training", total, "step", done=self.step) as phase:
            for batch in self.coming():
                outcome, norm = learner.take_step(batch)
                self.step += 1
                speed.count(len(batch.chips) * len(batch.tiles))

                last, note = self.step == total, ""
                stop = self.processes.any(stopping.requested())
                knn_due = self.knn is not None and (last or self.step % job.knn_every_steps == 0)
                log_due = last or knn_due or self.step % job.log_every_steps == 0
                save_due = last or stop or self.step % job.checkpoint_every_steps == 0
                if log_due or save_due or learner.device.type == "cpu":
                    self.check_finite()
                if stop and self.processes.first:
                    # Before the log, so that nothing that goes wrong there costs the steps.
                    with speed.paused():
                        self.save()
                if log_due:
                    values = learner.values(batch, outcome, norm) | speed.lap()
                    if knn_due:
                        with speed.paused():
                            values["knn_accuracy"] = self.knn.accuracy(learner)
                    if log is not None:
                        log.write(self.step, values)
                    monitor.watch(self.step, values)
                    note = f"loss {values['loss']:.3f}"
                if save_due and not stop and self.processes.first:
                    # After the log: a resumed run drops rows beyond the checkpoint, and misses
                    # none before it.
                    with speed.paused():
                        self.save()
                phase.advance(note=note, stop=False)
                if stop and not last:
                    # Whoever ends early has torchrun end the others, the one that saves included.
                    self.processes.wait()
                    stopping.raise_if_requested()
                    # It was another process that was asked.
                    raise Stopped(signal.SIGTERM)
        self.reporter.say(speed.summary())

    def coming(self) -> Iterator[Batch]:
        """The batches that are left, profiled where the job asks for it."""
        batches = self.batches.from_step(self.step)
        if not (self.job.profile and self.processes.first):
            return batches
        title = f"{self.job.method} on {self.dataset.folder.name}"
        return profiled(batches, self.folder / "profile", self.learner.device, title)

    def check_finite(self) -> None:
        """RequestError once the loss or a gradient is NaN or infinite."""
        if self.learner.is_finite():
            return
        raise RequestError(
            f"the loss or its gradient became NaN or infinite at step {self.step}; the last "
            "checkpoint is from before and stays",
            "start a new run with a lower --learning-rate, a longer --warmup-steps, or a "
            "--gradient-clip of 1",
        )

    def save(self) -> None:
        """Write a checkpoint, and the encoder as it is now."""
        content = dict(identity=self.identity, **self.learner.state())
        save_checkpoint(self.folder / "checkpoints", self.step, content)
        self.export()

    def restore(self) -> None:
        """Go back to the newest checkpoint; DataError where it is not of this run."""
        content = latest_checkpoint(self.folder / "checkpoints", self.reporter)
        if content is None:
            self.reporter.warning(f"{self.folder} has no checkpoint yet: it starts from step 0")
            return
        for what, ours in self.identity.items():
            theirs = content["identity"][what]
            if theirs != ours:
                raise DataError(
                    f"the checkpoint in {self.folder} is of another {what} ({theirs}) than this "
                    f"run ({ours})",
                    "resume it as it was started, or start a new run",
                )
        try:
            self.learner.load_state(content)
        except (KeyError, ValueError, RuntimeError) as error:
            first_line = str(error).splitlines()[0]
            raise DataError(
                f"the checkpoint in {self.folder} does not fit this run: {first_line}",
                "start a new run",
            ) from error
        self.step = content["step"]

    def export(self) -> None:
        """Write encoder.safetensors as the encoder is now, and what is exported beside it."""
        data, learner, job = self.dataset.information, self.learner, self.job
        encoder = learner.recipe.encoder
        information = EncoderInformation(
            method=job.method,
            architecture=encoder.shape.architecture,
            stem=encoder.shape.stem,
            embedding_dimension=encoder.embedding_dimension,
            projection=encoder.shape.projection,
            unit_norm=encoder.shape.unit_norm,
            bands=tuple(self.dataset.band_names),
            offset=tuple(learner.offset),
            scale=tuple(learner.scale),
            nodata=data.nodata,
            dtype=data.dtype,
            tile_size_px=data.tile_size_px,
            ground_resolution_m=data.ground_resolution_m,
            dataset=data.fingerprint,
            step=self.step,
            seed=job.seed,
            software=__version__,
            groups=encoder.shape.groups,
            lab_places=encoder.shape.lab_places,
        )
        save_encoder(self.folder / "encoder.safetensors", information, encoder)
        for name, decoder in learner.recipe.extras.items():
            save_decoder(self.folder / f"{name}.safetensors", information, decoder)
