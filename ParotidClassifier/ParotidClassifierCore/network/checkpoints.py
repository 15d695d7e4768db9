"""What a training leaves after each epoch, so that it can go on from there; tensors and JSON."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from ..base.cache import content_key
from ..base.files import written_whole
from ..base.safetensors_header import METADATA, header_of
from ..base.versions import library_versions
from .arrays import array_of, tensor_of
from .records import EpochRecord
from .training import Cases, NetworkTrainingSettings

_HASHED_AT_ONCE = 32
# Of what a checkpoint holds; 1 had no logits of the cases learnt from, those of 2 were PyTorch's.
_FORM = 3


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stands, beside the network and its optimiser.

    Attributes:
        logits: by candidate epoch, of the cases held out and then of those learnt from.
        states: by candidate epoch, of the network.
        random: states of the generators, by name.
    """

    history: tuple[EpochRecord, ...]
    logits: dict[int, np.ndarray]
    states: dict[int, dict[str, torch.Tensor]]
    schedule: dict[str, int]
    random: dict[str, torch.Tensor]


def checkpoint_key(
    cases: Cases,
    heads: Mapping[str, tuple[str, ...]],
    settings: NetworkTrainingSettings,
    device: str,
) -> str:
    """Return the SHA-256 of everything that decides how a training goes."""
    versions = library_versions(by_torch=True)
    decisive = [_FORM, dataclasses.asdict(settings), list(heads.items()), versions, device]
    for part in (cases.learnt, cases.held_out):
        decisive.append(content_key(np.asarray(cases.outcomes[part], np.uint8)))
        for start in range(0, len(part), _HASHED_AT_ONCE):
            rows = part[start : start + _HASHED_AT_ONCE]
            decisive.append(content_key(np.asarray(cases.inputs[rows], np.float32)))
    return content_key(decisive)


def save_checkpoint(
    path: Path, checkpoint: Checkpoint, network: torch.nn.Module, optimiser: torch.optim.Optimizer
) -> None:
    """Write the checkpoint whole; it takes the place of an earlier epoch's."""
    state = optimiser.state_dict()
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    for index, moments in state["state"].items():
        tensors |= {f"optimiser.{index}.{name}": value for name, value in moments.items()}
    for epoch, logits in checkpoint.logits.items():
        tensors[f"logits.{epoch}"] = tensor_of(logits)
    for epoch, kept in checkpoint.states.items():
        tensors |= {f"state.{epoch}.{name}": value for name, value in kept.items()}
    tensors |= {f"random.{name}": value for name, value in checkpoint.random.items()}
    facts = {
        "history": [dataclasses.asdict(record) for record in checkpoint.history],
        "schedule": checkpoint.schedule,
        "groups": [
            {name: group[name] for name in ("lr", "betas")} for group in state["param_groups"]
        ],
    }
    with written_whole(path) as beside:
        cells = {name: value.cpu().contiguous() for name, value in tensors.items()}
        # safetensors' own writing turns a full disk into an error of its own.
        beside.write_bytes(save(cells, {"facts": json.dumps(facts)}))


def load_checkpoint(
    path: Path, network: torch.nn.Module, optimiser: torch.optim.Optimizer
) -> Checkpoint | None:
    """Set network and optimiser to where they were, and return the rest."""
    try:
        content = path.read_bytes()  # mapped, it could not be replaced on Windows
        tensors = load(content)
        facts = json.loads(json.loads(header_of(content))[METADATA]["facts"])
        history = tuple(EpochRecord(**record) for record in facts["history"])
        moments = _by_number(tensors, "optimiser")
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None
    network.load_state_dict(_below(tensors, "network"))
    groups = optimiser.state_dict()["param_groups"]
    for group, kept in zip(groups, facts["groups"], strict=True):
        group |= {"lr": kept["lr"], "betas": tuple(kept["betas"])}
    optimiser.load_state_dict({"state": moments, "param_groups": groups})
    return Checkpoint(
        history=history,
        logits={int(k): array_of(v) for k, v in _below(tensors, "logits").items()},
        states=_by_number(tensors, "state"),
        schedule=facts["schedule"],
        random=_below(tensors, "random"),
    )


def _below(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    start = f"{prefix}."
    return {name[len(start) :]: v for name, v in tensors.items() if name.startswith(start)}


def _by_number(tensors: dict[str, torch.Tensor], prefix: str) -> dict[int, dict[str, torch.Tensor]]:
    grouped: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in _below(tensors, prefix).items():
        number, _, rest = name.partition(".")
        grouped.setdefault(int(number), {})[rest] = value
    return grouped
