/** Checks of the form of the record in a user-defined part. */
import type { Key } from "../parts/index.js";
import type { PartSection } from "./records.js";
import { commonKeys } from "./schema/part.js";
import { choice, describe } from "./words.js";

type Given = Readonly<Record<string, unknown>>;

/** The requirement on one entry of a record. */
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
  text("kind", "a text, the name of the part"),
  text("title", "a text, one line that describes the part"),
  { name: "parameters", need: "a map of keys, such as { rate: real({ about: … }) }", fits: isMap },
  { name: "hints", need: "a map of functions", fits: isMap, optional: true },
  mayCall("check", "a function (block, tell) => …"),
];

const ofSection: { readonly [Section in PartSection]: readonly Entry[] } = {
  model: [
    call("build", "a function (parameters, options) => the bound model"),
    call("phrase", "a function (block, dimension) => the name in reports"),
    call("formula", "a function (block, variables) => the lines of its equations"),
    mayCall("truth", "a function (block) => the block of the true system"),
  ],
  method: [
    call("needs", "a function (block) => its requirements, {} for none"),
    call("build", "a function (parameters, context) => the filter or smoother"),
    call("phrase", "a function (block) => the name in reports"),
    text("remedy", "a text, what may help if the filter is far too sure of itself"),
    mayCall("checkDimension", "a function (block, dimension, tell) => …"),
  ],
  operator: [
    call("build", "a function (parameters, { dimension, key }) => what is observed"),
    mayCall("checkDimension", "a function (block, dimension, tell) => …"),
    mayCall("drawn", "a function (block) => whether the observed variables are drawn at random"),
  ],
  noise: [
    {
      name: "transform",
      need: `"identity" or "log": the transform of the values`,
      fits: (value) => value === "identity" || value === "log",
    },
    call("variance", "a function (parameters) => the variance of the errors of these values"),
    text("formula", "a text, the line of the report"),
  ],
};

/** Returns all faults in the form of a record. */
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
            `parameters.${name}: the name is used for something else in every block; need another name`,
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

/** Returns the faults in one key, at any depth. */
function keyFaults(path: string, key: unknown): string[] {
  if (!isMap(key)) {
    return [
      `${path} is ${shown(key)}; need a key made by a function of kalmia/parts, such as real({ about: … })`,
    ];
  }
  const { type, about } = key;
  if (!types.some((known) => known === type)) {
    return [`${path}.type: ${choice(type, types)}; make keys with the functions of kalmia/parts`];
  }
  const faults = isText(about)
    ? []
    : [`${path} has no about; need a text, one sentence that describes the key`];
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
