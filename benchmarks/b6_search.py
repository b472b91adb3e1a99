"""B6: exact search among vectors, one query and many, beside numpy, faiss, usearch, scikit-learn.

    python benchmarks/b6_search.py [--vectors 100000 1000000] [--dimension 128] [--device cuda]

The roof of one query is the memory: the rate at which the same vectors are read (a sum over all by
as many threads). The roof of many queries is the processor: one matrix product of their size.
"""

from __future__ import annotations

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from measure import Report, Row, parser, peer, synchroniser

from backend.search.exact import nearest

BATCH = 1000
COUNT = 10
BLOCK = 65_536


def unit_vectors(count: int, dimension: int, seed: int) -> np.ndarray:
    """Vectors of length 1 about some hundred centres, as embeddings of land lie."""
    centres = np.random.default_rng(0).standard_normal((300, dimension), np.float32)
    generator = np.random.default_rng([seed, count])
    result = np.empty((count, dimension), np.float32)
    for first in range(0, count, BLOCK):
        block = result[first : first + BLOCK]
        block[:] = centres[generator.integers(0, len(centres), len(block))]
        block += generator.standard_normal(block.shape, np.float32)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    return result


def read_all(vectors: np.ndarray, pool: ThreadPoolExecutor, threads: int):
    """Reads every vector once and keeps almost nothing: what memory allows."""
    flat = torch.from_numpy(vectors.reshape(-1))
    parts = flat.chunk(threads)
    return lambda: list(pool.map(torch.sum, parts))


def numpy_brute(vectors: np.ndarray, queries: np.ndarray):
    """What one writes with numpy: all products, a partition, a sort of the best."""

    def work() -> np.ndarray:
        found = np.empty((len(queries), COUNT), np.int64)
        for first in range(0, len(queries), 100):
            scores = queries[first : first + 100] @ vectors.T
            best = np.argpartition(-scores, COUNT, axis=1)[:, :COUNT]
            order = np.argsort(-np.take_along_axis(scores, best, 1), axis=1)
            found[first : first + 100] = np.take_along_axis(best, order, 1)
        return found

    return work


def cpu_ways(vectors: np.ndarray, queries: np.ndarray, report: Report, case: str, big: bool):
    ways = {"ours": lambda: nearest(vectors, queries, COUNT)}
    # A batch of all at once takes numpy minutes among a million.
    part = queries[: 100 if big else None]
    ways["numpy"] = numpy_brute(vectors, part)
    amounts = {"ours": len(queries), "numpy": len(part)}
    if faiss := peer("faiss"):
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(vectors)
        faiss.omp_set_num_threads(torch.get_num_threads())
        ways["faiss Flat"] = lambda: flat.search(queries, COUNT)
        amounts["faiss Flat"] = len(queries)
    else:
        report.missing("faiss Flat", "not installed", case)
    if usearch := peer("usearch.index"):
        few = queries[: 20 if big else 100]
        ways["usearch exact"] = lambda: usearch.search(
            vectors, few, COUNT, usearch.MetricKind.IP, exact=True,
            threads=torch.get_num_threads(),
        )  # fmt: skip
        amounts["usearch exact"] = len(few)
    else:
        report.missing("usearch exact", "not installed", case)
    from sklearn.neighbors import NearestNeighbors

    model = NearestNeighbors(n_neighbors=COUNT, algorithm="brute").fit(vectors)
    some = queries[: 100 if big else None]
    ways["scikit-learn brute"] = lambda: model.kneighbors(some)
    amounts["scikit-learn brute"] = len(some)
    return ways, amounts


def check(vectors: np.ndarray, queries: np.ndarray) -> None:
    """Ours and brute force in float64 agree, or the figures mean nothing."""
    found, _ = nearest(vectors, queries[:5], COUNT)
    exact = queries[:5].astype(np.float64) @ vectors.T.astype(np.float64)
    best = np.sort(exact, axis=1)[:, ::-1][:, :COUNT]
    gap = np.abs(np.take_along_axis(exact, found, 1) - best).max()
    assert gap < 1e-6, gap


