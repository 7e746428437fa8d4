/**
 * @jax-js/jax on its WebAssembly backend, as a contender where it can run.
 *
 * It is loaded when first asked for. On Node 20 it needs two globals that later versions have; the
 * second is a stub, good for everything but 16-bit numbers. A jitted function is called and its
 * result waited for: the library has no way to hold several operations in one call unfused.
 */

import { positiveDefinite } from "./factor.js";
import type { Entry } from "./figure.js";
import type { Peer, PeerOperation } from "./group.js";
import type { Contender } from "./measure.js";

type Jax = typeof import("@jax-js/jax");
type JaxArray = InstanceType<Jax["Array"]>;

/** The library, or the reason why it is not there. */
export async function loadJax(): Promise<Peer | string> {
  const host = globalThis as { navigator?: unknown; Float16Array?: unknown };
  host.navigator ??= { hardwareConcurrency: 2 };
  host.Float16Array ??= class Float16Array extends Uint16Array {};
  try {
    const jax = await import("@jax-js/jax");
    await jax.init("wasm");
    jax.defaultDevice("wasm");
    return peerOf(jax);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === "ERR_MODULE_NOT_FOUND" ? "not installed" : firstLine(message);
  }
}

const firstLine = (text: string): string => text.split("\n")[0]!;

function peerOf({ numpy: np, lax, jit }: Jax): Peer {
  const typed = { f64: Float64Array, f32: Float32Array };
  const arrayOf = (dtype: Entry["dtype"], values: ArrayLike<number>, shape: number[]): JaxArray =>
    np.array(typed[dtype].from(values)).reshape(shape);
  const noise = (size: number) => Float64Array.from({ length: size }, () => Math.random() - 0.5);
  return {
    matmul: attempt((dtype, m, k, n) =>
      calling(
        jit((a: JaxArray, b: JaxArray) => np.matmul(a, b)),
        [arrayOf(dtype, noise(m * k), [m, k]), arrayOf(dtype, noise(k * n), [k, n])],
      ),
    ),
    cholesky: attempt((dtype, batch, d) => {
      const A = arrayOf(dtype, positiveDefinite(batch, d), [batch, d, d]);
      return calling(
        jit((a: JaxArray) => lax.linalg.cholesky(a)),
        [A],
      );
    }),
    // Its jit refuses this one ("input is not imm"), so it is called as it is.
    triangularSolve: attempt((dtype, batch, d) => {
      const L = lax.linalg.cholesky(arrayOf(dtype, positiveDefinite(batch, d), [batch, d, d]));
      const B = arrayOf(dtype, noise(batch * d * d), [batch, d, d]);
      const solve = (a: JaxArray, b: JaxArray) =>
        lax.linalg.triangularSolve(a, b, { leftSide: true, lower: true });
      return calling(solve, [L, B]);
    }),
    chain: attempt((dtype, size, length) => {
      const chain = (x: JaxArray, a: JaxArray, b: JaxArray) => {
        let y = x;
        for (let i = 0; i < length / 2; i++) y = y.add(b.ref).mul(a.ref);
        a.dispose();
        b.dispose();
        return y;
      };
      const operands = [0.5, 0.75, 0.25].map((value) =>
        arrayOf(dtype, new Array<number>(size).fill(value), [size]),
      );
      return calling(jit(chain), operands, length);
    }),
    eager: attempt((dtype, size) => {
      const operands = [0.5, 0.25].map((value) =>
        arrayOf(dtype, new Array<number>(size).fill(value), [size]),
      );
      return calling((x: JaxArray, b: JaxArray) => x.add(b), operands);
    }),
  };
}

/** Calls with arguments that stay alive, and waits for the result. */
function calling<A extends JaxArray[]>(
  f: (...args: A) => JaxArray,
  args: readonly JaxArray[],
  operations = 1,
): Contender {
  return {
    run: async () => {
      const result = f(...(args.map((x) => x.ref) as A));
      await result.blockUntilReady();
      result.dispose();
    },
    operations,
    end: () => {
      for (const x of args) x.dispose();
    },
  };
}

/** The contender after a first run that went well; what the library said if it did not. */
const attempt =
  <A extends unknown[]>(make: (dtype: Entry["dtype"], ...args: A) => Contender): PeerOperation<A> =>
  async (dtype, ...args) => {
    try {
      const contender = make(dtype, ...args);
      await contender.run();
      return contender;
    } catch (error) {
      return firstLine((error as Error).message);
    }
  };
