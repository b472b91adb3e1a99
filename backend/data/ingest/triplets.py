"""Tile2Vec's triplets: `0anchor.npy`, `0neighbor.npy`, `0distant.npy`, `1anchor.npy`, and so on.

Jean et al., "Tile2Vec: Unsupervised Representation Learning for Spatially Distributed Data", AAAI
2019. Each of the three tiles becomes a chip that is no wider than the tile: what lies around it was
not kept. The columns `triplet` and `role` say which chips belong together, three in a row.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from backend.contract.jobs import IngestJob
from backend.data.relations.stored import ANCHOR, DISTANT, NEIGHBOUR
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from .arrays import list_arrays, numbered_bands, pick_bands, read_tile
from .collection import BandSource, Collection

# How the files spell the roles, and what the column says.
ROLES = {"anchor": ANCHOR, "neighbor": NEIGHBOUR, "distant": DISTANT}
FILE = re.compile(rf"(\d+)({'|'.join(ROLES)})\.npy")
NAIP_BANDS = ("red", "green", "blue", "nir")


def open_triplets(job: IngestJob, source: Path, _reporter: Reporter) -> Collection:
    """All tiles of all triplets; DataError where a triplet is not whole."""
    matches = [match for name in list_arrays(source, job) if (match := FILE.fullmatch(name))]
    if not matches:
        raise RequestError(
            f"{source} holds no triplets of tiles", "their files are called 0anchor.npy and so on"
        )
    by_number: dict[int, dict[str, str]] = {}
    for match in matches:
        by_number.setdefault(int(match[1]), {})[match[2]] = match[0]
    for number, files in by_number.items():
        missing = [role for role in ROLES if role not in files]
        if missing:
            raise DataError(
                f"the triplet {number} in {source} lacks its {missing[0]} tile",
                "each triplet has an anchor, a neighbor and a distant file",
            )
    numbers = sorted(by_number)
    files = [by_number[number][role] for number in numbers for role in ROLES]
    held = len(read_tile(source / files[0], job.layout))
    naip = held == len(NAIP_BANDS)
    own = [BandSource(name) for name in NAIP_BANDS] if naip else numbered_bands(held)
    bands, picked = pick_bands(own, job)

    def read(number: int) -> np.ndarray:
        tile = read_tile(source / files[number], job.layout)
        return tile[picked] if len(tile) == held else tile

    triplet = np.repeat(np.array(numbers, np.int64), len(ROLES))
    role = np.tile(np.array(list(ROLES.values()), object), len(numbers))
    return Collection(
        source.name,
        files,
        read,
        bands,
        units=np.repeat(np.arange(len(numbers)), len(ROLES)),
        columns={"triplet": triplet, "role": role},
    )
