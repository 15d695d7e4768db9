"""slicer.parameterNodeWrapper: typed parameters in a MRML node, bound to widgets.

Modelled: bool, int, float, str and MRML nodes; check boxes, lines of text and node selectors.
"""

from ..refused import refuse
from .binding import SlicerParameterNamePropertyName
from .wrapper import isParameterNodeWrapper, parameterNodeWrapper

__all__ = ["SlicerParameterNamePropertyName", "isParameterNodeWrapper", "parameterNodeWrapper"]

_ONLY_IN_SLICER = {
    "AnySerializer", "BoolSerializer", "Choice", "Decimals", "Default", "DictSerializer",
    "Exclude", "FloatRange", "GuiConnector", "GuiCreator", "IsInstance", "Label",
    "ListSerializer", "Maximum", "Minimum", "NodeSerializer", "NotNone", "NumberSerializer",
    "PathSerializer", "QColorSerializer", "RangeBounds", "Serializer", "SingleStep",
    "SlicerPackParameterNamePropertyName", "StringSerializer", "TupleSerializer",
    "UnionSerializer", "ValidatedSerializer", "Validator", "WithinRange", "createGui",
    "createGuiConnector", "findChildWidgetForParameter", "findFirstAnnotation", "getNodeTypes",
    "isNodeOrUnionOfNodes", "isParameterPack", "nestedParameterNames",
    "parameterNodeGuiConnector", "parameterNodeGuiCreator", "parameterNodeSerializer",
    "parameterPack", "splitAnnotations", "unannotatedType",
}  # fmt: skip


def __getattr__(name: str):
    if name in _ONLY_IN_SLICER:
        refuse(f"slicer.parameterNodeWrapper.{name}")
    raise AttributeError(f"module 'slicer.parameterNodeWrapper' has no attribute {name!r}")
