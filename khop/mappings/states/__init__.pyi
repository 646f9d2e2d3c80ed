"""The public names of this package and where each stands."""

from .history_facts import (
    HistoryFacts as HistoryFacts,
    history_facts as history_facts,
)
from .presets import (
    StatusPreset as StatusPreset,
    status_preset as status_preset,
    status_preset_names as status_preset_names,
)
from .status import (
    ChannelTable as ChannelTable,
    CodeTable as CodeTable,
    StatusTable as StatusTable,
    igate_channels as igate_channels,
    igate_statuses as igate_statuses,
    portal_channels as portal_channels,
    portal_statuses as portal_statuses,
    preset_statuses as preset_statuses,
)
from .transitions import (
    Cell as Cell,
    StateStep as StateStep,
    StepMark as StepMark,
    TransitionMatrix as TransitionMatrix,
    illegal_steps as illegal_steps,
    state_on as state_on,
    steps_with_evidence as steps_with_evidence,
    transition_matrix as transition_matrix,
)
