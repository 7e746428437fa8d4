/** Eigenvalues, square roots, Lyapunov equations and exponentials of the twin. */
import { type Call, type FloatType, type Kernel, type Numbers, status } from "./call.js";
import { identity, jacobi, type Matrix, matrix, plus, scaled, times, transpose } from "./matrix.js";

const read = (x: Numbers, t: number, n: number): Matrix =>
  matrix(n, n, (i, j) => x[(t * n + i) * n + j]!);

/** As `read`, both triangles from the lower one. */
const readLower = (x: Numbers, t: number, n: number): Matrix =>
  matrix(n, n, (i, j) => x[(t * n + Math.max(i, j)) * n + Math.min(i, j)]!);

const isFinite = (a: Matrix): boolean => a.every((row) => row.every(Number.isFinite));

function write(out: Numbers, at: number, a: Matrix): void {
  for (const [i, x] of a.flat().entries()) out[at + i] = x;
}

/** The same with the component of largest magnitude of each column positive. */
function withSigns(v: Matrix): Matrix {
  const signs = transpose(v).map((column) => {
    const largest = column.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    return largest < 0 ? -1 : 1;
  });
  return v.map((row) => row.map((x, j) => signs[j]! * x));
}

const eigh =
  (dtype: FloatType): Kernel =>
  (call) => {
    const [batch, n] = call.words(2, 2) as [number, number];
    for (let t = 0; t < batch; t++) {
      const a = readLower(call.array(1, dtype), t, n);
      if (!isFinite(a)) return call.fail(status.noConvergence, t, 0, 0);
      const { values, vectors } = jacobi(a);
      write(call.array(0, dtype), t * (n + 1) * n, [values, ...withSigns(vectors)]);
    }
    return 0;
  };

const sqrtm =
  (dtype: FloatType): Kernel =>
  (call) => {
    const [batch, n] = call.words(2, 2) as [number, number];
    const eps = dtype === "f64" ? Number.EPSILON : 2 ** -23;
    for (let t = 0; t < batch; t++) {
      const a = readLower(call.array(1, dtype), t, n);
      if (!isFinite(a)) return call.fail(status.noConvergence, t, 0, 0);
      const { values, vectors: V } = jacobi(a);
      const largest = Math.max(...values.map(Math.abs));
      if (values[0]! < -n * eps * largest) {
        return call.fail(status.notPositiveDefinite, t, 0, values[0]!);
      }
      const roots = V.map((row) => row.map((x, j) => x * Math.sqrt(Math.max(values[j]!, 0))));
      write(call.array(0, dtype), t * n * n, times(roots, transpose(V)));
    }
    return 0;
  };

const lyapunov =
  (dtype: FloatType): Kernel =>
  (call) => {
    const [batch, n] = call.words(3, 2) as [number, number];
    for (let t = 0; t < batch; t++) {
      const s = readLower(call.array(1, dtype), t, n);
      if (!isFinite(s)) return call.fail(status.noConvergence, t, 0, 0);
      const { values, vectors: V } = jacobi(s);
      if (values[0]! <= 0) return call.fail(status.notPositiveDefinite, t, 0, values[0]!);
      const E = read(call.array(2, dtype), t, n);
      const inner = times(transpose(V), times(E, V));
      const F = inner.map((row, i) => row.map((x, j) => x / (values[i]! + values[j]!)));
      write(call.array(0, dtype), t * n * n, times(V, times(F, transpose(V))));
    }
    return 0;
  };

/** By the Taylor series of a/2ˢ, where the norm is below ½, squared s times. */
function exponential(a: Matrix): Matrix {
  const norm = Math.max(0, ...a.map((row) => row.reduce((sum, x) => sum + Math.abs(x), 0)));
  const s = norm > 0.5 ? Math.ceil(Math.log2(norm / 0.5)) : 0;
  const small = scaled(2 ** -s, a);
  let term = identity(a.length);
  let result = term;
  for (let k = 1; k <= 20; k++) {
    term = scaled(1 / k, times(term, small));
    result = plus(result, term);
  }
  for (let i = 0; i < s; i++) result = times(result, result);
  return result;
}

const expm =
  (dtype: FloatType): Kernel =>
  (call: Call) => {
    const [batch, n] = call.words(2, 2) as [number, number];
    for (let t = 0; t < batch; t++) {
      const a = read(call.array(1, dtype), t, n);
      if (!isFinite(a)) return call.fail(status.singular, t, 0, Number.NaN);
      write(call.array(0, dtype), t * n * n, exponential(a));
    }
    return 0;
  };

export const symmetric = (dtype: FloatType): Record<string, Kernel> => ({
  eigh: eigh(dtype),
  sqrtm: sqrtm(dtype),
  lyapunov: lyapunov(dtype),
  expm: expm(dtype),
});
