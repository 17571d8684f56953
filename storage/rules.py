"""What each kind of decision does to a label and a proposal. Nothing here writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from annotator.errors import BadInput, NotAllowed
from storage.inputs import DecisionInput
from storage.labels import Content, content_at, content_of_proposal, last_status
from storage.rows import shape_columns
from storage.subject import Subject
from storage.views import LabelView
from storage.words import DecisionKind, LabelStatus, ProposalState

_STATE_OF_STATUS = {
    LabelStatus.ACCEPTED: ProposalState.ACCEPTED,
    LabelStatus.EDITED: ProposalState.EDITED,
    LabelStatus.UNSURE: ProposalState.UNSURE,
    LabelStatus.RETIRED: ProposalState.REJECTED,
}


@dataclass(frozen=True)
class Outcome:
    """The label's next content, None where no label changes, and the proposal's next state, None without one."""

    content: Content | None
    proposal_state: ProposalState | None


Rule = Callable[[sa.Connection, DecisionInput, Subject], Outcome]


def outcome_of(connection: sa.Connection, decision: DecisionInput, subject: Subject) -> Outcome:
    """Raises NotAllowed where the kind is not possible in this state, BadInput where something is missing."""
    rule = _RULES.get(decision.kind)
    if rule is None:
        raise NotAllowed(f"The step “{decision.kind}” comes with a later version. Nothing was changed.")
    return rule(connection, decision, subject)


def changed_since(decision: DecisionInput, subject: Subject) -> LabelView | None:
    """The label, where the decision would change another version of it than the person saw."""
    label = subject.label
    if label is None or decision.kind not in _CHANGES_LABEL:
        return None
    if decision.kind == DecisionKind.REJECT and decision.label_id is None:
        return None
    revives = not subject.live and decision.label_id is None
    return None if revives or label.version == decision.expected_version else label


def _accept(connection: sa.Connection, decision: DecisionInput, subject: Subject) -> Outcome:
    if subject.live and subject.label is not None:
        passing = (LabelStatus.UNSURE, LabelStatus.RETIRED)
        status = last_status(connection, subject.label.id, passing) or LabelStatus.ACCEPTED
        return _labelled(replace(_current(connection, subject.label), status=status.value), subject)
    return _labelled(_from_proposal(decision, subject, LabelStatus.ACCEPTED), subject)


def _edit(connection: sa.Connection, decision: DecisionInput, subject: Subject) -> Outcome:
    return _labelled(_changed(connection, decision, subject, LabelStatus.EDITED), subject)


def _flag(connection: sa.Connection, decision: DecisionInput, subject: Subject) -> Outcome:
    return _labelled(_changed(connection, decision, subject, LabelStatus.UNSURE), subject)


def _add(_connection: sa.Connection, decision: DecisionInput, subject: Subject) -> Outcome:
    if subject.proposal is not None or subject.label is not None:
        raise BadInput("A new label cannot name a proposal or a label. Edit that one instead.")
    if decision.geometry_lonlat is None or decision.function is None or decision.class_id is None:
        raise BadInput("A new label needs a shape, a function and a class. Draw it and choose what it is.")
    if subject.source_id is None:
        raise BadInput("A new label needs the source it was drawn on. Reload the page.")
    shape = _given_shape(decision, subject)
    path = (LabelStatus.DRAWN.value, decision.function, decision.class_id, decision.name or None)
    return Outcome(Content(*path, **shape, scene_id=subject.scene_id), None)


def _reject(connection: sa.Connection, decision: DecisionInput, subject: Subject) -> Outcome:
    if decision.reason is None:
        raise BadInput("A rejection needs a reason. Press 1 to 8 after D.")
    if decision.label_id is not None:
        return _retire(connection, decision, subject)
    if subject.proposal is None:
        raise BadInput("A rejection needs the proposal it speaks of. Select one.")
    if subject.live:
        raise NotAllowed("This proposal already became a label. Undo that first, or retire the label.")
    return Outcome(None, ProposalState.REJECTED)


def _retire(connection: sa.Connection, _decision: DecisionInput, subject: Subject) -> Outcome:
    label = _named(subject)
    if not subject.live:
        raise NotAllowed("The label is retired already. Nothing was changed.")
    return _labelled(replace(_current(connection, label), status=LabelStatus.RETIRED.value), subject)


def _restore(connection: sa.Connection, _decision: DecisionInput, subject: Subject) -> Outcome:
    label = _named(subject)
    if subject.live:
        raise NotAllowed("The label is not retired. Nothing was changed.")
    status = last_status(connection, label.id, (LabelStatus.RETIRED,)) or LabelStatus.ACCEPTED
    return _labelled(replace(_current(connection, label), status=status.value), subject)


def _about_scene(_connection: sa.Connection, decision: DecisionInput, subject: Subject) -> Outcome:
    if subject.proposal is not None or subject.label is not None:
        raise BadInput("This speaks of the whole view and cannot name a proposal or a label. Reload the page.")
    if subject.scene_id is None or subject.source_id is None:
        raise BadInput("This needs the view it speaks of. Ask something there first.")
    if decision.kind == DecisionKind.NOTHING_HERE and subject.query_id is None:
        raise BadInput("“Nothing here” needs the question it answers. Ask first.")
    return Outcome(None, None)


_RULES: dict[DecisionKind, Rule] = {
    DecisionKind.ACCEPT: _accept,
    DecisionKind.EDIT: _edit,
    DecisionKind.ADD: _add,
    DecisionKind.REJECT: _reject,
    DecisionKind.FLAG: _flag,
    DecisionKind.RETIRE: _retire,
    DecisionKind.RESTORE: _restore,
    DecisionKind.NOTHING_HERE: _about_scene,
    DecisionKind.SCENE_COMPLETE: _about_scene,
}
_CHANGES_LABEL = frozenset(
    {
        DecisionKind.ACCEPT,
        DecisionKind.EDIT,
        DecisionKind.REJECT,
        DecisionKind.FLAG,
        DecisionKind.RETIRE,
        DecisionKind.RESTORE,
    }
)


def _named(subject: Subject) -> LabelView:
    if subject.label is None:
        raise BadInput("This needs the label it speaks of. Select one.")
    return subject.label


def _current(connection: sa.Connection, label: LabelView) -> Content:
    return content_at(connection, label.id, label.version)


def _labelled(content: Content, subject: Subject) -> Outcome:
    state = None if subject.proposal is None else _STATE_OF_STATUS[LabelStatus(content.status)]
    return Outcome(content, state)


def _from_proposal(decision: DecisionInput, subject: Subject, status: LabelStatus) -> Content:
    if decision.label_id is not None:
        raise NotAllowed("The label is retired. Restore it first.")
    if subject.proposal is None or subject.proposal_scene_id is None:
        raise BadInput("This needs the proposal or the label it speaks of. Select one.")
    return content_of_proposal(subject.proposal, subject.proposal_scene_id, status)


def _changed(connection: sa.Connection, decision: DecisionInput, subject: Subject, status: LabelStatus) -> Content:
    """What stands, with what the decision gives laid over it."""
    if subject.live and subject.label is not None:
        content = replace(_current(connection, subject.label), status=status.value)
    else:
        content = _from_proposal(decision, subject, status)
    content = replace(
        content,
        function=decision.function or content.function,
        class_id=decision.class_id or content.class_id,
        name=content.name if decision.name is None else decision.name or None,
    )
    if decision.geometry_lonlat is None:
        return content
    return replace(content, **_given_shape(decision, subject), scene_id=subject.scene_id)


def _given_shape(decision: DecisionInput, subject: Subject) -> dict[str, Any]:
    if decision.mask is not None and subject.scene_id is None:
        raise BadInput("A mask needs the view whose pixels it counts. Reload the page.")
    return shape_columns(decision.geometry_lonlat, decision.mask)
