/** Files of parts of one's own, and folders with an experiment that names them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../cli/fixture.js";

/** A model x′ = rate · x of one variable, in TypeScript. */
export const decay = `import { mul, type Tensor } from "kalmia/engine";
import { defineModel } from "kalmia/models";
import { positiveNumber } from "kalmia/parts";

export default defineModel({
  kind: "decay",
  title: "a quantity that decays",
  parameters: {
    rate: positiveNumber({ default: 0.5, unit: "1/step", about: "what is left after a step" }),
  },
  build: ({ rate }) => ({
    name: "decay",
    dimension: 1,
    time: "discrete",
    support: "real",
    step: () => ({
      map: (x: Tensor): Tensor => mul(rate, x),
      noise: null,
    }),
  }),
  phrase: () => "decay",
  formula: () => ["{x}_{t} = rate · {x}_{t−1}"],
});
`;

export const operator = `import { mul, square, sum, expandDims, type Tensor } from "kalmia/engine";
import { defineOperator } from "kalmia/observe";
import { setting } from "kalmia/parts";

export default defineOperator({
  kind: "energy",
  title: "the energy of the state",
  parameters: { scale: setting({ bounds: { above: 0 }, default: 0.5, about: "factor on the sum of squares" }) },
  build: ({ scale }) => ({
    kind: "operator",
    operator: {
      name: "energy",
      size: 1,
      linear: false,
      components: null,
      apply: (x: Tensor): Tensor => expandDims(mul(scale, sum(square(x), -1)), -1),
      matrix: () => null,
    },
    names: ["energy"],
  }),
});
`;

export const noise = `import { defineNoise } from "kalmia/observe";
import { spread } from "kalmia/parts";
import { mul } from "kalmia/engine";

export default defineNoise({
  kind: "by-sd",
  title: "normal errors by their standard deviation",
  parameters: { sd: spread({ about: "standard deviation of the error" }) },
  transform: "identity",
  variance: ({ sd }) => (typeof sd === "number" ? sd * sd : mul(sd, sd)),
  formula: "observed: value + N(0, sd²)",
});
`;

export const method = `import { defineMethod, etkf } from "kalmia/filters";
import { count } from "kalmia/parts";

export default defineMethod({
  title: "the ETKF without inflation",
  parameters: { members: count(2, { about: "number of members" }) },
  needs: () => ({}),
  build: ({ members }) => etkf({ members }),
  phrase: () => "an ensemble transform Kalman filter",
  remedy: "More members may help.",
});
`;

export const twin = {
  name: "own",
  model: { file: "decay.ts" } as object,
  time: { step: 1, cycles: 5 },
  observations: { twin: { variance: 1 } } as object,
  method: { kind: "enkf", members: 5, initial: { mean: [1], variance: 1 } } as object,
};

/** A folder with an experiment and these files. */
export function folderWith(experiment: object, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "own.yaml"), JSON.stringify(experiment, null, 1));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
