/** What the record in a file of one's own lacks, told in words. */
import type { Key } from "../parts/index.js";
import type { PartSection } from "./records.js";
import { commonKeys } from "./schema/part.js";
import { choice, describe } from "./words.js";

type Given = Readonly<Record<string, unknown>>;

/** What is needed of one entry of a record. */
interface Entry {
  readonly name: string;
  readonly need: string;
  readonly fits: (value: unknown) => boolean;
  readonly optional?: true;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isMap = (value: unknown): value is Given =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isFunction = (value: unknown): boolean => typeof value === "function";

const text = (name: string, need: string): Entry => ({ name, need, fits: isText });
const call = (name: string, need: string): Entry => ({ name, need, fits: isFunction });
const mayCall = (name: string, need: string): Entry => ({ ...call(name, need), optional: true });

const ofAll: readonly Entry[] = [
  text("kind", "a text, what the part is called"),
  text("title", "a text, one line that says what it is"),
  { name: "parameters", need: "a map of keys, such as { rate: real({ about: … }) }", fits: isMap },
  { name: "hints", need: "a map of functions", fits: isMap, optional: true },
  mayCall("check", "a function (block, tell) => …"),
];

const ofSection: { readonly [Section in PartSection]: readonly Entry[] } = {
  model: [
    call("build", "a function (parameters, options) => the bound model"),
    call("phrase", "a function (block, dimension) => what a report calls it"),
    call("formula", "a function (block, variables) => the lines of its equations"),
    mayCall("truth", "a function (block) => the block of the true system"),
  ],
  method: [
    call("needs", "a function (block) => what it needs of a problem, {} for nothing"),
    call("build", "a function (parameters, context) => the filter or smoother"),
    call("phrase", "a function (block) => what a report calls it"),
    text("remedy", "a text, what may help where it is far too sure of itself"),
    mayCall("checkDimension", "a function (block, dimension, tell) => …"),
  ],
  operator: [
    call("build", "a function (parameters, { dimension, key }) => what is observed"),
    mayCall("checkDimension", "a function (block, dimension, tell) => …"),
    mayCall("drawn", "a function (block) => whether chance decides what is observed"),
  ],
  noise: [
    {
      name: "transform",
      need: `"identity" or "log": how values are compared`,
      fits: (value) => value === "identity" || value === "log",
    },
    call("variance", "a function (parameters) => the variance of the values that are compared"),
    text("formula", "a text, the line of the report"),
  ],
};

/** All that is wrong with the form of a record. */
export function formFaults(section: PartSection, record: Given): string[] {
  const faults = [...ofAll, ...ofSection[section]].flatMap(({ name, need, fits, optional }) => {
    const value = record[name];
    if (value === undefined) return optional ? [] : [`the record has no ${name}; need ${need}`];
    return fits(value) ? [] : [`${name} of the record is ${shown(value)}; need ${need}`];
  });
  if (!isMap(record.parameters)) return faults;
  const taken = ["kind", "file", ...Object.keys(commonKeys[section])];
  return [
    ...faults,
    ...Object.entries(record.parameters).flatMap(([name, key]) =>
      taken.includes(name)
        ? [
            `parameters.${name}: the name is taken, it stands for something else in every block; need another`,
          ]
        : keyFaults(`parameters.${name}`, key),
    ),
  ];
}

const types: readonly Key["type"][] = [
  ...(["number", "setting", "choice", "flag", "text", "vector", "spread"] as const),
  ...(["matrix", "list", "points", "group", "variant"] as const),
];

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(isText);

/** What is wrong with one key, at any depth. */
function keyFaults(path: string, key: unknown): string[] {
  if (!isMap(key)) {
    return [
      `${path} is ${shown(key)}; need a key made by a function of kalmia/parts, such as real({ about: … })`,
    ];
  }
  const { type, about } = key;
  if (!types.some((known) => known === type)) {
    return [`${path}.type: ${choice(type, types)}; make keys by the functions of kalmia/parts`];
  }
  const faults = isText(about)
    ? []
    : [`${path} has no about; need a text, one sentence that says what it is`];
  const need = (fits: boolean, name: string, what: string): void => {
    if (!fits) faults.push(`${path}.${name} is ${shown(key[name])}; need ${what}`);
  };
  switch (type as Key["type"]) {
    case "number":
      need(
        ["real", "positive", "fraction"].includes(key.support as string),
        "support",
        `"real", "positive" or "fraction"`,
      );
      need(isMap(key.bounds), "bounds", "a map, {} for none");
      break;
    case "vector":
      need(["real", "positive"].includes(key.support as string), "support", `"real" or "positive"`);
      break;
    case "setting":
    case "list":
      need(isMap(key.bounds), "bounds", "a map, {} for none");
      break;
    case "choice":
      need(isTexts(key.options), "options", "a list of words");
      break;
    case "points":
      need(Number.isInteger(key.length), "length", "a whole number");
      break;
    case "group":
    case "variant":
      need(isMap(key.keys), "keys", "a map of keys");
      if (type === "variant") need(isTexts(key.options), "options", "a list of words");
      if (isMap(key.keys)) {
        faults.push(
          ...Object.entries(key.keys).flatMap(([name, inner]) =>
            keyFaults(`${path}.keys.${name}`, inner),
          ),
        );
      }
  }
  return faults;
}

const shown = (value: unknown): string =>
  typeof value === "function" ? "a function" : value === undefined ? "missing" : describe(value);
