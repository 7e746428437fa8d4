import { expect, test } from "vitest";
import { experimentJsonSchema } from "../../src/io/json-schema.js";
import { operators } from "../../src/observe/index.js";
import { methods } from "../../src/smoothers/index.js";
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
      linear: linear model in discrete time
        transition    square matrix A of x(t) = A x(t−1), applied once in each model step (required)
        processNoise  normal noise after each model step

      lotka-volterra: species that eat each other or compete; needs preyGrowth, predation, predatorDeath and conversion, or growth and interactions, or blocks and steadyState
        preyGrowth     growth rate of the prey without predators
        predation      loss rate of the prey for each predator
        predatorDeath  death rate of the predators without prey
        conversion     growth rate of the predators for each prey
        growth         growth rate of each species without the others, a list of n numbers
        interactions   effect of species j (column) on the growth rate of species i (row), a matrix of n rows
        blocks         effects of k groups of species on each other, k(k + 1)/2 numbers: the upper triangle row by row
        steadyState    abundances of the steady state, one for each species; given together with blocks
        coordinates    variables of the state: abundances, or their logarithms (default "log")
        processNoise   normal noise after each model step

      clohessy-wiltshire: linear motion relative to a circular orbit; three coordinates, three velocities
        meanMotion    mean motion of the circular orbit, in radians per unit of time (required)
        processNoise  normal noise after each model step

      lorenz63: Lorenz-63: chaotic; three variables x, y, z
        sigma         Prandtl number (default 10)
        rho           Rayleigh number, in units of that at which convection begins (default 28)
        beta          geometric factor of the convection cells (default 2.66667)
        processNoise  normal noise after each model step

      lorenz96: Lorenz-96: chaotic; variables on a ring
        dimension     number of variables on the ring (required)
        forcing       forcing of each variable; the system is chaotic at 8 (required)
        imperfect     the filter's model is a polynomial whose 18 coefficients are near those of the true system
        correction    a network that corrects the filter's model; it is not part of the truth of a twin
        processNoise  normal noise after each model step

      lorenz96-two-scale: two-scale Lorenz-96: slow variables on a ring, each coupled to several fast ones
        slow          number of slow variables on the ring (required)
        fastPerSlow   number of fast variables for each slow one (required)
        forcing       forcing of each slow variable; the system is chaotic from 8 on (required)
        coupling      strength of the coupling between slow and fast variables; 0 for none (default 1)
        timeScale     ratio of the time scales: fast variables are this many times faster (default 10)
        amplitude     ratio of the amplitudes: fast variables are about this many times smaller (default 10)
        processNoise  normal noise after each model step

      kuramoto-sivashinsky: Kuramoto–Sivashinsky: a chaotic field u at the points of a ring
        points          number of points on the ring; an even number (default 128)
        length          length of the ring; the default is 32π (default 100.531)
        antidiffusion   coefficient of u_xx, which amplifies long waves (default 1)
        hyperviscosity  coefficient of u_xxxx, which damps short waves (default 1)
        processNoise    normal noise after each model step

      quasi-geostrophic: quasi-geostrophic flow on the sphere: jets, waves and chaos, at the points of a grid
        truncation         largest degree of the spherical harmonics; 21 has a grid of 32 × 64 points (default 21)
        jet                speed of the two jets to which the drag draws the wind (default 8)
        drag               rate at which the wind is drawn to the jets (default 0.05)
        mountains          height of two mountain ridges, as a fraction of the depth of the layer (default 0.2)
        hyperdiffusion     rate at which the shortest waves are damped (default 0.2)
        deformationRadius  radius of deformation; without it the layer is barotropic
        processNoise       normal noise after each model step

      logistic: logistic growth: one population that approaches a capacity
        growth        growth rate of a small population (required)
        capacity      carrying capacity, the population that neither grows nor shrinks (required)
        coordinates   variables of the state: abundances, or their logarithms (default "log")
        processNoise  normal noise after each model step

      fitzhugh-nagumo: FitzHugh–Nagumo: a nerve cell at rest or firing; voltage v and recovery w
        current       current into the cell; with the other defaults the cell fires periodically from 0.331 to 1.419 (default 0.5)
        offset        constant term in the equation of the recovery (default 0.7)
        damping       damping coefficient of the recovery (default 0.8)
        timeScale     time scale of the recovery, in units of that of the voltage (default 12.5)
        processNoise  normal noise after each model step

      sir: SIR: an epidemic; numbers of susceptible, infectious and recovered persons
        transmission  transmission rate: infections by one infectious person per unit of time, while all others are susceptible (required)
        recovery      recovery rate: the inverse of the mean time for which a person is infectious (required)
        population    number of persons; at 1 the variables are fractions of the population (default 1)
        processNoise  normal noise after each model step

    methods
      climatology: mean and covariance of a long run of the model at every time; a baseline
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      optimal-interpolation: each observation analysed with the climatology as its prior; a baseline
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      kalman: exact Kalman filter; linear models, normal noise
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      rts: the Kalman filter and the Rauch–Tung–Striebel smoother; linear models, normal noise
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      extended-kalman: Kalman filter with the tangent of the model; any model of few variables
        inflation     λ: the covariance is multiplied by λ² after the analysis; absent means 1
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      iterated-extended-kalman: extended Kalman filter whose analysis is iterated; observations that are far from linear
        iterations    Gauss–Newton steps of each analysis; with 1 it is the extended Kalman filter (default 5)
        inflation     λ: the covariance is multiplied by λ² after the analysis; absent means 1
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      unscented-kalman: Kalman filter with sigma points, without tangents; any model of few variables
        alpha         distance of the sigma points from the mean, in units of √(d + κ) standard deviations (default 1)
        beta          changes the weight of the mean in covariances; 2 suits a Gaussian (default 2)
        kappa         second parameter of the distance of the sigma points; above −d for d variables (default 0)
        form          whether the filter keeps the covariance, or a square root of it that stays positive definite (default "covariance")
        inflation     λ: the covariance is multiplied by λ² after the analysis; absent means 1
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      3dvar: 3DVar: one state with a static covariance; any model
        background    static covariance C, given as { identity }, { climatology } or { matrix }; may be learned (required)
        iterations    number of Gauss–Newton steps; more than one for observations that are not linear (default 1)
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      3dvar-c: 3DVar-C: one state with a static covariance that may be learned; any model
        background    static covariance C, given as { identity }, { climatology } or { matrix }; may be learned (required)
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      3dvar-k: 3DVar with a gain that may be learned; the same variables observed at every time, without gaps
        gain          gain K, given as { transpose } or { matrix }; may be learned (required)
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      4dvar: 4DVar over windows of \`lag\` cycles, with a static covariance; any model
        background    static covariance C, given as { identity }, { climatology } or { matrix }; may be learned (required)
        lag           lag: number of past cycles whose states an observation changes (default 1)
        iterations    number of outer iterations, each with a new tangent (default 3)
        innerSteps    number of steps of conjugate gradients; without it a direct solution, up to 100 variables
        observations  which observations of its window it assimilates, each in the end once (default "newest")
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

      enkf: ensemble Kalman filter with perturbed observations; any model
        members               number of ensemble members (required)
        covarianceInflation   φ: the forecast covariance is multiplied by 1 + φ; at least 0, below 1 (default 0)
        inflation             λ: the anomalies are multiplied by λ after the analysis; absent means 1
        relaxation            relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)
        additiveInflation     variance of the noise that is added to each member after the analysis
        rotate                true: members are rotated at random after the analysis; mean and covariance stay as they are
        taper                 reduces covariances with distance; models whose variables have positions
        centredPerturbations  true: the perturbations of the observations have mean 0 over the members (default: true if inflation is given)
        initial               mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise          normal noise after each step of the filter's model; without it that of the model

      denkf: deterministic EnKF: anomalies are corrected with half of the gain; any model
        members              number of ensemble members (required)
        covarianceInflation  φ: the forecast covariance is multiplied by 1 + φ; at least 0, below 1 (default 0)
        inflation            λ: the anomalies are multiplied by λ after the analysis; absent means 1
        relaxation           relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)
        additiveInflation    variance of the noise that is added to each member after the analysis
        rotate               true: members are rotated at random after the analysis; mean and covariance stay as they are
        taper                reduces covariances with distance; models whose variables have positions
        initial              mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise         normal noise after each step of the filter's model; without it that of the model

      etkf: ensemble transform Kalman filter (ETKF): deterministic, by the symmetric square root; any model
        members              number of ensemble members (required)
        covarianceInflation  φ: the forecast covariance is multiplied by 1 + φ; at least 0, below 1 (default 0)
        inflation            λ: the anomalies are multiplied by λ after the analysis; absent means 1
        relaxation           relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)
        additiveInflation    variance of the noise that is added to each member after the analysis
        rotate               true: members are rotated at random after the analysis; mean and covariance stay as they are
        initial              mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise         normal noise after each step of the filter's model; without it that of the model

      eakf: ensemble adjustment Kalman filter: observations are analysed one after the other; any model
        members              number of ensemble members (required)
        covarianceInflation  φ: the forecast covariance is multiplied by 1 + φ; at least 0, below 1 (default 0)
        inflation            λ: the anomalies are multiplied by λ after the analysis; absent means 1
        relaxation           relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)
        additiveInflation    variance of the noise that is added to each member after the analysis
        rotate               true: members are rotated at random after the analysis; mean and covariance stay as they are
        taper                reduces covariances with distance; models whose variables have positions
        initial              mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise         normal noise after each step of the filter's model; without it that of the model

      letkf: local ensemble transform Kalman filter (LETKF): cost linear in the number of variables; models with positions
        members              number of ensemble members (required)
        covarianceInflation  φ: the forecast covariance is multiplied by 1 + φ; at least 0, below 1 (default 0)
        inflation            λ: the anomalies are multiplied by λ after the analysis; absent means 1
        relaxation           relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)
        additiveInflation    variance of the noise that is added to each member after the analysis
        rotate               true: members are rotated at random after the analysis; mean and covariance stay as they are
        taper                reduces the weight of observations with their distance, to 0 from twice the half-width on (half-width = 1.82 × loc_rad of DAPPER) (required)
        block                number of neighbouring variables that have one analysis together (default 1)
        initial              mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise         normal noise after each step of the filter's model; without it that of the model

      enkf-n: finite-size EnKF (EnKF-N): finds its inflation from each observation; any model
        members              number of ensemble members (required)
        covarianceInflation  φ: the forecast covariance is multiplied by 1 + φ; at least 0, below 1 (default 0)
        inflation            λ: the anomalies are multiplied by λ after the analysis; absent means 1
        relaxation           relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)
        additiveInflation    variance of the noise that is added to each member after the analysis
        rotate               true: members are rotated at random after the analysis; mean and covariance stay as they are
        xN                   how much the sample covariance of the forecast is trusted: 1 assumes nothing about the true covariance, 2 trusts the sample more (default 1)
        form                 form of the minimisation: dual, over the factor on the covariance, or primal, over the weights of the members (default "dual")
        initial              mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise         normal noise after each step of the filter's model; without it that of the model

      ens3dvar: ensemble 3DVar: EnKF whose covariance is mixed with a static one; any model
        members               number of ensemble members (required)
        covarianceInflation   φ: the forecast covariance is multiplied by 1 + φ; at least 0, below 1 (default 0)
        inflation             λ: the anomalies are multiplied by λ after the analysis; absent means 1
        relaxation            relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)
        additiveInflation     variance of the noise that is added to each member after the analysis
        rotate                true: members are rotated at random after the analysis; mean and covariance stay as they are
        taper                 reduces covariances with distance; models whose variables have positions
        centredPerturbations  true: the perturbations of the observations have mean 0 over the members (default: true if inflation is given)
        background            static covariance C, given as { identity }, { climatology } or { matrix }; may be learned (required)
        mixing                weight of the members' covariance in the forecast covariance, from 0 to 1; the background has the rest (default 0.5)
        initial               mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise          normal noise after each step of the filter's model; without it that of the model

      en4dvar: 4DVar whose covariance is mixed with that of members; any model
        members            number of ensemble members (required)
        background         static covariance C, given as { identity }, { climatology } or { matrix }; may be learned (required)
        lag                lag: number of past cycles whose states an observation changes (default 1)
        iterations         number of outer iterations, each with a new tangent (default 3)
        innerSteps         number of steps of conjugate gradients; without it a direct solution, up to 100 variables
        mixing             weight of the members' covariance in the forecast covariance, from 0 to 1; the background has the rest (default 0.5)
        inflation          λ: the anomalies are multiplied by λ after the analysis; absent means 1
        relaxation         relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)
        additiveInflation  variance of the noise that is added to each member after the analysis
        rotate             true: members are rotated at random after the analysis; mean and covariance stay as they are
        initial            mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise       normal noise after each step of the filter's model; without it that of the model

      enks: ensemble Kalman smoother of fixed lag; any model
        members            number of ensemble members (required)
        lag                lag: number of past cycles whose states an observation changes (default 10)
        analysis           which filter's analysis it is that reaches back (default "etkf")
        inflation          λ: the anomalies are multiplied by λ after the analysis; absent means 1
        relaxation         relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)
        additiveInflation  variance of the noise that is added to each member after the analysis
        rotate             true: members are rotated at random after the analysis; mean and covariance stay as they are
        initial            mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise       normal noise after each step of the filter's model; without it that of the model

      ienks: iterative ensemble Kalman smoother (lag 1: IEnKF), for long intervals; any model
        members             number of ensemble members (required)
        lag                 lag: number of past cycles whose states an observation changes (default 1)
        iterations          steps of Gauss and Newton for each observation (default 10)
        xN                  how far the sample covariance of the forecast is trusted, as in enkf-n; without it the finite size of the ensemble is left out of account
        bundle              slopes by members drawn in by this factor (1e-4); without it by regression
        observationWeights  weights of the newest observation, of the one before, and so on: multiple data assimilation
        inflation           λ: the anomalies are multiplied by λ after the analysis; absent means 1
        relaxation          relaxation to the forecast after the analysis: { spread: 0.5 } (RTPS) or { perturbations: 0.5 } (RTPP)
        additiveInflation   variance of the noise that is added to each member after the analysis
        rotate              true: members are rotated at random after the analysis; mean and covariance stay as they are
        initial             mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise        normal noise after each step of the filter's model; without it that of the model

      particle: particle filter (bootstrap); any model of few variables
        members         number of particles (required)
        resampleBelow   particles are resampled when the effective number falls below this fraction of them (default 0.5)
        regularisation  width of the kernel that spreads copies of particles, in units of the bandwidth of Scott's rule; needed where the model has no noise (default 0)
        initial         mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise    normal noise after each step of the filter's model; without it that of the model

      optimal-particle: particle filter with the optimal proposal: particles are drawn given the observation; linear observations
        members                 number of particles (required)
        resampleBelow           particles are resampled when the effective number falls below this fraction of them (default 0.5)
        regularisation          width of the kernel that spreads copies of particles, in units of the bandwidth of Scott's rule; needed where the model has no noise (default 0)
        proposalRegularisation  width of the kernel that is added to the model noise in the proposal, in units of the bandwidth of Scott's rule
        initial                 mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise            normal noise after each step of the filter's model; without it that of the model

      dan: the analysis is a network that was learned; no inflation, no localisation, one member
        members       number of members (default 1)
        network       the network of the analysis (default {})
        weights       safetensors file of learned weights; without it they are learned
        inspect       a look inside the analysis: bias, covariance beside an EnKF-N, locality; {} for the defaults
        initial       mean and variance of the state before the first observation; required for a file, optional in a twin
        processNoise  normal noise after each step of the filter's model; without it that of the model

    operators
      identity: every variable

      every: every n-th variable, from the first
        every  every n-th variable, from the first (required)

      indices: the variables of a list
        indices  variables, counted from 0 (required)

      random: a fraction of the variables, drawn at random
        random     fraction of the variables, drawn (required)
        everyStep  true: drawn anew at every time, not once for the run

      ratio: a fraction of the variables, evenly spaced
        ratio  fraction of the variables, evenly spaced (required)

      matrix: a matrix times the state
        matrix  H of y = H x, by rows (required)

      power: a power of single variables, an instrument that is not linear
        power    the exponent, a number other than 0 (required)
        indices  variables, counted from 0; without it all of them

      range-bearing: distance and direction of a position from each of several sites; angles in radians
        sites    positions of the sensors: two values are observed from each (required)
        indices  the variables of the state that are the position (x, y) (default [0,1])

    noises
      normal: normal errors, added to what is observed
        variance  variance of the error, in squared units of the column (required)

      lognormal: lognormal errors, factors exp(error) on what is observed
        sd  standard deviation of the logarithm, near to the relative error (required)

    reproductions
    "
  `);
});

test("list --json", async () => {
  const { stdout } = await kalmia(["list", "methods", "--json"], cwd);
  const lists = JSON.parse(stdout);
  expect(Object.keys(lists)).toEqual(["methods"]);
  expect(lists.methods.map(({ kind }: { kind: string }) => kind)).toEqual(
    methods.map(({ kind }) => kind),
  );
});

test("list operators, with the keys of each", async () => {
  const { stdout } = await kalmia(["list", "operators", "--json"], cwd);
  const lists = JSON.parse(stdout);
  expect(lists.operators.map(({ kind }: { kind: string }) => kind)).toEqual(
    operators.map(({ kind }) => kind),
  );
  const text = (await kalmia(["list", "operators"], cwd)).stdout;
  expect(text).toContain("  every: every n-th variable, from the first\n    every  every n-th");
});
