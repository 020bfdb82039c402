//! Thunks and frames. They are referred to by index and all dropped together with the evaluation, so that the cycles that
//! recursive definitions make cost nothing.

use super::machine::Eval;
use super::value::{Origin, Res, Stop, Value};
use crate::syntax::hir::{ExprId, Name};

/// A value that is computed when it is first needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ThunkId(pub(crate) u32);

/// The variables that one `let`, `rec`, `with` or function call binds, with a link to those around it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameId(pub(crate) u32);

/// A computation of the analyser's own.
pub(crate) type Computation = Box<dyn for<'h> FnOnce(&mut Eval<'h>) -> Res>;

/// What a thunk holds.
pub(crate) enum Thunk {
    /// Evaluated.
    Done(Value),
    /// Evaluated, and stopped.
    Stopped(Stop),
    /// Being evaluated: reaching it again is infinite recursion.
    Busy,
    /// An expression in a frame.
    Expr { unit: u32, expr: ExprId, frame: FrameId },
    /// An attribute of another value (`inherit (e) a`).
    Select { base: ThunkId, name: Name },
    /// A function applied to arguments.
    Apply { function: ThunkId, arguments: Vec<ThunkId> },
    /// A computation of the analyser's own.
    Native(Computation),
}

/// A thunk and where it comes from.
struct Cell {
    state: Thunk,
    origin: Option<Origin>,
}

/// How many thunks there is room for at first.
const ROOM: usize = 1 << 12;

/// All thunks and frames of an evaluation.
pub(crate) struct Heap {
    cells: Vec<Cell>,
    frames: Vec<(FrameId, u32)>,
    slots: Vec<ThunkId>,
}

impl Heap {
    pub(crate) fn new() -> Self {
        Heap {
            cells: Vec::with_capacity(ROOM),
            frames: Vec::with_capacity(ROOM / 4),
            slots: Vec::with_capacity(ROOM / 2),
        }
    }

    pub(crate) fn alloc(&mut self, state: Thunk, origin: Option<Origin>) -> ThunkId {
        let id = ThunkId(self.cells.len() as u32);
        self.cells.push(Cell { state, origin });
        id
    }

    /// What a thunk was evaluated to, if it was.
    pub(crate) fn known(&self, id: ThunkId) -> Option<Res> {
        match &self.cells[id.0 as usize].state {
            Thunk::Done(value) => Some(Ok(value.clone())),
            Thunk::Stopped(stop) => Some(Err(stop.clone())),
            _ => None,
        }
    }

    /// Whether a thunk is being evaluated.
    pub(crate) fn is_busy(&self, id: ThunkId) -> bool {
        matches!(self.cells[id.0 as usize].state, Thunk::Busy)
    }

    pub(crate) fn replace(&mut self, id: ThunkId, state: Thunk) -> Thunk {
        std::mem::replace(&mut self.cells[id.0 as usize].state, state)
    }

    pub(crate) fn origin(&self, id: ThunkId) -> Option<Origin> {
        self.cells[id.0 as usize].origin
    }

    /// How many thunks there are.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// A frame with `size` slots that are to be set; until then they hold `fill`.
    pub(crate) fn frame(&mut self, parent: FrameId, size: usize, fill: ThunkId) -> FrameId {
        let id = FrameId(self.frames.len() as u32);
        self.frames.push((parent, self.slots.len() as u32));
        self.slots.resize(self.slots.len() + size, fill);
        id
    }

    pub(crate) fn set(&mut self, frame: FrameId, slot: usize, value: ThunkId) {
        let start = self.frames[frame.0 as usize].1 as usize;
        self.slots[start + slot] = value;
    }

    pub(crate) fn slot(&self, mut frame: FrameId, depth: u32, slot: u32) -> ThunkId {
        for _ in 0..depth {
            frame = self.frames[frame.0 as usize].0;
        }
        self.slots[(self.frames[frame.0 as usize].1 + slot) as usize]
    }
}
