"""The public names of this package and where each stands."""

from .calendar import (
    DayError as DayError,
)
from .calendar import (
    WorkingCalendar as WorkingCalendar,
)
from .deadline_rules import (
    Band as Band,
)
from .deadline_rules import (
    DeadlineRules as DeadlineRules,
)
from .deadline_rules import (
    Definition as Definition,
)
from .deadline_rules import (
    DefinitionOfOnTime as DefinitionOfOnTime,
)
from .deadline_rules import (
    DueTime as DueTime,
)
from .deadline_rules import (
    Effect as Effect,
)
from .deadline_rules import (
    Ground as Ground,
)
from .deadline_rules import (
    GroundRule as GroundRule,
)
from .deadline_rules import (
    Measure as Measure,
)
from .deadline_rules import (
    ProcedureClock as ProcedureClock,
)
from .deadline_rules import (
    UnitOfLimit as UnitOfLimit,
)
from .deadlines import (
    Deadline as Deadline,
)
from .deadlines import (
    Deadlines as Deadlines,
)
from .deadlines import (
    DueChange as DueChange,
)
from .deadlines import (
    Extension as Extension,
)
from .deadlines import (
    Missing as Missing,
)
from .deadlines import (
    Note as Note,
)
from .deadlines import (
    Start as Start,
)
from .deadlines import (
    Stop as Stop,
)
from .deadlines import (
    Terms as Terms,
)
from .deadlines import (
    clock_start as clock_start,
)
from .deadlines import (
    deadline as deadline,
)
from .deadlines import (
    due_dates as due_dates,
)
from .parsing import (
    parse_wire_day as parse_wire_day,
)
from .parsing import (
    parse_wire_time as parse_wire_time,
)
from .parsing import (
    wire_time as wire_time,
)
from .progress import (
    Change as Change,
)
from .progress import (
    Progress as Progress,
)
from .progress import (
    progress_of as progress_of,
)
from .punctuality import (
    Because as Because,
)
from .punctuality import (
    Judgement as Judgement,
)
from .punctuality import (
    Verdict as Verdict,
)
from .punctuality import (
    agree as agree,
)
from .punctuality import (
    by_portal_766 as by_portal_766,
)
from .punctuality import (
    by_province as by_province,
)
from .punctuality import (
    by_receipt_slip as by_receipt_slip,
)
from .punctuality import (
    judge as judge,
)
from .punctuality import (
    near_due as near_due,
)
from .punctuality import (
    overdue_in_process as overdue_in_process,
)
from .time_limits import (
    Limit as Limit,
)
from .time_limits import (
    LimitClock as LimitClock,
)
from .time_limits import (
    read_limit as read_limit,
)
from .working_hours import (
    Session as Session,
)
from .working_hours import (
    WorkingHours as WorkingHours,
)
from .working_hours import (
    parse_sessions as parse_sessions,
)
from .working_hours import (
    usual_sessions as usual_sessions,
)