def on_cpu(report: Report, count: int, dimension: int) -> None:
    vectors, queries = unit_vectors(count, dimension, 1), unit_vectors(BATCH, dimension, 2)
    check(vectors[:100_000], queries)
    threads = torch.get_num_threads()
    name = f"{count:,} × {dimension}"
    with ThreadPoolExecutor(threads) as pool:
        one = f"one query, {name}"
        ways, _ = cpu_ways(vectors, queries[:1], report, one, False)
        ways["memory read once"] = read_all(vectors, pool, threads)
        report.compare(one, "GB/s", ways, amount=vectors.nbytes / 1e9, limit="memory read once")
    many = f"{BATCH} queries, {name}"
    big = count * BATCH > 2 * 10**8
    queries = queries[: BATCH // 5] if big else queries
    many = f"{len(queries)} queries, {name}"
    ways, amounts = cpu_ways(vectors, queries, report, many, big)
    block = torch.from_numpy(vectors[:BLOCK])
    asked = torch.from_numpy(queries)
    ways["matrix product alone"] = lambda: asked @ block.T
    amounts["matrix product alone"] = len(queries) * len(block) / count
    report.compare(many, "queries/s", ways, amount=amounts, limit="matrix product alone")
    for kind in ("float16", "uint8"):
        stored = (vectors * 127 + 128).astype(np.uint8) if kind == "uint8" else vectors.astype(kind)
        report.compare(
            f"one query, {kind}, {name}",
            "GB/s",
            {
                f"ours, {kind}": lambda stored=stored: nearest(stored, queries[:1], COUNT),
                "widened whole, then searched": lambda stored=stored: nearest(
                    stored.astype(np.float32), queries[:1], COUNT
                ),
            },
            amount=stored.nbytes / 1e9,
        )


def approximate(report: Report, count: int, dimension: int) -> None:
    if not peer("faiss"):
        return
    from approximate_index import ApproximateIndex

    vectors, queries = unit_vectors(count, dimension, 1), unit_vectors(BATCH, dimension, 2)
    began = time.perf_counter()
    index = ApproximateIndex(vectors)
    built = time.perf_counter() - began
    recall = index.recall(queries[:200], COUNT)
    case = f"approximate, {count:,} × {dimension}"
    report.compare(
        case, "queries/s", {"faiss IVF, SQ8": lambda: index.nearest(queries, COUNT)},
        amount=BATCH,
    )  # fmt: skip
    report.note(f"{case}: approximate, recall@{COUNT} {recall:.3f}; built in {built:.1f} s.")


def opening(report: Report, count: int, dimension: int) -> None:
    """Vectors that `backend.index` wrote open by mapping them: nothing is read."""
    with tempfile.TemporaryDirectory(prefix="near_things_") as name:
        path = Path(name) / "vectors.npy"
        np.save(path, unit_vectors(count, dimension, 1))
        times = []
        for _ in range(7):
            began = time.perf_counter()
            np.load(path, mmap_mode="r")
            times.append(time.perf_counter() - began)
    seconds = sorted(times)[3]
    report.add(Row(f"open {count:,} × {dimension}", "ours", "opens/s", 1 / seconds,
                   note=f"{1000 * seconds:.2f} ms"))  # fmt: skip


def on_gpu(report: Report, count: int, dimension: int, device: str) -> None:
    """Vectors on the device. The roof of one batch is one matrix product of all."""
    vectors = torch.from_numpy(unit_vectors(count, dimension, 1)).to(device)
    wait = synchroniser(device)
    for kind in (torch.float32, torch.float16):
        stored = vectors.to(kind)
        queries = unit_vectors(4 * BATCH, dimension, 2)
        asked = torch.from_numpy(queries).to(device, kind)
        wait()
        report.compare(
            f"{4 * BATCH} queries, {count:,} × {dimension}, {str(kind)[6:]}", "queries/s",
            {
                "ours": lambda s=stored, q=queries: nearest(s, q, COUNT, device=device),
                "torch topk": lambda s=stored, a=asked: [
                    (part @ s.T).topk(COUNT) for part in a.split(500)
                ],
                "matrix product alone": lambda s=stored, a=asked: [
                    part @ s.T for part in a.split(500)
                ],
            },
            amount=4 * BATCH, limit="matrix product alone",
        )  # fmt: skip


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--vectors", type=int, nargs="+", default=[100_000, 1_000_000])
    options.add_argument("--dimension", type=int, default=128)
    options.set_defaults(repeats=5, threads=os.cpu_count())
    arguments = options.parse_args()
    report = Report("b6_search", "B6: nearest neighbours", arguments)
    for count in arguments.vectors:
        if arguments.device.startswith("cuda"):
            on_gpu(report, count, arguments.dimension, arguments.device)
        else:
            on_cpu(report, count, arguments.dimension)
    if not arguments.device.startswith("cuda"):
        approximate(report, min(arguments.vectors), arguments.dimension)
        opening(report, max(arguments.vectors), arguments.dimension)
    report.write()


if __name__ == "__main__":
    main()
