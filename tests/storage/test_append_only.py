from __future__ import annotations

import pytest

from annotator.errors import StoreError
from annotator.types import StepKind, TraceStep
from storage.inputs import PromptInput
from storage.words import PromptKind
from tests.storage.world import World


@pytest.fixture
def full(world: World) -> World:
    """Every history table has a row."""
    world.store.add_steps(world.run_id, [TraceStep(StepKind.READING, "Reading", "schools")])
    prompt = PromptInput(PromptKind.POINT, (77.0, 28.0))
    world.decide(1, "accept", proposal_id=world.proposal_ids[0], prompts=(prompt,))
    return world


CHANGES = {
    "decisions": "kind = 'reject'",
    "revisions": "status = 'retired'",
    "prompts": "sign = -1",
    "proposals": "score = 1",
    "run_steps": "step = '{}'",
}


@pytest.mark.parametrize("table", CHANGES)
def test_history_cannot_be_updated(full: World, table: str) -> None:
    with pytest.raises(StoreError, match=f"{table} are kept as written"), full.store.write() as connection:
        connection.exec_driver_sql(f"UPDATE {table} SET {CHANGES[table]}")


@pytest.mark.parametrize("table", [*CHANGES, "labels"])
def test_history_and_labels_cannot_be_deleted(full: World, table: str) -> None:
    with pytest.raises(StoreError, match=f"{table} are kept as written"), full.store.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM {table}")


def test_replacing_a_row_counts_as_deleting_it(full: World) -> None:
    with pytest.raises(StoreError, match="prompts are kept as written"), full.store.write() as connection:
        connection.exec_driver_sql("INSERT OR REPLACE INTO prompts SELECT * FROM prompts")
