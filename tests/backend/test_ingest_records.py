"""SauMoCo's Sentinel-2 records: read without unpickling, and brought to 10 m."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from backend.data.dataset import TileDataset
from backend.data.ingest.object_arrays import read_dictionary
from backend.data.ingest.saumoco_sentinel2 import GRIDS, STORED, read_record, to_finest
from backend.data.ingest.sentinel2 import BANDS, EUROSAT_ORDER
from backend.ingest import main
from backend.runtime.errors import DataError
from backend.runtime.files import remove

HEADER = (
    b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '|O', 'fortran_order': False, 'shape': (), }".ljust(117)
)
HEADER += b"\n"


def record(side: int = 12, dtype: str = "uint16", seed: int = 0) -> dict[str, np.ndarray]:
    """A record of which each band's values start with the band's own hundred."""
    generator = np.random.default_rng(seed)
    return {
        key: generator.integers(0, 60_000, (side // factor, side // factor, len(names))).astype(
            dtype
        )
        for key, (factor, names) in GRIDS.items()
    }


def as_object(content: object) -> np.ndarray:
    array = np.empty((), object)
    array[()] = content
    return array


def test_numpys_own_files_are_read(tmp_path: Path) -> None:
    content = record() | {"place": "Fresno", "number": 7}
    np.save(tmp_path / "0.npy", as_object(content), allow_pickle=True)
    found = read_dictionary(tmp_path / "0.npy")
    assert list(found) == list(content)
    assert found["place"] == "Fresno" and found["number"] == 7
    for key in GRIDS:
        assert found[key].dtype == content[key].dtype
        np.testing.assert_array_equal(found[key], content[key])


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", ">u2", "<f4", "float64", "int32"])
def test_all_protocols_of_numpy_1_and_2(tmp_path: Path, protocol: int, dtype: str) -> None:
    """Protocol 2, which old numpy wrote, stores bytes as text; 1.x has other module names."""
    values = np.arange(30).reshape(2, 5, 3).astype(dtype)
    content = {"rows": values, "columns": np.asfortranarray(values)}
    pickled = pickle.dumps(as_object(content), protocol=protocol)
    variants = [pickled]
    if protocol < 4:
        assert b"numpy._core.multiarray" in pickled
        variants.append(pickled.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    for variant in variants:
        (tmp_path / "0.npy").write_bytes(HEADER + variant)
        found = read_dictionary(tmp_path / "0.npy")
        for key in content:
            assert found[key].dtype == np.dtype(dtype)
            np.testing.assert_array_equal(found[key], values)


def test_what_python_2_wrote(tmp_path: Path) -> None:
    """Text and bytes are one there."""
    start = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R(K\x01"
    kind = b"cnumpy\ndtype\nU\x02%bK\0K\x01\x87R(K\x03U\x01|NNN" + 2 * b"J\xff\xff\xff\xff"
    kind += b"K%btb\x89"
    inner = start + b"K\x03\x85" + kind % (b"u1", b"\0") + b"U\x03\xe9bctb"
    pickled = b"\x80\x02" + start + b")" + kind % (b"O8", b"?") + b"]}U\x01asatb."
    pickled = pickled.replace(b"U\x01asa", b"U\x01a" + inner + b"sa")
    oracle = pickle.loads(pickled, encoding="latin1").item()["a"]
    (tmp_path / "0.npy").write_bytes(HEADER + pickled)
    found = read_dictionary(tmp_path / "0.npy")["a"]
    assert found.tolist() == oracle.tolist() == [0xE9, ord("b"), ord("c")]


def calls(module: str, name: str, *arguments: object) -> bytes:
    """A pickle that calls module.name(*arguments) when it is unpickled."""
    inner = pickle.dumps(arguments, protocol=2)[2:-1]
    return b"\x80\x02c" + f"{module}\n{name}\n".encode() + inner + b"R."


def test_nothing_runs(tmp_path: Path) -> None:
    """What unpickling would run is not run, and the message names it."""
    marker, path = tmp_path / "ran", tmp_path / "0.npy"
    python = f"open({str(marker)!r}, 'w').close()"
    harmful = {
        "os.system": calls("os", "system", f"touch '{marker}'"),
        "posix.system": calls("posix", "system", f"touch '{marker}'"),
        "builtins.eval": calls("builtins", "eval", python),
        "builtins.exec": calls("builtins", "exec", python),
        "subprocess.check_call": calls("subprocess", "check_call", ["touch", str(marker)]),
        "numpy.testing._private.utils.runstring": calls(
            "numpy.testing._private.utils", "runstring", python, {}
        ),
    }
    for name, pickled in harmful.items():
        # The threat is real: unpickling does it.
        pickle.loads(pickled)
        assert marker.exists(), name
        marker.unlink()
        for content in (pickled, pickled.replace(b"R.", b"RbN.")):
            path.write_bytes(HEADER + content)
            with pytest.raises(DataError, match="asks for " + name.replace(".", r"\.")):
                read_dictionary(path)
            assert not marker.exists(), name


@pytest.mark.parametrize(
    "name", ["numpy.memmap", "numpy.matrix", "numpy.core.multiarray.scalar", "numpy.fromfile"]
)
def test_no_other_name_of_numpy_is_taken(tmp_path: Path, name: str) -> None:
    module, _, attribute = name.rpartition(".")
    (tmp_path / "0.npy").write_bytes(HEADER + calls(module, attribute, "x"))
    with pytest.raises(DataError, match=name.replace(".", r"\.")):
        read_dictionary(tmp_path / "0.npy")


@pytest.mark.parametrize(
    ("instruction", "pickled"),
    [
        ("i", b"(K\x01ios\nsystem\n."),
        ("o", b"(No."),
        ("\\x81", b"\x80\x02N)\x81."),
        ("\\x92", b"\x80\x04N)}\x92."),
        ("P", b"Pevil\n."),
        ("Q", b"NQ."),
        ("\\x82", b"\x80\x02\x82\x01."),
        ("\\x97", b"\x80\x05\x97."),
        ("0", b"N0."),
    ],
)
def test_no_other_instruction_is_followed(tmp_path: Path, instruction: str, pickled: bytes) -> None:
    """INST, OBJ, NEWOBJ, NEWOBJ_EX, PERSID, BINPERSID, EXT1, NEXT_BUFFER, POP."""
    (tmp_path / "0.npy").write_bytes(HEADER + pickled)
    with pytest.raises(DataError) as caught:
        read_dictionary(tmp_path / "0.npy")
    assert f"the instruction b'{instruction}'" in str(caught.value)


def test_any_damage_is_a_data_error(tmp_path: Path) -> None:
    """Cut anywhere, or with a byte changed anywhere, a file gives a dictionary or a DataError."""
    path = tmp_path / "0.npy"
    np.save(path, as_object(record(6)), allow_pickle=True)
    whole = path.read_bytes()
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        with pytest.raises(DataError):
            read_dictionary(path)
    generator = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[generator.integers(120, len(whole))] = generator.integers(256)
        path.write_bytes(damaged)
        try:
            assert isinstance(read_dictionary(path), dict)
        except DataError:
            refused += 1
    assert refused > 100


def test_a_claimed_length_takes_no_memory(tmp_path: Path) -> None:
    """BINBYTES8 of 2⁴⁰ bytes, and an array of 2⁴⁰ values with three bytes."""
    path = tmp_path / "0.npy"
    path.write_bytes(HEADER + b"\x80\x04\x8e" + (2**40).to_bytes(8, "little") + b"abc.")
    with pytest.raises(DataError):
        read_dictionary(path)
    pickled = pickle.dumps(as_object({"a": np.zeros(3, np.uint8)}), protocol=3)
    assert pickled.count(b"K\x03\x85") == 1
    path.write_bytes(HEADER + pickled.replace(b"K\x03\x85", b"\x8a\x06\0\0\0\0\0\1\x85"))
    with pytest.raises(DataError, match="has 3 bytes"):
        read_dictionary(path)


def test_fact_1a_bilinear_between_pixel_centres() -> None:
    """[0, 1] on a grid twice as fine is [0, 0.25, 0.75, 1]; brute force in float64 otherwise."""
    np.testing.assert_allclose(
        to_finest(np.array([[0.0, 1.0], [0.0, 1.0]]), 2), [[0, 0.25, 0.75, 1]] * 4
    )
    band = np.random.default_rng(0).normal(size=(4, 4))
    for factor in (2, 6):
        fine = to_finest(band, factor)
        assert fine.shape == (4 * factor, 4 * factor)
        for row in range(4 * factor):
            for column in range(4 * factor):
                # The centre of a fine pixel in coarse pixels, held to the outermost centres.
                y, x = (np.clip((n + 0.5) / factor - 0.5, 0, 3) for n in (row, column))
                top, left = min(int(y), 2), min(int(x), 2)
                down, right = y - top, x - left
                expected = (
                    band[top, left] * (1 - down) * (1 - right)
                    + band[top, left + 1] * (1 - down) * right
                    + band[top + 1, left] * down * (1 - right)
                    + band[top + 1, left + 1] * down * right
                )
                assert fine[row, column] == pytest.approx(expected, abs=1e-6)


def test_whole_numbers_are_rounded_and_not_cut() -> None:
    fine = to_finest(np.array([[0, 65535], [0, 65535]], np.uint16), 2)
    assert fine.dtype == np.uint16
    assert fine[0].tolist() == [0, 16384, 49151, 65535]


def test_fact_1a_band_order_is_that_of_the_released_reader(tmp_path: Path) -> None:
    """Released: 10 m, 20 m, 60 m bands stacked, re-indexed by [10,0,1,2,4,5,6,3,7,11,12,8,9]."""
    content = {
        key: np.broadcast_to(
            np.array([STORED.index(name) for name in names], np.uint16),
            (12 // factor, 12 // factor, len(names)),
        ).copy()
        for key, (factor, names) in GRIDS.items()
    }
    np.save(tmp_path / "0.npy", as_object(content), allow_pickle=True)
    found = read_record(tmp_path / "0.npy")
    assert found.shape == (13, 12, 12) and found.dtype == np.uint16
    assert [int(band[3, 5]) for band in found] == [10, 0, 1, 2, 4, 5, 6, 3, 7, 11, 12, 8, 9]
    assert " ".join(BANDS) == "B01 B02 B03 B04 B05 B06 B07 B08 B8A B09 B10 B11 B12"
    # Indices that take the reader's order to that of EuroSAT's files.
    in_file_order = [list(BANDS)[n] for n in [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 8]]
    assert in_file_order == list(EUROSAT_ORDER)


def test_records_become_a_dataset(tmp_path: Path) -> None:
    """Records of 24 px with a tile of 12: the 10 m bands are the file's own pixels."""
    source = tmp_path / "records é"
    source.mkdir()
    records = [record(24, seed=n) for n in range(12)]
    for number, content in enumerate(records):
        np.save(source / f"{number}.npy", as_object(content), allow_pickle=True)
    output = tmp_path / "s2.tiles"
    wanted = ["--source", str(source), "--output", str(output), "--tile-size-px", "12"]
    assert main([*wanted, "--format", "saumoco-sentinel2"]) == 0
    dataset = TileDataset(output)
    information = dataset.information
    assert dataset.band_names == list(BANDS)
    sizes = information.tile_size_px, information.neighbour_radius_px, information.chip_size_px
    assert sizes == (12, 6, 24)
    assert information.ground_resolution_m == 10
    assert [band.resampling for band in information.bands][:2] == ["bilinear", "none"]
    assert dataset.table()["file"].tolist() == [f"{n}.npy" for n in range(12)]
    # Record 10 comes after record 9, not after record 1.
    for number in (2, 10):
        blue = dataset.chips[number][0, 1]
        np.testing.assert_array_equal(blue, records[number]["bands_10"][:, :, 0])
    # They are never read without being asked for by name.
    remove(output)
    assert main(wanted) == 3
    assert not output.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r.pop("bands_60"), "no bands_60 of 3 bands"),
        (lambda r: r.update(bands_20=r["bands_20"][:, :, :5]), "no bands_20 of 6 bands"),
        (lambda r: r.update(bands_60=r["bands_60"][:1]), "does not fit the 12 px"),
        (lambda r: r.update(bands_60=r["bands_60"].astype("f4")), "bands_60 is float32"),
        (lambda r: r.update(bands_10="none"), "no bands_10 of 4 bands"),
    ],
)
def test_records_that_are_none(tmp_path: Path, change, message: str) -> None:
    content = record()
    change(content)
    np.save(tmp_path / "0.npy", as_object(content), allow_pickle=True)
    with pytest.raises(DataError, match=message):
        read_record(tmp_path / "0.npy")


def test_a_plain_array_is_no_record(tmp_path: Path, capsys) -> None:
    np.save(tmp_path / "0.npy", np.zeros((4, 4, 3)))
    arguments = ["--source", str(tmp_path), "--output", str(tmp_path / "x.tiles")]
    assert main([*arguments, "--format", "saumoco-sentinel2"]) == 3
    assert "plain array" in capsys.readouterr().err
