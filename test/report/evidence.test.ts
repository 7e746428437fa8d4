/** What a report says of methods that have a likelihood, a composite likelihood or a misfit alone. */
import { beforeAll, describe, expect, test } from "vitest";
import { renderPage } from "../../src/report/index.js";
import { runExperiment } from "../../src/run/index.js";
import type { RunOutput } from "../../src/run/output.js";
import { plainSpecification, type Specification } from "../../src/run/specification.js";
import { quiet, specificationOf } from "../run/load.js";
import { lynxHare } from "./fixture.js";

/** A short learned twin on a ring, by this method. */
const learnedTwin = (method: string) =>
  specificationOf(`
name: ring
model: { kind: lorenz96, dimension: 8, forcing: { learn: true, start: 7.5, truth: 8 } }
time: { step: 0.05, cycles: 24 }
observations: { twin: { operator: identity, variance: 1 } }
method: ${method}
learn: { epochs: 3, restarts: 2 }`);

/** Words of the page and of its pictures, without style, tags and JSON. */
const words = (html: string): string =>
  html
    .replace(/<(style|pre)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

interface Reported {
  readonly specification: Specification;
  readonly output: RunOutput;
  readonly html: string;
  readonly text: string;
}

async function reported(method: string): Promise<Reported> {
  const specification = await learnedTwin(method);
  const output = await runExperiment(specification, quiet);
  const { html } = await renderPage(specification, output);
  return { specification, output, html, text: words(html) };
}

/** A log-likelihood that is not said to be composite. */
const likelihood = /(?<!composite )log-likelihood/;

describe("a learned LETKF", () => {
  let run: Reported;
  beforeAll(async () => {
    run = await reported(
      "{ kind: letkf, members: 6, inflation: 1.05, taper: { kind: gaspari-cohn, halfWidth: 2 } }",
    );
  }, 60_000);

  test("has a composite likelihood, and the report says so throughout", () => {
    const { output, text } = run;
    expect(output.evidence).toBe("composite");
    expect(output.result.logLikelihood).toBeNull();
    expect(text).toContain("learned by climbing the gradient of a composite likelihood from two");
    expect(text).toContain("The loss is the negative composite log-likelihood of the observations");
    expect(text).toContain("negative composite log-likelihood for each value observed");
    expect(text).toMatch(
      /Two starts ended within .{1,30} of each other in composite log-likelihood\./,
    );
    expect(text).toContain(
      "The method has no likelihood of the record. It has a composite likelihood, the sum of the log-densities of the single values observed, which cannot be compared with the likelihoods of other methods.",
    );
    expect(text).not.toMatch(likelihood);
  });

  test("standard errors are those of a composite likelihood, with their caution", () => {
    const { output, text } = run;
    const { forcing } = output.result.parameters;
    expect(forcing!.standardError).toBeGreaterThan(0);
    expect(text).toContain(
      "Standard errors come from the curvature of the composite log-likelihood at its maximum. A composite likelihood takes the values observed at a time for independent, so they may be too small.",
    );
  });

  test("innovations are no independent draws, and χ² has no band of chance", () => {
    expect(run.text).toContain("innovations are draws from a standard normal distribution; those");
    expect(run.text).not.toMatch(/give or take|independent draws|expected 1 ±/);
    expect(run.text).toMatch(/is \d\.\d\d; expected is 1\./);
  });
});

describe("a learned 3DVar by its gain", () => {
  let run: Reported;
  beforeAll(async () => {
    run = await reported("{ kind: 3dvar-k, gain: { transpose: 0.6 } }");
  }, 60_000);

  test("learns by its misfit, and no likelihood is spoken of", () => {
    const { output, text } = run;
    expect(output.evidence).toBe("misfit");
    expect(output.result.logLikelihood).toBeNull();
    expect(text).toContain(
      "descending the gradient of the squared misfit of the forecasts from two",
    );
    expect(text).toContain("The loss is the squared misfit of the observations");
    expect(text).toContain("squared misfit for each value observed");
    expect(text).toMatch(/Two starts ended within .{1,30} of each other in squared misfit\./);
    expect(text).toContain(
      "The method has no likelihood of the record, because it knows no covariance of its forecasts.",
    );
    expect(text).toContain("so there is no standard deviation to divide innovations by");
    expect(text).not.toMatch(/log-likelihood/);
  });

  test("a squared misfit is shown as it is, above zero", () => {
    const { output, text } = run;
    const { logLikelihood } = output.learning!.restarts[0]!;
    expect(logLikelihood).toBeLessThan(0);
    expect(text).toContain(` ${(-logLikelihood).toFixed(2)} `);
    expect(text).not.toContain(`−${(-logLikelihood).toFixed(2)}`);
  });

  test("its curvature gives no standard errors", () => {
    const { output, text } = run;
    expect(output.result.parameters.forcing).toMatchObject({ standardError: null, interval: null });
    expect(text).toContain(
      "No standard errors: the method has no likelihood, and the curvature of its squared misfit does not say how well a value is determined.",
    );
  });
});

test("a learned EnKF has a log-likelihood, its standard errors and its band of chance", async () => {
  const { output, text } = await reported("{ kind: enkf, members: 12, covarianceInflation: 0.1 }");
  expect(output.evidence).toBe("likelihood");
  expect(text).toContain("climbing the gradient of the forecast log-likelihood");
  expect(text).toContain(`The log-likelihood ended at ${minus(output.result.logLikelihood!)}`);
  expect(text).toContain("negative log-likelihood for each value observed");
  expect(text).toMatch(/each other in log-likelihood/);
  expect(text).toMatch(/expected is 1, give or take \d/);
  expect(text).not.toMatch(/composite|misfit/);
});

const minus = (x: number): string => x.toFixed(2).replace("-", "−");

test.each(["composite", "misfit"] as const)(
  "without learning a %s is no log-likelihood either",
  async (evidence) => {
    const { specification, output } = lynxHare();
    const result = { ...output.result, logLikelihood: null, parameters: {} };
    const { html } = await renderPage(
      { ...specification, learn: null },
      { ...output, result, evidence, learning: null },
    );
    expect(words(html)).toContain("times observed");
    expect(words(html)).not.toMatch(likelihood);
  },
);

test("the experiment on the page is plain data: what each part is given, and nothing of its record", async () => {
  const { specification, output } = lynxHare();
  const { html } = await renderPage(specification, output);
  const [, shown] = /<pre>([\s\S]*?)<\/pre>/.exec(html)!;
  const text = shown!.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(plainSpecification(specification))));
  expect(JSON.parse(text).method).toEqual({
    kind: "enkf",
    members: 100,
    covarianceInflation: { learn: true, start: 0.1 },
  });
});
