"""slicer.parameterNodeWrapper: typed parameters in a MRML node, bound to widgets.

Modelled: bool, int, float, str, Path, enums, MRML nodes and unions of them, None included.
"""

from ..refused import refuse
from .annotations import (
    Choice,
    Decimals,
    Default,
    Exclude,
    IsInstance,
    Maximum,
    Minimum,
    NotNone,
    SingleStep,
    Validator,
    WithinRange,
    findFirstAnnotation,
    splitAnnotations,
    unannotatedType,
)
from .binding import SlicerParameterNamePropertyName, findChildWidgetForParameter
from .connectors import GuiConnector, createGuiConnector, getNodeTypes, isNodeOrUnionOfNodes
from .wrapper import isParameterNodeWrapper, parameterNodeWrapper

__all__ = [
    "Choice",
    "Decimals",
    "Default",
    "Exclude",
    "GuiConnector",
    "IsInstance",
    "Maximum",
    "Minimum",
    "NotNone",
    "SingleStep",
    "SlicerParameterNamePropertyName",
    "Validator",
    "WithinRange",
    "createGuiConnector",
    "findChildWidgetForParameter",
    "findFirstAnnotation",
    "getNodeTypes",
    "isNodeOrUnionOfNodes",
    "isParameterNodeWrapper",
    "parameterNodeWrapper",
    "splitAnnotations",
    "unannotatedType",
]

_ONLY_IN_SLICER = {
    "AnySerializer",
    "BoolSerializer",
    "DictSerializer",
    "FloatRange",
    "GuiCreator",
    "Label",
    "ListSerializer",
    "NodeSerializer",
    "NumberSerializer",
    "PathSerializer",
    "QColorSerializer",
    "RangeBounds",
    "Serializer",
    "SlicerPackParameterNamePropertyName",
    "StringSerializer",
    "TupleSerializer",
    "UnionSerializer",
    "ValidatedSerializer",
    "createGui",
    "isParameterPack",
    "nestedParameterNames",
    "parameterNodeGuiConnector",
    "parameterNodeGuiCreator",
    "parameterNodeSerializer",
    "parameterPack",
}


def __getattr__(name: str):
    if name in _ONLY_IN_SLICER:
        refuse(f"slicer.parameterNodeWrapper.{name}")
    raise AttributeError(f"module 'slicer.parameterNodeWrapper' has no attribute {name!r}")
