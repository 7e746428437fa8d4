import { writeSync } from "node:fs";
import { Writable } from "node:stream";
import { isatty } from "node:tty";
import { codeOf } from "../io/files.js";
import type { Output } from "./host.js";

/** The code of an output that nobody reads any more, such as that of `kalmia schema | head`. */
const closed = "EPIPE";

/** Milliseconds between two attempts to write into a pipe that is full. */
const attemptsApart = 5;

/**
 * An output that writes at once, and also while the thread computes. An output that is closed or full never
 * ends a command: from the first error on nothing is written, and `fault` is that error; null for none, or
 * for an output that nobody reads any more.
 */
export function descriptorOutput(descriptor: 1 | 2, columns?: number): Output {
  let error: unknown = null;
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      try {
        if (error === null) writeAll(descriptor, chunk);
      } catch (found) {
        error = found;
      }
      done();
    },
  });
  const fault = () => (codeOf(error) === closed ? null : error);
  return Object.assign(stream, { isTTY: isatty(descriptor), fault, ...(columns && { columns }) });
}

/** Writes bytes; waits while the reader of a pipe is slow. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let from = 0; from < bytes.length; ) {
    try {
      from += writeSync(descriptor, bytes, from);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, attemptsApart);
    }
  }
}
