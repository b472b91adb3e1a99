"""B1: pairs of neighbouring tiles from storage to a batch, beside torchgeo and a per-tile loader.

    python benchmarks/b1_input.py

Pairs of 50-px tiles out of 250-px chips of four bands (uint8), as SauMoCo trains on NAIP. The roof
is a raw LMDB `get` of each chip and a copy of its two tiles into a batch that is there already, in
one thread. torchgeo reads the same pixels from a tiled, uncompressed GeoTIFF: one random window of
250 px for each pair, cut in two.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import lmdb
import numpy as np
import torch
from measure import Report, evict, memory_copy_rate, parser, peer
from tile_sets import chip_dataset, mosaic_scene, smooth_chips

from backend.contract.training_plan import Plan
from backend.data.relations import Itself, Near, TilesInMemory, TilesOnDisk
from backend.training.batches import Batches
from backend.training.residency import PinnedTiles, TilesOnDevice

TILE, RADIUS = 50, 100
SIDE, BANDS, BATCH = TILE + 2 * RADIUS, 4, 256


def ours(dataset, tiles, pairs: int, batch_size: int = BATCH):
    """All batches of `pairs` pairs, read ahead as in training."""
    plan = Plan(len(dataset), batch_size, -(-pairs // batch_size))
    relations = (Itself(), Near(RADIUS))
    batches = Batches(dataset, np.arange(len(dataset)), relations, plan, 0, tiles)

    def work() -> None:
        for batch in batches.from_step(0):
            assert len(batch.tiles) == 2

    return work


def opened(path: Path) -> lmdb.Environment:
    return lmdb.open(str(path), subdir=False, readonly=True, lock=False, readahead=False)


def raw_lmdb(path: Path, count: int, pairs: int, environment: lmdb.Environment | None = None):
    """The roof: get, and copy two tiles into a batch. The file is opened anew where not given."""
    generator = np.random.default_rng(1)
    chips = np.resize(generator.permutation(count), pairs).tolist()
    places = generator.integers(0, 2 * RADIUS, (pairs, 2)).tolist()
    anchors = np.empty((BATCH, BANDS, TILE, TILE), np.uint8)
    neighbours, inner = np.empty_like(anchors), slice(RADIUS, RADIUS + TILE)

    def work() -> None:
        file = environment or opened(path)
        transaction = file.begin(buffers=True)
        get = transaction.get
        for number, (chip, (row, column)) in enumerate(zip(chips, places, strict=True)):
            value = np.frombuffer(get(chip.to_bytes(4, "big")), np.uint8)
            value = value.reshape(BANDS, SIDE, SIDE)
            anchors[number % BATCH] = value[:, inner, inner]
            neighbours[number % BATCH] = value[:, row : row + TILE, column : column + TILE]
        del value
        transaction.abort()
        if environment is None:
            file.close()

    return work


class PerTile(torch.utils.data.Dataset):
    """As the papers' loaders do it: the record whole, padded by reflection, cropped, to float."""

    def __init__(self, environment: lmdb.Environment, count: int) -> None:
        self.environment = environment
        self.count, self.generator = count, np.random.default_rng(2)

    def __len__(self) -> int:
        return self.count

    def crop(self, padded: np.ndarray, row: int, column: int) -> torch.Tensor:
        tile = padded[row : row + TILE, column : column + TILE]
        return torch.from_numpy(tile.transpose(2, 0, 1).copy()).float().div(255)

    def __getitem__(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        with self.environment.begin() as transaction:
            value = transaction.get(number.to_bytes(4, "big"))
        record = np.frombuffer(value, np.uint8).reshape(BANDS, SIDE, SIDE).transpose(1, 2, 0).copy()
        half = TILE // 2
        padded = np.pad(record, ((half, half), (half, half), (0, 0)), mode="reflect")
        row, column = self.generator.integers(half, half + 2 * RADIUS, 2)
        return self.crop(padded, RADIUS + half, RADIUS + half), self.crop(padded, row, column)


def per_tile(environment: lmdb.Environment, pairs: int):
    loader = torch.utils.data.DataLoader(PerTile(environment, pairs), BATCH, shuffle=True)

    def work() -> None:
        for _batch in loader:
            pass

    return work


def torchgeo_sampler(scene: Path, pairs: int):
    """RandomGeoSampler on a RasterDataset; None where torchgeo is not there."""
    if peer("torchgeo") is None:
        return None
    from torchgeo.datasets import RasterDataset
    from torchgeo.samplers import RandomGeoSampler

    class Scene(RasterDataset):
        filename_glob = scene.name
        is_image = True

    dataset = Scene(str(scene.parent))
    sampler = RandomGeoSampler(dataset, size=SIDE, length=pairs)
    generator, inner = np.random.default_rng(3), slice(RADIUS, RADIUS + TILE)

    def work() -> None:
        tiles = []
        for query in sampler:
            image = dataset[query]["image"]
            row, column = generator.integers(0, 2 * RADIUS, 2)
            tiles.append(image[:, inner, inner])
            tiles.append(image[:, row : row + TILE, column : column + TILE])
        torch.stack(tiles)

    return work


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--chips", type=int, default=400, help="chips in the store")
    options.add_argument("--pairs", type=int, default=2048, help="pairs a call, ours and the roof")
    options.add_argument("--peer-pairs", type=int, default=64, help="pairs a call, the peers")
    arguments = options.parse_args()
    report = Report("b1_input", "B1: neighbour pairs of 50 px from storage to batch", arguments)
    report.settings = dict(tile=TILE, side=SIDE, bands=BANDS, batch=BATCH, chips=arguments.chips)
    device, roof = torch.device(arguments.device), "raw LMDB get and crop"
    with tempfile.TemporaryDirectory(prefix="near_things_") as name:
        folder = Path(name)
        chips = smooth_chips(arguments.chips, BANDS, SIDE)
        dataset = chip_dataset(folder / "b1.tiles", chips, tile=TILE, radius=RADIUS)
        store, pairs = folder / "b1.tiles" / "chips.lmdb", arguments.pairs
        # A copy for the others: LMDB opens a file once in a process.
        copy = folder / "copy.lmdb"
        shutil.copyfile(store, copy)
        raw = opened(copy)
        pinned = PinnedTiles if device.type == "cuda" else lambda tiles: tiles
        ways = {
            "ours, disk": ours(dataset, pinned(TilesOnDisk(dataset)), pairs),
            "ours, memory": ours(dataset, pinned(TilesInMemory(dataset)), pairs),
        }
        if device.type == "cuda":
            ways["ours, device"] = ours(dataset, TilesOnDevice(dataset, device), pairs)
        ways[roof] = raw_lmdb(copy, arguments.chips, pairs, raw)
        peers = {"per-tile LMDB loader": per_tile(raw, min(arguments.peer_pairs, len(chips)))}
        sampled = torchgeo_sampler(mosaic_scene(folder / "b1.tif", chips), arguments.peer_pairs)
        if sampled is None:
            report.missing("torchgeo RandomGeoSampler", "not installed", "warm")
        else:
            peers["torchgeo RandomGeoSampler"] = sampled
        amounts = dict.fromkeys(ways, pairs) | dict.fromkeys(peers, arguments.peer_pairs)
        report.compare("warm", "pairs/s", {**ways, **peers}, amount=amounts, limit=roof)

        # A file that is mapped stays in memory: each call opens it anew.
        raw.close()
        few = min(256, arguments.chips)
        on_disk = ours(dataset, pinned(TilesOnDisk(dataset)), few, 32)

        def reopened() -> None:
            on_disk()
            dataset.chips.close()

        reopened()
        cold = {"ours, disk": reopened, roof: raw_lmdb(copy, few, few)}
        evicted = dict(limit=roof, before=lambda: evict(store, copy))
        report.compare("cold: file evicted", "pairs/s", cold, amount=few, **evicted)
    pair_bytes = 2 * TILE * TILE * BANDS
    rate = memory_copy_rate() / pair_bytes
    report.note(
        f"Memory copied by one thread would give {rate:,.3g} pairs/s of {pair_bytes} bytes."
    )
    report.write()


if __name__ == "__main__":
    main()
