import type { Problem } from '../../../../shared/problem.ts';

/**
 * Reads the plain data of a pickle: numbers, texts, lists, maps and the values in `globals`. In Python a pickle can
 * call any function of any module; here a name that is not in `globals` ends the reading.
 */
export interface PickleRules {
  /** By full name, such as 'collections.OrderedDict'. Functions can be called by the pickle; others are only named. */
  readonly globals: ReadonlyMap<string, unknown>;
  /** The value of a persistent id; undefined if there is none. */
  persistent(id: unknown): unknown;
  /** Thrown for a name that is not in `globals`. */
  refused(name: string): Problem;
  /** Thrown for anything else that such files do not contain. */
  damaged(detail: string): Problem;
}

/** A function that a pickle may call. Returns undefined for arguments that it does not take. */
export type PickleFunction = (args: readonly unknown[]) => unknown;

/**
 * The largest published EfficientNet has 2,000 tensors of about 20 steps; each step takes at most 200 bytes of memory.
 */
const MOST_STEPS = 500_000;
const NEWEST_PROTOCOL = 5;
/** Characters of a refused name that are shown. */
const LONGEST_NAME = 100;

/** Tuples and lists are both arrays. */
interface Machine {
  readonly bytes: Buffer;
  readonly rules: PickleRules;
  readonly memo: Map<number, unknown>;
  readonly stack: unknown[];
  /** Height of the stack at each open mark. */
  readonly marks: number[];
  at: number;
}

/** `end` is the position after the pickle, which may be followed by others. */
export function readPickle(bytes: Buffer, start: number, rules: PickleRules): { value: unknown; end: number } {
  const machine: Machine = { bytes, rules, memo: new Map(), stack: [], marks: [], at: start };
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const code = take(machine, 1)[0]!;
    if (code === STOP) return { value: pop(machine), end: machine.at };
    const step = instructions[code];
    if (step === undefined) throw rules.damaged(`pickle opcode 0x${code.toString(16)} at byte ${machine.at - 1}`);
    step(machine);
  }
  throw rules.damaged(`a pickle of more than ${MOST_STEPS} steps`);
}

function take(machine: Machine, count: number): Buffer {
  if (count > machine.bytes.length - machine.at) throw machine.rules.damaged('the file ends inside a pickle');
  machine.at += count;
  return machine.bytes.subarray(machine.at - count, machine.at);
}

const byte = (machine: Machine): number => take(machine, 1)[0]!;
const uint16 = (machine: Machine): number => take(machine, 2).readUInt16LE();
const uint32 = (machine: Machine): number => take(machine, 4).readUInt32LE();
const uint64 = (machine: Machine): number => Number(take(machine, 8).readBigUInt64LE());

function line(machine: Machine): string {
  const end = machine.bytes.indexOf(0x0a, machine.at);
  if (end < 0) throw machine.rules.damaged('the file ends inside a pickle');
  const text = take(machine, end - machine.at).toString('utf8');
  machine.at++;
  return text;
}

function pop({ stack, marks, rules }: Machine): unknown {
  if (stack.length <= (marks.at(-1) ?? 0)) throw rules.damaged('a pickle takes more values than it has');
  return stack.pop();
}

/** The values after the last mark, which is removed with them. */
function popMark({ stack, marks, rules }: Machine): unknown[] {
  const mark = marks.pop();
  if (mark === undefined) throw rules.damaged('a pickle has no mark');
  return stack.splice(mark);
}

/** The value that a step changes, which stays on the stack. */
function top(machine: Machine): unknown {
  const value = pop(machine);
  machine.stack.push(value);
  return value;
}

function remember(machine: Machine, key: number): void {
  machine.memo.set(key, top(machine));
}

function recall({ memo, stack, rules }: Machine, key: number): void {
  if (!memo.has(key)) throw rules.damaged(`a pickle has nothing under ${key}`);
  stack.push(memo.get(key));
}

function named({ stack, rules }: Machine, module: unknown, name: unknown): void {
  if (typeof module !== 'string' || typeof name !== 'string')
    throw rules.damaged('a pickle has a name that is not text');
  const full = `${module}.${name}`;
  if (!rules.globals.has(full)) throw rules.refused(full.slice(0, LONGEST_NAME));
  stack.push(rules.globals.get(full));
}

function append(machine: Machine, values: readonly unknown[]): void {
  const list = top(machine);
  if (!Array.isArray(list)) throw machine.rules.damaged('a pickle appends to something that is not a list');
  for (const value of values) list.push(value);
}

function setItems(machine: Machine, values: readonly unknown[]): void {
  const map = top(machine);
  if (!(map instanceof Map) || values.length % 2 !== 0)
    throw machine.rules.damaged('a pickle sets items of something that is not a dictionary');
  for (let i = 0; i < values.length; i += 2) map.set(values[i], values[i + 1]);
}

