"""What methods that train a vision transformer set otherwise than those of ResNets."""

from __future__ import annotations

from typing import Any, Dict

TRANSFORMER: Dict[str, Any] = dict(
    architecture="vit-tiny",
    optimiser="adamw",
    learning_rate=0.001,
    weight_decay=0.05,
    warmup_epochs=1,
)
