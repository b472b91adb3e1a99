"""The choices of normalisation: per band, by name, what is subtracted and divided by."""

from __future__ import annotations

from backend.contract.catalogue import SENTINEL2_BANDS
from backend.data.dataset import DatasetInformation
from backend.runtime.errors import RequestError

# SauMoCo's constants, which its code applies by position. They belong to the bands in the order
# of EuroSAT's files (B8A last); its training tiles have them in the order of wavelength.
EUROSAT_FILE_ORDER = (
    *(f"B{number:02d}" for number in range(1, 13)),
    "B8A",
)
SAUMOCO_MEANS = (
    1353.73046875,
    1117.2020263671875,
    1041.8876953125,
    946.5513305664062,
    1199.1883544921875,
    2003.0101318359375,
    2374.01171875,
    2301.222412109375,
    732.1828002929688,
    12.099513053894043,
    1820.6893310546875,
    1118.1998291015625,
    2599.784912109375,
)
SAUMOCO_DEVIATIONS = (
    30.343395233154297,
    66.4549560546875,
    71.52734375,
    86.9700698852539,
    70.47565460205078,
    81.35286712646484,
    97.88168334960938,
    99.96805572509766,
    27.891748428344727,
    0.32882159948349,
    92.60734558105469,
    87.39993286132812,
    106.57888793945312,
)


def offset_and_scale(
    normalisation: str, information: DatasetInformation
) -> tuple[list[float], list[float]]:
    """What `Normalise` subtracts and divides by, for the bands of a dataset in their order.

    `normalisation` is one of the choices of the training job. RequestError where the constants
    lack a band.
    """
    if normalisation == "dataset":
        statistics = [band.statistics for band in information.bands]
        # A band of one value throughout tells nothing; it becomes 0.
        return [s["mean"] for s in statistics], [s["standard_deviation"] or 1.0 for s in statistics]
    if normalisation == "percentiles":
        low = [band.statistics["percentile_2"] for band in information.bands]
        high = [band.statistics["percentile_98"] for band in information.bands]
        return low, [(top - bottom) or 1.0 for bottom, top in zip(low, high, strict=True)]
    names = [band.name for band in information.bands]
    if normalisation.startswith("divide-by-"):
        divisor = float(normalisation.removeprefix("divide-by-"))
        return [0.0] * len(names), [divisor] * len(names)
    order = SENTINEL2_BANDS if normalisation == "saumoco-sentinel2-released" else EUROSAT_FILE_ORDER
    unknown = [name for name in names if name not in order]
    if unknown:
        raise RequestError(
            f"--normalisation {normalisation} has no constants for {', '.join(unknown)}; it knows "
            f"{', '.join(SENTINEL2_BANDS)}",
            "use --normalisation dataset",
        )
    places = [order.index(name) for name in names]
    return [SAUMOCO_MEANS[p] for p in places], [SAUMOCO_DEVIATIONS[p] for p in places]


# Where 96 % of each band's pixels must lie for changes that are defined on 0 … 1. Percentiles put
# them there exactly; a fixed divisor may leave the brightest roofs and snow above.
UNIT_RANGE = (-0.25, 1.5)


def check_unit_range(
    normalisation: str,
    information: DatasetInformation,
    what: str = "colour jitter is",
    otherwise: str = "",
) -> None:
    """RequestError where the normalisation does not put most pixels of every band in [0, 1].

    `what` names the part that needs it, with its verb; `otherwise` says what else would help.
    """
    offsets, scales = offset_and_scale(normalisation, information)
    for band, offset, scale in zip(information.bands, offsets, scales, strict=True):
        low, high = (
            (band.statistics[name] - offset) / scale for name in ("percentile_2", "percentile_98")
        )
        if low < UNIT_RANGE[0] or high > UNIT_RANGE[1]:
            raise RequestError(
                f"{what} defined for pixels from 0 to 1, and --normalisation {normalisation} puts "
                f"those of band {band.name} from {low:.3g} to {high:.3g}",
                f"use --normalisation percentiles{otherwise}",
            )