function call(machine: Machine): void {
  const args = pop(machine);
  const called = pop(machine);
  if (typeof called !== 'function' || !Array.isArray(args))
    throw machine.rules.damaged('a pickle calls something that is not a function');
  const made = (called as PickleFunction)(args);
  if (made === undefined) throw machine.rules.damaged('a pickle builds a tensor from something else than its storage');
  machine.stack.push(made);
}

function refer(machine: Machine): void {
  const value = machine.rules.persistent(pop(machine));
  if (value === undefined) throw machine.rules.damaged('a pickle refers to something that is not a storage');
  machine.stack.push(value);
}

/** PyTorch adds an attribute with its layers' versions to the dictionary of weights. Nothing else has attributes. */
function setAttributes(machine: Machine): void {
  pop(machine);
  if (!(top(machine) instanceof Map)) throw machine.rules.damaged('a pickle sets attributes of a value that has none');
}

/** A signed little-endian integer of any length; a bigint where a number would not be exact. */
function integer(bytes: Buffer): number | bigint {
  if (bytes.length === 0) return 0;
  const hex = Buffer.from(bytes).reverse().toString('hex');
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const push =
  (read: (machine: Machine) => unknown) =>
  (machine: Machine): void => {
    machine.stack.push(read(machine));
  };
const text = (encoding: 'utf8' | 'latin1', length: (machine: Machine) => number): ((machine: Machine) => void) =>
  push((machine) => take(machine, length(machine)).toString(encoding));
const tuple = (length: number): ((machine: Machine) => void) =>
  push((machine) => Array.from({ length }, () => pop(machine)).reverse());

const STOP = 0x2e;

/**
 * The steps that PyTorch's files have, by their code (Lib/pickletools.py). Those that create objects of other kinds are
 * left out.
 */
const instructions: Readonly<Partial<Record<number, (machine: Machine) => void>>> = {
  0x80: (machine) => {
    const protocol = byte(machine);
    if (protocol > NEWEST_PROTOCOL) throw machine.rules.damaged(`pickle protocol ${protocol}`);
  },
  // FRAME, which groups steps for reading ahead
  0x95: (machine) => void take(machine, 8),
  0x28: ({ marks, stack }) => void marks.push(stack.length), // MARK

  0x63: (machine) => named(machine, line(machine), line(machine)), // GLOBAL
  0x93: (machine) => {
    // STACK_GLOBAL
    const name = pop(machine);
    named(machine, pop(machine), name);
  },
  0x52: call, // REDUCE
  0x62: setAttributes, // BUILD
  0x51: refer, // BINPERSID

  0x4e: push(() => null), // NONE
  0x88: push(() => true), // NEWTRUE
  0x89: push(() => false), // NEWFALSE
  0x4a: push((machine) => take(machine, 4).readInt32LE()), // BININT
  0x4b: push(byte), // BININT1
  0x4d: push(uint16), // BININT2
  0x8a: push((machine) => integer(take(machine, byte(machine)))), // LONG1
  0x47: push((machine) => take(machine, 8).readDoubleBE()), // BINFLOAT
  0x58: text('utf8', uint32), // BINUNICODE
  0x8c: text('utf8', byte), // SHORT_BINUNICODE
  0x8d: text('utf8', uint64), // BINUNICODE8
  // Texts of Python 2
  0x54: text('latin1', uint32), // BINSTRING
  0x55: text('latin1', byte), // SHORT_BINSTRING

  0x29: push(() => []), // EMPTY_TUPLE
  0x85: tuple(1),
  0x86: tuple(2),
  0x87: tuple(3),
  0x74: push(popMark), // TUPLE
  0x5d: push(() => []), // EMPTY_LIST
  0x61: (machine) => {
    // APPEND
    const value = pop(machine);
    append(machine, [value]);
  },
  0x65: (machine) => append(machine, popMark(machine)), // APPENDS
  0x7d: push(() => new Map()), // EMPTY_DICT
  0x73: (machine) => {
    // SETITEM
    const value = pop(machine);
    const key = pop(machine);
    setItems(machine, [key, value]);
  },
  0x75: (machine) => setItems(machine, popMark(machine)), // SETITEMS

  0x71: (machine) => remember(machine, byte(machine)), // BINPUT
  0x72: (machine) => remember(machine, uint32(machine)), // LONG_BINPUT
  0x94: (machine) => remember(machine, machine.memo.size), // MEMOIZE
  0x68: (machine) => recall(machine, byte(machine)), // BINGET
  0x6a: (machine) => recall(machine, uint32(machine)), // LONG_BINGET
};
