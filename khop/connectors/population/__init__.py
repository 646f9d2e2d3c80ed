"""CSDLDC, the national population database, through a province's gateway."""

from khop.connectors.population.auth import Auth, NoAuth, SignedAuth
from khop.connectors.population.client import PopulationClient, PopulationGateway
from khop.connectors.population.fields import Fields
from khop.connectors.population.fronts import CamelFront, Front, PascalFront, SoapFront
from khop.connectors.population.reading import AnswerReader
from khop.connectors.population.shape import (
    BirthForm,
    DateForm,
    DeploymentShape,
    Operation,
    OperationShape,
    check_shape,
)
from khop.connectors.population.tokens import TokenAuth, TokenLogin
from khop.connectors.population.wire import (
    Address,
    BirthDate,
    EthnicGroup,
    Person,
    PersonAnswer,
    PersonName,
    Question,
    Relative,
    Religion,
)

__all__ = [
    "Address",
    "AnswerReader",
    "Auth",
    "BirthDate",
    "BirthForm",
    "CamelFront",
    "DateForm",
    "DeploymentShape",
    "EthnicGroup",
    "Fields",
    "Front",
    "NoAuth",
    "Operation",
    "OperationShape",
    "PascalFront",
    "Person",
    "PersonAnswer",
    "PersonName",
    "PopulationClient",
    "PopulationGateway",
    "Question",
    "Relative",
    "Religion",
    "SignedAuth",
    "SoapFront",
    "TokenAuth",
    "TokenLogin",
    "check_shape",
]
