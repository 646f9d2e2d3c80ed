"""The public names of this package and where each stands."""

from . import dvcqg as dvcqg
from . import igate as igate
from . import igate_ministry as igate_ministry
from . import myvnpost as myvnpost
from . import population as population
from . import vnpost as vnpost
from .http.answers import (
    Answer as Answer,
)
from .http.answers import (
    Unusable as Unusable,
)
from .http.answers import (
    read_json as read_json,
)
from .http.retry import RetryPolicy as RetryPolicy
from .http.sessions import (
    Session as Session,
)
from .http.sessions import (
    SessionCalls as SessionCalls,
)
from .http.sessions import (
    SessionKeeper as SessionKeeper,
)
from .http.transport import (
    CallOptions as CallOptions,
)
from .http.transport import (
    Timing as Timing,
)
from .http.transport import (
    Transport as Transport,
)
from .http.transport import (
    TransportSettings as TransportSettings,
)
from .notices import (
    NoticeClient as NoticeClient,
)
from .notices import (
    notice_headers as notice_headers,
)
from .notices import (
    verify_notice as verify_notice,
)
from .spreadsheets.model import (
    CellError as CellError,
)
from .spreadsheets.model import (
    Sheet as Sheet,
)
from .spreadsheets.model import (
    TableLimits as TableLimits,
)
from .spreadsheets.model import (
    TableRow as TableRow,
)
from .spreadsheets.read import read_sheets as read_sheets
