// Owns one peephole over what Asyncify has added: the position in its buffer, which it keeps in memory,
// is kept in a local where code runs straight.
//
// Asyncify reads and writes the position for every frame several times: each read waits for the write
// before it, and its value is the address of the next access. That chain of waits is a third of what a
// switch costs (bench/cases/switch.js). Nothing that Asyncify itself writes in between can be the
// position, so within one list of statements the value just written is the value read.
//
//   pos -= 8                pos = p = pos - 8             The first form is what Asyncify emits, the second
//   a = load(pos)     ->    a = load(p)                   what is left of it here; `p` is a new local.
//   b = load(pos + 4)       b = load(p + 4)

/** A node of Binaryen's tree. */
type Node = number;

interface NodeKind {
  getValue(node: Node): Node;
  setValue(node: Node, value: Node): void;
  getPtr(node: Node): Node;
  setPtr(node: Node, ptr: Node): void;
  getOffset(node: Node): number;
  getBytes(node: Node): number;
  getLeft(node: Node): Node;
  setLeft(node: Node, left: Node): void;
  getRight(node: Node): Node;
  getName(node: Node): string;
  getIfTrue(node: Node): Node;
  getIfFalse(node: Node): Node;
  getNumChildren(node: Node): number;
  getChildAt(node: Node, index: number): Node;
}

/** What is used of Binaryen's view into a tree. */
export interface TreeAccess {
  readonly i32: number;
  readonly BlockId: number;
  readonly IfId: number;
  readonly StoreId: number;
  readonly LoadId: number;
  readonly LocalSetId: number;
  readonly LocalGetId: number;
  readonly GlobalGetId: number;
  readonly ConstId: number;
  readonly BinaryId: number;
  readonly Block: NodeKind;
  readonly If: NodeKind;
  readonly Store: NodeKind;
  readonly Load: NodeKind;
  readonly LocalSet: NodeKind;
  readonly GlobalGet: NodeKind;
  readonly Binary: NodeKind;
  readonly Function: { getBody(ref: Node): Node; getNumLocals(ref: Node): number };
  getExpressionId(node: Node): number;
  _BinaryenFunctionAddVar(ref: Node, type: number): number;
}

export interface TreeModule {
  readonly local: {
    get(index: number, type: number): Node;
    tee(index: number, value: Node, type: number): Node;
  };
  getNumFunctions(): number;
  getFunctionByIndex(index: number): Node;
}

/** Keeps Asyncify's position in a local, in every function of the module. */
export function forwardPositions(binaryen: TreeAccess, module: TreeModule): void {
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const ref = module.getFunctionByIndex(i);
    const body = binaryen.Function.getBody(ref);
    if (body !== 0) new Forwarder(binaryen, module, ref).list(body);
  }
}

class Forwarder {
  /** The new local, made when it is first needed. */
  #local = -1;
  /** Whether the local holds the position. */
  #isKnown = false;

  constructor(
    private readonly b: TreeAccess,
    private readonly module: TreeModule,
    private readonly ref: Node,
  ) {}

  /** Goes through statements that run one after another. */
  list(node: Node): void {
    const { b } = this;
    if (b.getExpressionId(node) !== b.BlockId) {
      this.#statement(node);
      return;
    }
    for (let i = 0; i < b.Block.getNumChildren(node); i++) this.#statement(b.Block.getChildAt(node, i));
  }

  #statement(node: Node): void {
    const { b } = this;
    const id = b.getExpressionId(node);
    if (id === b.IfId) {
      for (const branch of [b.If.getIfTrue(node), b.If.getIfFalse(node)]) {
        this.#isKnown = false;
        if (branch !== 0) this.list(branch);
      }
      this.#isKnown = false;
    } else if (id === b.BlockId) {
      // Something may branch to its end.
      this.#isKnown = false;
      this.list(node);
      this.#isKnown = false;
    } else if (id === b.StoreId && this.#isPosition(node, b.Store)) {
      const value = b.Store.getValue(node);
      if (b.getExpressionId(value) === b.BinaryId && this.#isSimple(value)) {
        b.Binary.setLeft(value, this.#replaced(b.Binary.getLeft(value)));
        b.Store.setValue(node, this.#tee(value));
      } else this.#isKnown = false;
    } else if (this.#isSimple(node)) {
      this.#replaced(node);
    } else {
      this.#isKnown = false;
    }
  }

  /** Whether a tree can neither call, branch nor write the position, and is evaluated from left to right. */
  #isSimple(node: Node): boolean {
    const { b } = this;
    switch (b.getExpressionId(node)) {
      case b.LocalGetId:
      case b.GlobalGetId:
      case b.ConstId:
        return true;
      case b.LocalSetId:
        return this.#isSimple(b.LocalSet.getValue(node));
      case b.LoadId:
        return this.#isSimple(b.Load.getPtr(node));
      case b.StoreId:
        return (
          !this.#isPosition(node, b.Store) &&
          this.#isSimple(b.Store.getPtr(node)) &&
          this.#isSimple(b.Store.getValue(node))
        );
      case b.BinaryId:
        return this.#isSimple(b.Binary.getLeft(node)) && this.#isSimple(b.Binary.getRight(node));
      default:
        return false;
    }
  }

  /** The tree with its reads of the position taken from the local. */
  #replaced(node: Node): Node {
    const { b } = this;
    switch (b.getExpressionId(node)) {
      case b.LoadId:
        if (this.#isPosition(node, b.Load)) {
          return this.#isKnown ? this.module.local.get(this.#local, b.i32) : this.#tee(node);
        }
        b.Load.setPtr(node, this.#replaced(b.Load.getPtr(node)));
        return node;
      case b.LocalSetId:
        b.LocalSet.setValue(node, this.#replaced(b.LocalSet.getValue(node)));
        return node;
      case b.StoreId:
        b.Store.setPtr(node, this.#replaced(b.Store.getPtr(node)));
        b.Store.setValue(node, this.#replaced(b.Store.getValue(node)));
        return node;
      case b.BinaryId:
        b.Binary.setLeft(node, this.#replaced(b.Binary.getLeft(node)));
        return node;
      default:
        return node;
    }
  }

  #tee(value: Node): Node {
    if (this.#local < 0) this.#local = this.b._BinaryenFunctionAddVar(this.ref, this.b.i32);
    this.#isKnown = true;
    return this.module.local.tee(this.#local, value, this.b.i32);
  }

  /** Whether a load or store is of the position: the first word of Asyncify's descriptor. */
  #isPosition(node: Node, kind: NodeKind): boolean {
    const { b } = this;
    const ptr = kind.getPtr(node);
    return (
      kind.getOffset(node) === 0 &&
      kind.getBytes(node) === 4 &&
      b.getExpressionId(ptr) === b.GlobalGetId &&
      b.GlobalGet.getName(ptr) === "__asyncify_data"
    );
  }
}
