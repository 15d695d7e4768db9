"""Keeps the rings in step with the tumour, and what was changed by hand apart from them."""

import contextlib

import slicer
from ParotidClassifierCore.base.cache import Cache, Same
from ParotidClassifierCore.base.errors import ParotidClassifierError
from ParotidClassifierCore.case.grid import draw_regions
from slicer.util import VTKObservationMixin

from ..Timers import singleShot
from . import Images
from .LatticeMasks import keyOf, readMask, stateOf, tightMask
from .Outline import ensureSegments
from .RingRefinement import packed, unpacked
from .SceneCase import segmentNamed

_DEBOUNCE_MS = 100
_KEPT_MASKS = 8  # more than a protocol has regions
_REMEMBERED_STATES = 50  # more than the editor's undo goes back


class RingFollower(VTKObservationMixin):
    """Redraws the rings when the tumour changes, and notes what a reader changes about the first.

    The first ring of the bundle is shown as the automatic ring of the present tumour with the
    refinement applied (Core's Refinement). An edit of it alone is a refinement; an edit of the
    tumour redraws it a moment later; undo brings back tumour, ring and refinement of before. Other
    rings are shown as they are computed: what is edited about them is drawn over.

    Attributes:
        drawn: Core's DrawnRegions as shown; None where there is no usable tumour.
        problem: why there is none, as Core's error; None where there is a ring.
        onChange: called without arguments when tumour or ring changed.
    """

    def __init__(self, sceneCase, bundles, ringChoice, onChange):
        super().__init__()
        self._sceneCase = sceneCase
        self._bundles = bundles
        self._ringChoice = ringChoice
        self.onChange = onChange
        self.drawn = None
        self.problem = None
        self._parameterNode = None
        self._segmentation = None
        self._settings = None
        self._drawnOn = None
        self._state = None
        self._remembered = {}
        self._masks = Cache(_KEPT_MASKS)
        self._lattices = Cache(1)
        self._held = False
        self._shownProtocol = None
        self._hiddenRings = None
        self._timer = singleShot(_DEBOUNCE_MS, self.flush)
        self._settled = singleShot(0, self._onSettled)

    def follow(self, parameterNode) -> None:
        """Follow the tumour of another parameter node; with None, nothing."""
        self._stopTimers()
        self._parameterNode = parameterNode
        self._segmentation = None
        self.removeObservers()
        self._forget()
        self.update()

    def update(self) -> None:
        """Look again at which CT, segmentation and settings the parameter node names."""
        node = None if self._parameterNode is None else self._parameterNode.segmentation
        if node is not self._segmentation:
            self.takeRing()
        elif node is not None and self._wanted() != self._settings:
            self.flush()

    def flush(self) -> None:
        """Draw now what waits to be drawn."""
        self._stopTimers()
        if self._segmentation is not None:
            self._redraw()

    def settle(self) -> None:
        """Draw what waits to be drawn, or what changed untold; at once where nothing did."""
        if self._segmentation is not None and not self._isCurrent():
            self.flush()

    def flushSoon(self) -> None:
        """Draw anew in a moment, once for all changes until then."""
        if self._segmentation is not None:
            self._timer.start()

    def takeRing(self) -> None:
        """Take the ring as it lies in the scene: what differs from the automatic ring is kept."""
        node = None if self._parameterNode is None else self._parameterNode.segmentation
        if node is not self._segmentation:
            self._observe(node)
        self._stopTimers()
        self._forget()
        if self._segmentation is None:
            return
        ring = self._readRing()
        if ring is not None and not self._parameterNode.ringRefinement:
            with contextlib.suppress(ParotidClassifierError):  # shown by the drawing that follows
                self.drawn = self._draw()
                self._refineTo(ring)
        self._redraw()

    @contextlib.contextmanager
    def held(self):
        """While held, changes are not followed; take or flush afterwards."""
        before, self._held = self._held, True
        try:
            yield
        finally:
            self._held = before

    def hideRings(self, hidden: bool) -> None:
        """Hide the rings, or show them again; they follow the tumour all the same.

        For effects that take every visible segment as a seed, such as Grow from seeds: a ring would
        fence the tumour in.
        """
        if self._segmentation is None or hidden == (self._hiddenRings is not None):
            return
        display = self._segmentation.GetDisplayNode()
        if hidden:
            ids = [segmentNamed(self._segmentation, ring.name) for ring in self._protocol.rings]
            self._hiddenRings = [one for one in ids if one and display.GetSegmentVisibility(one)]
        for segmentId in self._hiddenRings:
            display.SetSegmentVisibility(segmentId, not hidden)
        if not hidden:
            self._hiddenRings = None

    @property
    def hasTumor(self) -> bool:
        """Whether anything is outlined, usable or not."""
        segmentId = segmentNamed(self._segmentation, self._protocol.outlined.name)
        return bool(segmentId) and Images.imageOfSegment(self._segmentation, segmentId) is not None

    @property
    def isRefined(self) -> bool:
        """Whether anything about the ring was changed by hand."""
        return self._parameterNode is not None and bool(self._parameterNode.ringRefinement)

    def dropRefinement(self) -> None:
        """Go back to the automatic ring."""
        self._setRefinement("")
        self.flush()

    def keys(self) -> tuple:
        """Return names of the contents of tumour and first ring as they lie in the scene now."""
        return (*self._keys(), "")[:2]

    def _keys(self) -> tuple:
        """Return such a name for each region of the bundle."""
        return tuple(keyOf(self._read(region)) for region in self._protocol.regions)

    @property
    def _protocol(self):
        """The protocol of the chosen bundle: what the segments are called."""
        return self._bundles.protocol(self._parameterNode)

    def _readRing(self):
        """Return the first ring as it lies in the scene; None where there is none."""
        return next((self._read(ring.name) for ring in self._protocol.rings), None)

    def _observe(self, node) -> None:
        self.removeObservers()
        self._segmentation = node
        self._shownProtocol = self._hiddenRings = None
        if node is None:
            return
        events = slicer.vtkSegmentation
        changed = (events.SourceRepresentationModified, events.SegmentAdded, events.SegmentRemoved)
        for event in changed:
            self.addObserver(node.GetSegmentation(), event, self._onModified)
        self.addObserver(node.GetSegmentation(), events.SegmentModified, self._onSegmentModified)

    def _onSegmentModified(self, caller, event) -> None:
        # Undo and redo tell nothing else, one segment after the other, and an import tells of the
        # voxels before they have their label: wait until everything is in its place.
        if not self._held:
            self._settled.start()

    def _onSettled(self) -> None:
        if not self._timer.active and self._segmentation is not None:
            self._onModified(self._segmentation.GetSegmentation(), "")

    def _onModified(self, caller, event) -> None:
        if self._held:
            return
        state = self._keys()
        if state == self._state:
            return
        if self._isRefinedNow(state) and self.drawn is not None:
            self._refine(state)
        else:
            self._timer.start()
        self.onChange()

    def _isRefinedNow(self, state) -> bool:
        """Return whether of all segments the first ring changed; removed, it comes back."""
        before, rings = self._state or (), self._protocol.rings
        hasRing = bool(rings) and bool(segmentNamed(self._segmentation, rings[0].name))
        return hasRing and before[:1] == state[:1] and before[1:2] != state[1:2]

    def _refine(self, state) -> None:
        """Take the edit of the first ring as its refinement."""
        if state in self._remembered:
            self._setRefinement(self._remembered[state])
        else:
            self._refineTo(self._readRing())
        self._timer.start()  # where the edit reached into the tumour, that is taken back

    def _refineTo(self, ring) -> None:
        drawn, protocol = self.drawn, self.drawn.protocol
        if not protocol.rings:
            return
        box = drawn.box if ring is None else drawn.box.hull(ring.box)
        automatic = drawn.box.transferred(drawn.automatic[protocol.rings[0].name].mask, box)
        tumor = drawn.box.transferred(drawn.masks[protocol.outlined.name], box)
        edited = automatic & False if ring is None else ring.box.transferred(ring.mask, box)
        refinement = unpacked(self._parameterNode.ringRefinement)
        updated = refinement.updated(edited & ~tumor, automatic, tumor, box.lower[::-1])
        self._setRefinement(packed(updated))

    def _setRefinement(self, text: str) -> None:
        """Store the refinement; whoever calls draws, so that `update` need not."""
        self._settings = (*self._wanted()[:-1], text)
        self._parameterNode.ringRefinement = text

    def _isCurrent(self) -> bool:
        try:
            case = self._sceneCase.case(self._parameterNode)
        except ParotidClassifierError:
            return False
        if self._timer.active or self._settled.active or self._drawnOn is not case.ct:
            return False
        return (self._settings, self._state) == (self._wanted(), self._keys())

    def _redraw(self) -> None:
        self._renameSegments()
        state = self._keys()
        known = self._lattice() is not None and state in self._remembered
        if state != self._state and known:  # undo and redo
            self._setRefinement(self._remembered[state])
        try:
            self.drawn, self.problem = self._draw(), None
        except ParotidClassifierError as error:
            self.drawn, self.problem = None, error
        self._drawnOn = self._ct()
        with self.held():
            self._write()
        self._settings = self._wanted()
        self._remember()
        self.onChange()

    def _draw(self):
        refinement = unpacked(self._parameterNode.ringRefinement)
        case = self._sceneCase.case(self._parameterNode)
        protocol = self._ringChoice.protocol(self._parameterNode)
        return draw_regions(case, protocol, {ring.name: refinement for ring in protocol.rings[:1]})

    def _renameSegments(self) -> None:
        """Let the tumour be called as the chosen bundle calls it, and remove rings it has not."""
        before, self._shownProtocol = self._shownProtocol, self._protocol
        if before is None or before.regions.keys() == self._protocol.regions.keys():
            return
        segmentation, name = self._segmentation.GetSegmentation(), self._protocol.outlined.name
        tumorId = segmentNamed(self._segmentation, before.outlined.name)
        with self.held():
            if tumorId and not segmentNamed(self._segmentation, name):
                segmentation.GetSegment(tumorId).SetName(name)
            for ring in before.rings:
                segmentId = segmentNamed(self._segmentation, ring.name)
                if segmentId and ring.name not in self._protocol.regions:
                    segmentation.RemoveSegment(segmentId)

    def _write(self) -> None:
        if self._lattice() is None:
            return  # what was drawn waits for its CT
        drawn = self.drawn
        if drawn is not None:
            ensureSegments(self._segmentation, drawn.protocol)
        elif self._read(self._protocol.outlined.name) is not None:
            return
        else:
            self._parameterNode.tumorOrigin = ""  # what is drawn next was not taken from there
        for ring in self._protocol.rings:
            wanted = None if drawn is None else tightMask(drawn.box, drawn.masks[ring.name])
            self._writeRing(segmentNamed(self._segmentation, ring.name), ring.name, wanted)

    def _writeRing(self, segmentId: str, region: str, wanted) -> None:
        if not segmentId or keyOf(wanted) == keyOf(self._read(region)):
            return  # any change, even to the same, would make the editor forget what to redo
        if wanted is None:
            self._segmentation.GetSegmentation().ClearSegment(segmentId)
        else:
            Images.setSegment(
                self._segmentation, segmentId, wanted.mask, self.drawn.lattice, wanted.box
            )

    def _read(self, region: str):
        """Return a segment as `readMask` does, the very same while its voxels stay as they are."""
        node, lattice = self._segmentation, self._lattice()
        if lattice is None:
            return None
        state = lattice, stateOf(node, region)
        return self._masks.get(region, lambda: readMask(node, region, lattice), state)

    def _lattice(self):
        ct, parameterNode = self._ct(), self._parameterNode
        if ct is None:
            return None
        state = Same(ct), stateOf(self._segmentation, self._protocol.outlined.name)
        return self._lattices.get("last", lambda: self._sceneCase.lattice(parameterNode), state)

    def _ct(self):
        try:
            return self._sceneCase.ct(self._parameterNode)
        except ParotidClassifierError:
            return None

    def _wanted(self):
        """Return what the ring depends on beside the outlines."""
        node = self._parameterNode
        ct = None if node.ct is None else node.ct.GetID()
        stored = node.ringWidthMm, node.ringLowerHu, node.ringUpperHu
        return ct, self._bundles.protocol(node), *stored, node.ringRefinement

    def _remember(self) -> None:
        if self._lattice() is None:
            self._state = None
            return
        self._state = self._keys()
        self._remembered.pop(self._state, None)
        self._remembered[self._state] = self._parameterNode.ringRefinement
        while len(self._remembered) > _REMEMBERED_STATES:
            self._remembered.pop(next(iter(self._remembered)))

    def _stopTimers(self) -> None:
        self._timer.stop()
        self._settled.stop()

    def _forget(self) -> None:
        self.drawn = self.problem = self._state = self._settings = self._drawnOn = None
        self._remembered.clear()
