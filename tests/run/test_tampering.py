"""Not one byte of what is published can change without `drgcalc verify` saying which statement fails."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from drgcalc.base.errors import DrgcalcError
from drgcalc.run.manifest import is_sealed
from drgcalc.run.period import parse_period
from drgcalc.run.settle import settle
from drgcalc.run.verify import verify

ROUNDS = 2


def failures(region: Path) -> dict[str, set[str]]:
    """By published folder the statements that fail, each with what was expected and what was found."""
    results = verify(region)
    failed = {result.folder: [proof for proof in result.proofs if not proof.holds] for result in results}
    assert all(proof.statement and proof.expected != proof.found for proofs in failed.values() for proof in proofs)
    return {folder: {proof.statement for proof in proofs} for folder, proofs in failed.items()}


def test_a_flipped_byte_in_any_file_is_found_and_the_file_is_named(settled: Path) -> None:
    settle(settled, parse_period("2024-05"))
    files = sorted(path for path in (settled / "out").rglob("v*/*") if path.name != "manifest.json")
    assert len(files) > 20
    chance = random.Random(11)
    for _ in range(ROUNDS):
        for path in files:
            whole = path.read_bytes()
            place = chance.randrange(len(whole))
            path.write_bytes(whole[:place] + bytes([whole[place] ^ chance.randint(1, 255)]) + whole[place + 1 :])
        found = failures(settled)
        for path in files:
            folder = path.parent.relative_to(settled).as_posix()
            assert any(f"output {path.name} " in statement for statement in found[folder]), path


def test_a_flipped_byte_anywhere_in_a_manifest_is_found(settled: Path) -> None:
    manifest = settled / "out/2024/v1/manifest.json"
    whole = manifest.read_bytes()
    for place in range(0, len(whole), 7):
        manifest.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert not is_sealed(manifest.parent), place
    manifest.write_bytes(whole.replace(b'"2024"', b'"2023"', 1))
    assert failures(settled)["out/2024/v1"] == {"manifest.json has its seal"}


def test_a_version_with_a_broken_seal_is_never_taken_for_the_result(settled: Path) -> None:
    manifest = settled / "out/2024/v1/manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"counts"', b'"count5"'))
    with pytest.raises(DrgcalcError, match="cannot be read") as raised:
        verify(settled)
    assert raised.value.hint
    assert settle(settled, parse_period("2024")).place.version == 2
