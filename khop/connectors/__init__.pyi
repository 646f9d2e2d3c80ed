"""The public names of this package and where each stands."""

from . import (
    dvcqg as dvcqg,
    igate as igate,
    igate_ministry as igate_ministry,
    myvnpost as myvnpost,
    population as population,
    vnpost as vnpost,
)
from .answer_words import AnswerWords as AnswerWords
from .http.answers import (
    Answer as Answer,
    Unusable as Unusable,
    read_json as read_json,
)
from .http.network import TransportSettings as TransportSettings
from .http.outcomes import CallOutcome as CallOutcome
from .http.retry import RetryPolicy as RetryPolicy
from .http.sessions import (
    Session as Session,
    SessionCalls as SessionCalls,
    SessionKeeper as SessionKeeper,
)
from .http.transport import (
    CallOptions as CallOptions,
    Timing as Timing,
    Transport as Transport,
)
from .notices import (
    NoticeClient as NoticeClient,
    notice_headers as notice_headers,
    verify_notice as verify_notice,
)
from .spreadsheets.model import (
    CellError as CellError,
    Sheet as Sheet,
    TableLimits as TableLimits,
    TableRow as TableRow,
)
from .spreadsheets.read import FileSheets as FileSheets
from .spreadsheets.read import read_sheets as read_sheets
