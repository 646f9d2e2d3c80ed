"""iGate's records as they are on the wire (docs/systems/igate.md).

Only the fields that khop maps; unknown keys are ignored. Everything but ``id`` and ``code`` may be
absent or null, and several fields come in more than one shape. Dates stay as written; their forms
are read by ``mappings.time.parsing``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

#: The longest texts, in characters; a longer text is damaged data.
CODE_MAX, LABEL_MAX, TEXT_MAX = 100, 2_000, 20_000
#: Numbers in person fields have at most this many digits.
_NUMBER_MAX = 10**18

Code = Annotated[str, StringConstraints(strict=True, max_length=CODE_MAX)]
Label = Annotated[str, StringConstraints(strict=True, max_length=LABEL_MAX)]
LongText = Annotated[str, StringConstraints(strict=True, max_length=TEXT_MAX)]
Number = Annotated[int, Strict(), Field(ge=-_NUMBER_MAX, le=_NUMBER_MAX)]
#: The mobile app writes identity and phone numbers as JSON numbers.
LabelOrNumber = Label | Number


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore")


class LanguageName(Wire):
    """``languageId`` 228 is Vietnamese, 46 English."""

    languageId: Number | Code | None = None
    name: Label | None = None


#: A name: text, one {languageId, name}, or a list of them.
Name = Label | LanguageName | list[LanguageName | None]


class Tag(Wire):
    """{id, name}: dossierStatus, applyMethod, dossierReceivingKind."""

    id: Number | Code | None = None
    name: Name | None = None


class PersonData(Wire):
    fullname: LabelOrNumber | None = None
    ownerFullname: LabelOrNumber | None = None
    organization: LabelOrNumber | None = None
    identityNumber: LabelOrNumber | None = None
    birthday: Any = None


class ApplicantForm(Wire):
    data: PersonData | None = None


class Sector(Wire):
    code: Label | None = None
    name: Name | None = None


class Procedure(Wire):
    code: Code | None = None
    translate: Name | None = None
    sector: Sector | None = None


class Agency(Wire):
    code: Code | None = None
    name: Name | None = None


class Account(Wire):
    id: Number | Code | None = None


class Officer(Wire):
    id: Number | Code | None = None
    fullname: Label | None = None
    account: Account | None = None


class ActivitiTask(Wire):
    """``status``: the label of the state, plain, tagged, or in several languages."""

    status: Label | Tag | list[LanguageName | None] | None = None


class DefinitionTask(Wire):
    name: Name | None = None
    definitionKey: Any = None


class ProcessTask(Wire):
    name: Name | None = None
    remind: Any = None
    definitionTask: DefinitionTask | None = None


class Task(Wire):
    """A task. Fields that few deployments use (``name``, ``remind``, ``definitionKey``) are
    validated only where they are read."""

    id: Number | Code | None = None
    name: Any = None
    assignee: Officer | None = None
    agency: Agency | None = None
    isCurrent: Any = None
    createdDate: Any = None
    updatedDate: Any = None
    activitiTask: ActivitiTask | None = None
    bpmProcessDefinitionTask: ProcessTask | None = None


class DossierItem(Wire):
    """A dossier of the list or of the detail, as far as reconciliation needs it."""

    id: Code
    code: Code
    nationCode: Any = None
    dossierStatus: Tag | None = None
    applicant: ApplicantForm | None = None
    procedure: Procedure | None = None
    agency: Agency | None = None
    applyMethod: Tag | None = None
    appliedDate: Any = None
    acceptedDate: Any = None
    appointmentDate: Any = None
    completedDate: Any = None
    returnedDate: Any = None
    updatedDate: Any = None
    undefindedCompleteTime: Any = None
    task: list[Task | None] | Task | None = None


class StepState(Wire):
    """The current step of a dossier, for deployments that have their states there."""

    dossierTaskStatus: Tag | None = None
    statusCurrentTask: Label | None = None
    currentTask: list[Task | None] | Task | None = None


class LabelledPlace(Wire):
    """{label, value}: a place as forms hold it; ``value`` is a key of the deployment's own."""

    label: LabelOrNumber | None = None


Place = LabelOrNumber | LabelledPlace


class PersonDetail(PersonData):
    address: LongText | Number | None = None
    village: Place | None = None
    district: Place | None = None
    province: Place | None = None
    phoneNumber: LabelOrNumber | None = None
    email: Label | None = None
    noidungyeucaugiaiquyet: LongText | None = None


class ApplicantDetail(ApplicantForm):
    data: PersonDetail | None = None


class StoredFile(Wire):
    id: Number | Code | None = None
    filename: Label | None = None
    uuid: Code | None = None


class ProcedureForm(Wire):
    """The paper of the procedure that files are handed in for."""

    code: LabelOrNumber | None = None
    name: Name | None = None


class FormFile(Wire):
    procedureForm: ProcedureForm | None = None
    file: list[StoredFile | None] | StoredFile | None = None


class DossierDetail(DossierItem):
    """A dossier with what a push needs besides."""

    applicant: ApplicantDetail | None = None
    dossierReceivingKind: Tag | None = None
    dossierFormFile: list[FormFile | None] | FormFile | None = None


class FeeType(Wire):
    name: Name | None = None


class Procost(Wire):
    type: FeeType | None = None


class DossierKey(Wire):
    id: Number | Code | None = None


class FeeItem(Wire):
    """A row of the fees of a dossier. ``paid``: the amount that was paid."""

    procost: Procost | None = None
    amount: Any = None
    quantity: Any = None
    paid: Any = None
    dossier: DossierKey | None = None
