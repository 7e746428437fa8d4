/** Hares and lynxes: four rates of a model of your own, learned by an EnKF from your own numbers. */
import { exp, mul, sub } from "kalmia/engine";
import { enkf } from "kalmia/filters";
import { defineEquations } from "kalmia/models";
import { lognormalNoise } from "kalmia/observe";
import { learnedFrom, use } from "kalmia/parts";
import { fit, stateSpace } from "kalmia/problem";

// The data: thousands of pelts, from 1900 to 1920.
const hares = [
  30, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22, 25.4, 27.1, 40.3, 57, 76.6, 52.3, 19.5, 11.2,
  7.6, 14.6, 16.2, 24.7,
];
const lynxes = [
  4, 6.1, 9.8, 35.2, 59.4, 41.7, 19, 13, 8.3, 9.1, 7.4, 8, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7,
  10.1, 8.6,
];
const times = hares.map((_, k) => 1900 + k);
const values = hares.map((hare, k) => [hare, lynxes[k]]);

// The model, in the logarithms h and l of the two, so that both stay above zero.
const model = defineEquations({
  variables: ["hares", "lynxes"],
  coordinates: "log",
  parameters: ["growth", "predation", "death", "conversion"],
  tendency: ([h, l], { growth, predation, death, conversion }) => [
    sub(growth, mul(predation, exp(l))),
    sub(mul(conversion, exp(h)), death),
  ],
});
const parameters = learnedFrom({ growth: 0.8, predation: 0.04, death: 0.8, conversion: 0.04 });
const [noise, prior] = [use(lognormalNoise, { sd: 0.2 }), { mean: [30, 4], variance: 0.1 }];
const system = stateSpace({ model, parameters, noise, prior, processNoise: 0.01, substeps: 10 });
const fitted = await fit(system, { times, values }, { method: enkf({ members: 100 }) });
console.table(fitted.parameters, ["learned", "standardError"]);
