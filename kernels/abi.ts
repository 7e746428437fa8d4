/** The binary interface: argument words in, status out. */

/** Status codes of a kernel. */
export const DONE: i32 = 0;
export const NOT_POSITIVE_DEFINITE: i32 = 1;
export const OUT_OF_RANGE: i32 = 2;
export const SINGULAR: i32 = 3;
export const NO_CONVERGENCE: i32 = 4;
export const NOT_FINITE: i32 = 5;
export const NO_INTEGER: i32 = 6;

/** Bytes of an instance's work space, where a kernel may keep little things while it runs. */
export const WORK_BYTES: i32 = 18432;
/** Bytes of an instance's records: the status, the state of a walk (walk.ts), the work space. */
export const RECORD_BYTES: i32 = 384 + WORK_BYTES;

/** Where this instance keeps its records; instances that share a memory have one place each. */
let records: usize = memory.data(RECORD_BYTES, 16);

/** Takes another place for the records. */
export function moveRecords(address: usize): void {
  records = address;
}

/** Address of the 24 bytes [code i32, batch i32, index i32, unused i32, value f64]. */
export function statusAddress(): usize {
  return records;
}

/** Address of the 360 bytes of a walk's state. */
export function walkAddress(): usize {
  return records + 24;
}

/** Address of the work space; it holds garbage when a kernel starts. */
export function workAddress(): usize {
  return records + 384;
}

/** Leaves the details of a failure and returns its code. */
export function fail(code: i32, batch: i32, index: i32, value: f64): i32 {
  store<i32>(records, code, 0);
  store<i32>(records, batch, 4);
  store<i32>(records, index, 8);
  store<i32>(records, 0, 12);
  store<f64>(records, value, 16);
  return code;
}

/** Argument word i as a number. */
export function word(args: usize, i: i32): i32 {
  return load<i32>(args + ((i as usize) << 2));
}

/** Argument word i as an address. */
export function address(args: usize, i: i32): usize {
  return load<usize>(args + ((i as usize) << 2));
}

/** Bytes of n elements. */
export function bytesOf<T>(n: i32): usize {
  return (n as usize) * sizeof<T>();
}

/** May a read run up to 64 bytes past `end` without leaving the memory? */
export function readablePast(end: usize): bool {
  return (end as u64) + 64 <= (memory.size() as u32 as u64) << 16;
}
