"""The eleven models: their names, in order, and what each one reads."""

from __future__ import annotations

from ..case.working_grid import EXTERNAL2, TUMOR

# Shen et al. 2026, Table 1: names and order.
REGION_SETS = {
    TUMOR: (TUMOR,),
    EXTERNAL2: (EXTERNAL2,),
    f"{TUMOR}+{EXTERNAL2}": (TUMOR, EXTERNAL2),
}
RAD_MODELS = tuple(f"{regions}_RAD" for regions in REGION_SETS)
DL_MODELS = tuple(f"{regions}_DL" for regions in REGION_SETS)
FUSION_MODELS = tuple(f"{regions}_RAD+DL" for regions in REGION_SETS)
CLINICAL = "Clinical"
COMBINED = "Combined"
ELEVEN_MODELS = (*RAD_MODELS, *DL_MODELS, *FUSION_MODELS, CLINICAL, COMBINED)


def logit_column(model: str) -> str:
    """Name of the column that carries a model's log-odds into a model built on it."""
    return f"{model}_logit"
