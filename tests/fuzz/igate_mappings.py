"""Mappings of iGate: with the default options, and with every option."""

from __future__ import annotations

from khop.mappings.igate.history import TaskRules
from khop.mappings.igate.mapping import IgateMapping, IgateOptions
from khop.mappings.states.status import igate_channels, igate_statuses

RULES = TaskRules(
    label=(
        "activitiTask.status",
        "name",
        "bpmProcessDefinitionTask.name",
        "bpmProcessDefinitionTask.remind",
        "definitionTask.name",
        "definitionTask.definitionKey",
    ),
    event=("updatedDate", "createdDate"),
    entered=("createdDate", "updatedDate"),
    open_tasks=False,
    current_task="always",
)
MAPPINGS = [
    IgateMapping("igate", b"0" * 32, igate_statuses({}, {}), igate_channels({}, {})),
    IgateMapping(
        "igate",
        b"0" * 32,
        igate_statuses({}, {}),
        igate_channels({}, {}),
        IgateOptions(
            RULES,
            ("statusCurrentTask", "dossierTaskStatus", "dossierStatus"),
            "https://igate.example.vn/f/{id}/{uuid}",
        ),
    ),
]
