import { expect, test } from "vitest";
import { experimentJsonSchema } from "../../src/io/json-schema.js";
import { methodKinds } from "../../src/io/schema/kinds.js";
import { kalmia } from "./fixture.js";

const cwd = "/";

test("no command, an unknown one, an unknown option, a bad choice: exit code 2", async () => {
  const tries = [[], ["rnu"], ["run"], ["run", "a", "b"], ["list", "filters"], ["schema", "--x"]];
  const told = await Promise.all(tries.map((argv) => kalmia(argv, cwd)));
  expect(told.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(told.map(({ stdout }) => stdout).join("")).toBe("");
  expect(told[1].stderr).toContain("Did you mean run?");
});

test.each([[[]], [["run"]], [["advise"]], [["list"]], [["schema"]]])(
  "--help on %j",
  async (command) => {
    const { code, stdout, stderr } = await kalmia([...command, "--help"], cwd);
    expect(code).toBe(0);
    expect(stdout).toContain("Usage: kalmia");
    expect(stderr).toBe("");
  },
);

test("--version", async () => {
  expect((await kalmia(["--version"], cwd)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("schema prints the JSON Schema", async () => {
  const { code, stdout } = await kalmia(["schema"], cwd);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(experimentJsonSchema());
});

test("list shows what there is, with keys and defaults", async () => {
  const { stdout } = await kalmia(["list"], cwd);
  expect(stdout).toMatchInlineSnapshot(`
    "models
      linear: any linear map
        transition    square matrix A of x(t) = A x(t−1), one application a step (required)
        processNoise  normal noise after each model step

      lotka-volterra: species that eat, grow and compete: either preyGrowth, predation, predatorDeath and conversion, or growth and interactions, or blocks and steadyState
        preyGrowth     two species: growth rate of the prey
        predation      two species: loss of prey to each predator
        predatorDeath  two species: death rate of the predators
        conversion     two species: growth of predators by each prey
        growth         n species: growth rate of each
        interactions   n species: matrix of the effect of species j (column) on the growth of i (row)
        blocks         n species in k groups: the k(k + 1)/2 effects of groups on groups, row by row
        steadyState    beside blocks: the abundances that stay as they are, one for each species
        coordinates    the state: abundances, or their logarithms (default "log")
        processNoise   normal noise after each model step

      clohessy-wiltshire: motion relative to a circular orbit: three positions, three velocities
        meanMotion    mean motion of the circular orbit, radians a time unit (required)
        processNoise  normal noise after each model step

      lorenz63: Lorenz-63: chaotic, three variables x, y, z
        sigma         Prandtl number (default 10)
        rho           heating, in units of that at which convection begins (default 28)
        beta          of the shape of the cells; default 8/3
        processNoise  normal noise after each model step

      lorenz96: Lorenz-96: chaotic, variables on a ring
        dimension     number of variables on the ring (required)
        forcing       what feeds each variable; chaotic at 8 (required)
        imperfect     the filter's model is a polynomial of 18 coefficients near to the system
        correction    a network added to the filter's model; the truth of a twin has none
        processNoise  normal noise after each model step

      lorenz96-two-scale: two-scale Lorenz-96: slow variables on a ring, then the fast ones above them
        slow          number of slow variables, on a ring (required)
        fastPerSlow   number of fast variables above each slow one (required)
        forcing       what feeds each slow variable; chaotic from 8 on (required)
        coupling      of slow and fast variables; 0: none (default 1)
        timeScale     how much faster the fast variables are (default 10)
        amplitude     how much smaller the fast variables are (default 10)
        processNoise  normal noise after each model step

      kuramoto-sivashinsky: Kuramoto–Sivashinsky: a chaotic field u on points of a ring
        points          number of points, even (default 128)
        length          of the ring; default 32π
        antidiffusion   coefficient of u_xx, which feeds long waves (default 1)
        hyperviscosity  coefficient of u_xxxx, which damps short waves (default 1)
        processNoise    normal noise after each model step

    methods
      climatology: mean and covariance of a long run of the model, whatever is observed: a yardstick
        initial       Gaussian before the first observation; a twin may leave it out
        processNoise  normal noise after each model step

      optimal-interpolation: each observation with the climatology before it, and nothing carried on: a yardstick
        initial       Gaussian before the first observation; a twin may leave it out
        processNoise  normal noise after each model step

      kalman: the exact Kalman filter; linear models, normal noise
        initial       Gaussian before the first observation; a twin may leave it out
        processNoise  normal noise after each model step

      rts: the Kalman filter and the Rauch–Tung–Striebel smoother; linear models, normal noise
        initial       Gaussian before the first observation; a twin may leave it out
        processNoise  normal noise after each model step

      extended-kalman: the Kalman filter of the model's tangent; any model of few variables
        inflation     λ: the covariance grows by λ² after the analysis
        initial       Gaussian before the first observation; a twin may leave it out
        processNoise  normal noise after each model step

      3dvar: 3DVar, one state with a static covariance; any model
        background    static covariance C: { identity }, { climatology } or { matrix }, learned or not (required)
        iterations    steps of Gauss and Newton; more than one for observations that are not linear (default 1)
        initial       Gaussian before the first observation; a twin may leave it out
        processNoise  normal noise after each model step

      3dvar-c: 3DVar, one state with a static covariance that may be learned; any model
        background    static covariance C: { identity }, { climatology } or { matrix }, learned or not (required)
        initial       Gaussian before the first observation; a twin may leave it out
        processNoise  normal noise after each model step

      3dvar-k: 3DVar by its gain, which may be learned; the same variables observed at every time, no gaps
        gain          gain K: { transpose } or { matrix }, learned or not (required)
        initial       Gaussian before the first observation; a twin may leave it out
        processNoise  normal noise after each model step

      4dvar: 4DVar over windows of \`lag\` cycles, with a static covariance; any model
        background    static covariance C: { identity }, { climatology } or { matrix }, learned or not (required)
        lag           how many cycles an observation reaches back (default 1)
        iterations    tangents that are taken (outer iterations) (default 3)
        innerSteps    steps of conjugate gradients; without it a direct solution, up to 100 variables
        observations  which observations of its window it assimilates, each in the end once (default "newest")
        initial       Gaussian before the first observation; a twin may leave it out
        processNoise  normal noise after each model step

      enkf: ensemble Kalman filter with perturbed observations; any model
        members               number of ensemble members (required)
        covarianceInflation   φ of (1 + φ) × forecast covariance, from 0 to below 1 (default 0)
        inflation             λ, a factor on the anomalies after the analysis
        relaxation            a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }
        additiveInflation     variance of the noise that each member gets after the analysis
        rotate                true: members are rotated at random, mean and covariance kept
        taper                 damps covariances with distance; models on a ring (lorenz96)
        centredPerturbations  whether perturbations of the observations have mean 0 over the members (default: true where there is an inflation)
        initial               Gaussian before the first observation; a twin may leave it out
        processNoise          normal noise after each model step

      denkf: deterministic EnKF: half the gain for the anomalies; any model
        members              number of ensemble members (required)
        covarianceInflation  φ of (1 + φ) × forecast covariance, from 0 to below 1 (default 0)
        inflation            λ, a factor on the anomalies after the analysis
        relaxation           a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }
        additiveInflation    variance of the noise that each member gets after the analysis
        rotate               true: members are rotated at random, mean and covariance kept
        taper                damps covariances with distance; models on a ring (lorenz96)
        initial              Gaussian before the first observation; a twin may leave it out
        processNoise         normal noise after each model step

      etkf: ensemble transform Kalman filter, symmetric square root; any model
        members              number of ensemble members (required)
        covarianceInflation  φ of (1 + φ) × forecast covariance, from 0 to below 1 (default 0)
        inflation            λ, a factor on the anomalies after the analysis
        relaxation           a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }
        additiveInflation    variance of the noise that each member gets after the analysis
        rotate               true: members are rotated at random, mean and covariance kept
        initial              Gaussian before the first observation; a twin may leave it out
        processNoise         normal noise after each model step

      eakf: serial ensemble adjustment Kalman filter, one observation after the other; any model
        members              number of ensemble members (required)
        covarianceInflation  φ of (1 + φ) × forecast covariance, from 0 to below 1 (default 0)
        inflation            λ, a factor on the anomalies after the analysis
        relaxation           a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }
        additiveInflation    variance of the noise that each member gets after the analysis
        rotate               true: members are rotated at random, mean and covariance kept
        taper                damps covariances with distance; models on a ring (lorenz96)
        initial              Gaussian before the first observation; a twin may leave it out
        processNoise         normal noise after each model step

      letkf: local ensemble transform Kalman filter, linear in the number of variables; models with places
        members              number of ensemble members (required)
        covarianceInflation  φ of (1 + φ) × forecast covariance, from 0 to below 1 (default 0)
        inflation            λ, a factor on the anomalies after the analysis
        relaxation           a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }
        additiveInflation    variance of the noise that each member gets after the analysis
        rotate               true: members are rotated at random, mean and covariance kept
        taper                observations count less with distance, to nothing from twice the half-width on (1.82 × DAPPER's loc_rad) (required)
        block                how many variables side by side share an analysis (default 1)
        initial              Gaussian before the first observation; a twin may leave it out
        processNoise         normal noise after each model step

      enkf-n: finite-size EnKF, which finds its own inflation; any model
        members              number of ensemble members (required)
        covarianceInflation  φ of (1 + φ) × forecast covariance, from 0 to below 1 (default 0)
        inflation            λ, a factor on the anomalies after the analysis
        relaxation           a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }
        additiveInflation    variance of the noise that each member gets after the analysis
        rotate               true: members are rotated at random, mean and covariance kept
        xN                   certainty of the forecast covariance; 1 agnostic, 2 surer (default 1)
        form                 minimised over the scale of the covariance, or over the weights (default "dual")
        initial              Gaussian before the first observation; a twin may leave it out
        processNoise         normal noise after each model step

      ens3dvar: ensemble 3DVar: members' covariance mixed with a static one; any model
        members               number of ensemble members (required)
        covarianceInflation   φ of (1 + φ) × forecast covariance, from 0 to below 1 (default 0)
        inflation             λ, a factor on the anomalies after the analysis
        relaxation            a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }
        additiveInflation     variance of the noise that each member gets after the analysis
        rotate                true: members are rotated at random, mean and covariance kept
        taper                 damps covariances with distance; models on a ring (lorenz96)
        centredPerturbations  whether perturbations of the observations have mean 0 over the members (default: true where there is an inflation)
        background            static covariance C: { identity }, { climatology } or { matrix }, learned or not (required)
        mixing                share of the members' covariance, from 0 to 1; the rest is the background's (default 0.5)
        initial               Gaussian before the first observation; a twin may leave it out
        processNoise          normal noise after each model step

      en4dvar: 4DVar whose covariance is mixed with that of members; any model
        members            number of ensemble members (required)
        background         static covariance C: { identity }, { climatology } or { matrix }, learned or not (required)
        lag                how many cycles an observation reaches back (default 1)
        iterations         tangents that are taken (outer iterations) (default 3)
        innerSteps         steps of conjugate gradients; without it a direct solution, up to 100 variables
        mixing             share of the members' covariance, from 0 to 1; the rest is the background's (default 0.5)
        inflation          λ, a factor on the anomalies after the analysis
        relaxation         a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }
        additiveInflation  variance of the noise that each member gets after the analysis
        rotate             true: members are rotated at random, mean and covariance kept
        initial            Gaussian before the first observation; a twin may leave it out
        processNoise       normal noise after each model step

      enks: ensemble Kalman smoother of fixed lag; any model
        members            number of ensemble members (required)
        lag                how many cycles an observation reaches back (default 10)
        analysis           which filter's analysis it is that reaches back (default "etkf")
        inflation          λ, a factor on the anomalies after the analysis
        relaxation         a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }
        additiveInflation  variance of the noise that each member gets after the analysis
        rotate             true: members are rotated at random, mean and covariance kept
        initial            Gaussian before the first observation; a twin may leave it out
        processNoise       normal noise after each model step

      ienks: iterative ensemble Kalman smoother (lag 1: IEnKF), for long intervals; any model
        members            number of ensemble members (required)
        lag                how many cycles an observation reaches back (default 1)
        iterations         steps of Gauss and Newton for each observation (default 10)
        xN                 the finite size of the ensemble counts, as in enkf-n
        bundle             slopes by members drawn in by this factor (1e-4); without it by regression
        shares             shares of the newest observation, the one before, …: multiple data assimilation
        inflation          λ, a factor on the anomalies after the analysis
        relaxation         a share, from 0 to 1, of the way back: { spread: 0.5 } or { perturbations: 0.5 }
        additiveInflation  variance of the noise that each member gets after the analysis
        rotate             true: members are rotated at random, mean and covariance kept
        initial            Gaussian before the first observation; a twin may leave it out
        processNoise       normal noise after each model step

      particle: bootstrap particle filter; any model of few variables
        members         number of particles (required)
        resampleBelow   particles are drawn anew where fewer than this share of them count (default 0.5)
        regularisation  width of the kernel about drawn particles; needed where the model has no noise (default 0)
        initial         Gaussian before the first observation; a twin may leave it out
        processNoise    normal noise after each model step

      optimal-particle: particle filter whose particles move towards the observation; linear observations
        members                 number of particles (required)
        resampleBelow           particles are drawn anew where fewer than this share of them count (default 0.5)
        regularisation          width of the kernel about drawn particles; needed where the model has no noise (default 0)
        proposalRegularisation  width of the kernel that counts as model noise in the proposal
        initial                 Gaussian before the first observation; a twin may leave it out
        processNoise            normal noise after each model step

    reproductions
    "
  `);
});

test("list --json", async () => {
  const { stdout } = await kalmia(["list", "methods", "--json"], cwd);
  const lists = JSON.parse(stdout);
  expect(Object.keys(lists)).toEqual(["methods"]);
  expect(lists.methods.map(({ kind }: { kind: string }) => kind)).toEqual([...methodKinds]);
});
