/** Models in single precision: fixed and learned numbers give states of f32, near those of f64. */
import { expect, test } from "vitest";
import { cast, type FloatType, tensor } from "../../src/engine/index.js";
import {
  clohessyWiltshire,
  kuramotoSivashinsky,
  lorenz63,
  lorenz96,
  type ModelRecord,
  quasiGeostrophic,
} from "../../src/models/index.js";
import { type Block, learned, startValues } from "../../src/parts/index.js";
import { bindSystem, stateSpace } from "../../src/problem/index.js";

test.each<[string, ModelRecord, Block, Block]>([
  ["orbit", clohessyWiltshire, { meanMotion: 1.3 }, { meanMotion: learned(1.3) }],
  ["Lorenz-63", lorenz63, { rho: 28 }, { rho: learned(28) }],
  ["Lorenz-96", lorenz96, { dimension: 8, forcing: 8 }, { dimension: 8, forcing: learned(8) }],
  [
    "Kuramoto–Sivashinsky",
    kuramotoSivashinsky,
    { points: 16, length: 20 },
    { points: 16, length: 20, antidiffusion: learned(1) },
  ],
  [
    "flow on the sphere",
    quasiGeostrophic,
    { truncation: 6, deformationRadius: 4 },
    {
      truncation: 6,
      ...{ jet: learned(8), drag: learned(0.05), mountains: learned(0.2) },
      ...{ hyperdiffusion: learned(0.2), deformationRadius: learned(4) },
    },
  ],
])("%s", (_, model, fixed, free) => {
  const after = (parameters: Block, dtype: FloatType): Float64Array => {
    const system = stateSpace({
      ...{ model, parameters, noise: 1, step: 0.05, dtype },
    });
    const bound = bindSystem(system, startValues);
    const d = system.dimension;
    const state = Array.from({ length: d }, (__, i) => Math.sin(3 * i) + 0.5);
    const { map } = bound.model.step(0.05);
    const moved = map(cast(tensor(state), dtype));
    expect(moved.dtype).toBe(dtype);
    return Float64Array.from(moved.data());
  };
  const exact = after(fixed, "f64");
  for (const found of [after(fixed, "f32"), after(free, "f32"), after(free, "f64")]) {
    for (const [i, x] of found.entries()) {
      // f32 has 24 bits; a step takes some hundred operations of numbers up to 50.
      expect(Math.abs(x - exact[i]!)).toBeLessThan(2e-4 * (1 + Math.abs(exact[i]!)));
    }
  }
});
