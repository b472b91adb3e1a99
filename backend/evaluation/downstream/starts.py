"""What the network starts from: the encoder's weights, random ones, or ImageNet's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import safetensors.torch
import torch
from torch import nn

from backend.contract.jobs import FineTuneJob
from backend.contract.jobs.finetune import STARTS
from backend.networks.encoder import Encoder, build_encoder
from backend.networks.encoder_file import EncoderInformation
from backend.networks.weights import initialise
from backend.runtime.errors import RequestError

from .classifier import Classifier
from .segmenter import make_segmenter, open_decoder

TITLES = {
    "pretrained": "Pretrained encoder",
    "random": "Random weights",
    "imagenet": "ImageNet weights",
}


class Starts:
    """Networks for a task, ready to be fine-tuned, from each of the job's starts.

    `names`: the starts that can be had, in the job's order; `notes`: sentences on the others, and
    on where weights come from; `warnings`: on a decoder that may not belong to the encoder.
    """

    def __init__(self, job: FineTuneJob, information: EncoderInformation) -> None:
        _check(job)
        self._job, self._information = job, information
        self._weights = safetensors.torch.load_file(Path(job.encoder))
        self.names: list[str] = list(dict.fromkeys(job.starts))
        self.notes: list[str] = []
        self.warnings: list[str] = []
        if "imagenet" in self.names:
            self._look_for_imagenet()
        if not self.names:
            raise RequestError(
                f"there is nothing to start from: {self.notes[0].rstrip('.')}",
                "give --starts pretrained random as well",
            )
        self._decoder = None
        if job.decoder:
            encoder = self.encoder(self.names[0], seed=0)
            self._decoder, warning = open_decoder(job.decoder, encoder, information)
            self.warnings += [warning] if warning else []

    def _look_for_imagenet(self) -> None:
        job = self._job
        encoder = build_encoder(self._information.shape, seed=0)
        bands: Sequence[str] = self._information.bands
        try:
            said = initialise(encoder, "imagenet", bands, download=job.download_weights)
            self.notes.append(f"ImageNet weights: {'; '.join(filter(None, said))}.")
        except RequestError as error:
            self.names.remove("imagenet")
            self.notes.append(f"ImageNet weights are left out: {error.message} ({error.hint}).")

    def encoder(self, start: str, *, seed: int) -> Encoder:
        """An encoder with the weights of a start; those that are random depend on `seed` alone."""
        encoder = build_encoder(self._information.shape, seed=seed)
        if start == "pretrained":
            encoder.load_state_dict(self._weights)
        elif start == "imagenet":
            initialise(encoder, "imagenet", self._information.bands, download=False)
        return encoder

    def network(self, start: str, classes: int, *, seed: int, device: torch.device) -> nn.Module:
        """The network for the job's task.

        Its head or decoder is the same for all starts of a seed, but for a decoder that was
        trained beside the encoder: the pretrained start alone has it.
        """
        job, encoder = self._job, self.encoder(start, seed=seed)
        if job.task == "classification":
            network: nn.Module = Classifier(
                encoder, classes, head_on=job.head_on, frozen=job.freeze, seed=seed
            )
        else:
            network = make_segmenter(
                encoder,
                classes,
                width=self._decoder.shape.width if self._decoder else job.decoder_width,
                trained=self._decoder if start == "pretrained" else None,
                frozen=job.freeze,
                seed=seed,
            )
        return network.to(device)


def _check(job: FineTuneJob) -> None:
    """RequestError where the job names a start that is none, or a decoder without its start."""
    unknown = [start for start in job.starts if start not in STARTS]
    if unknown or not job.starts:
        what = f"--starts {unknown[0]} is unknown" if unknown else "--starts names nothing"
        raise RequestError(what, f"give one or more of {', '.join(STARTS)}")
    if job.decoder and "pretrained" not in job.starts:
        raise RequestError(
            "--decoder is for the pretrained start, which is not among --starts",
            "add pretrained to --starts, or leave --decoder out",
        )
