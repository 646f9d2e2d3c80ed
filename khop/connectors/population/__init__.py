"""CSDLDC, the national population database, through a province's gateway."""

from khop.connectors.population.auth import Auth, NoAuth, SignedAuth
from khop.connectors.population.client import PopulationClient, PopulationGateway
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
from khop.connectors.population.tokens import TokenAuth
from khop.connectors.population.wire import Person, PersonAnswer, Question

__all__ = [
    "AnswerReader",
    "Auth",
    "BirthForm",
    "CamelFront",
    "DateForm",
    "DeploymentShape",
    "Front",
    "NoAuth",
    "Operation",
    "OperationShape",
    "PascalFront",
    "Person",
    "PersonAnswer",
    "PopulationClient",
    "PopulationGateway",
    "Question",
    "SignedAuth",
    "SoapFront",
    "TokenAuth",
    "check_shape",
]
