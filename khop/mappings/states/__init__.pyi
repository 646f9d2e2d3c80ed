"""The public names of this package and where each stands."""

from .history_facts import (
    HistoryFacts as HistoryFacts,
)
from .history_facts import (
    history_facts as history_facts,
)
from .presets import (
    StatusPreset as StatusPreset,
)
from .presets import (
    status_preset as status_preset,
)
from .presets import (
    status_preset_names as status_preset_names,
)
from .status import (
    ChannelTable as ChannelTable,
)
from .status import (
    CodeTable as CodeTable,
)
from .status import (
    StatusTable as StatusTable,
)
from .status import (
    igate_channels as igate_channels,
)
from .status import (
    igate_statuses as igate_statuses,
)
from .status import (
    portal_channels as portal_channels,
)
from .status import (
    portal_statuses as portal_statuses,
)
from .status import (
    preset_statuses as preset_statuses,
)
from .transitions import (
    Cell as Cell,
)
from .transitions import (
    StateStep as StateStep,
)
from .transitions import (
    StepMark as StepMark,
)
from .transitions import (
    TransitionMatrix as TransitionMatrix,
)
from .transitions import (
    illegal_steps as illegal_steps,
)
from .transitions import (
    state_on as state_on,
)
from .transitions import (
    steps_with_evidence as steps_with_evidence,
)
from .transitions import (
    transition_matrix as transition_matrix,
)
