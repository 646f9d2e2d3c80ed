"""The public names of this package and where each stands."""

from .calendar import (
    DayError as DayError,
    WorkingCalendar as WorkingCalendar,
)
from .deadline_rules import (
    Band as Band,
    DeadlineRules as DeadlineRules,
    Definition as Definition,
    DefinitionOfOnTime as DefinitionOfOnTime,
    DueTime as DueTime,
    Effect as Effect,
    Ground as Ground,
    GroundRule as GroundRule,
    Measure as Measure,
    ProcedureClock as ProcedureClock,
    UnitOfLimit as UnitOfLimit,
)
from .deadlines import (
    Deadline as Deadline,
    Deadlines as Deadlines,
    DueChange as DueChange,
    Extension as Extension,
    Missing as Missing,
    Note as Note,
    Start as Start,
    Stop as Stop,
    Terms as Terms,
    clock_start as clock_start,
    deadline as deadline,
    due_dates as due_dates,
)
from .parsing import (
    parse_wire_day as parse_wire_day,
    parse_wire_time as parse_wire_time,
    wire_time as wire_time,
)
from .progress import (
    Change as Change,
    Progress as Progress,
    progress_of as progress_of,
)
from .punctuality import (
    Because as Because,
    Judgement as Judgement,
    Verdict as Verdict,
    agree as agree,
    by_portal_766 as by_portal_766,
    by_province as by_province,
    by_receipt_slip as by_receipt_slip,
    judge as judge,
    near_due as near_due,
    overdue_in_process as overdue_in_process,
)
from .time_limits import (
    Limit as Limit,
    LimitClock as LimitClock,
    read_limit as read_limit,
)
from .working_hours import (
    Session as Session,
    WorkingHours as WorkingHours,
    parse_sessions as parse_sessions,
    usual_sessions as usual_sessions,
)
