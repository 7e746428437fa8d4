import { z } from "zod";
import { namesItself, standsAlone } from "./operator-shorthand.js";
import { sectionWords } from "./own-part.js";
import { type PartSection, records } from "./records.js";
import { experimentFile } from "./schema.js";

type Schema = z.core.JSONSchema.JSONSchema;

/** Returns the JSON Schema of experiment files, for completion in editors. */
export function experimentJsonSchema(): Schema {
  const root = z.toJSONSchema(experimentFile, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const { model, method, observations, ...others } = root.properties as Record<string, Schema>;
  const oneMethod = withOwn("method", method!);
  const list = { type: "array", minItems: 1, items: named(oneMethod) } as const;
  return {
    ...root,
    properties: {
      ...others,
      model: withOwn("model", model!),
      observations: withSources(observations!),
      method: { anyOf: [oneMethod, list] },
    },
  };
}

/** Adds a part from a file to the kinds of a section. */
const withOwn = (section: PartSection, { oneOf, ...rest }: Schema): Schema => ({
  ...rest,
  oneOf: [...(oneOf as Schema[]), ownPart(section)],
});

/** Returns the schema of a user-defined part, whose keys are given by its record. */
function ownPart(section: PartSection): Schema {
  const { noun } = sectionWords[section];
  const file = {
    type: "string",
    minLength: 1,
    description:
      "TypeScript or JavaScript file whose default export is the record, relative to this file",
  } as const;
  return {
    type: "object",
    description: `${noun} of your own from a file, with the keys of its record`,
    properties: { file },
    required: ["file"],
  };
}

/** Adds all forms of operators, and noises from files, to twin and file. */
function withSources(observations: Schema): Schema {
  const sources = Object.entries(observations.properties as Record<string, Schema>).map(
    ([name, source]) => {
      const { operator, noise, ...rest } = source.properties as Record<string, Schema>;
      const properties = {
        ...rest,
        operator: operatorForms(operator!),
        noise: withOwn("noise", noise!),
      };
      return [name, { ...source, properties }];
    },
  );
  return { ...observations, properties: Object.fromEntries(sources) as Record<string, Schema> };
}

/** Adds the short forms of operators: the kind alone, or the keys without the kind. */
function operatorForms(operator: Schema): Schema {
  const { oneOf, default: _, ...rest } = withOwn("operator", operator);
  const alone = records.operator.filter(standsAlone).map(({ kind }) => kind);
  const short = records.operator.filter(namesItself).map(({ kind }) => kind);
  const forms = (oneOf as Schema[]).map((form) => {
    const kind = (form.properties?.kind as Schema | undefined)?.const;
    if (!short.some((each) => each === kind)) return form;
    return { ...form, required: (form.required ?? []).filter((key) => key !== "kind") };
  });
  return { ...rest, oneOf: [{ type: "string", enum: alone }, ...forms] };
}

/** Adds a name to the schema of a method, for lists. */
function named(method: Schema): Schema {
  const name = {
    type: "string",
    description: "name of the method in the comparison",
  } as const;
  const kinds = (method.oneOf as Schema[]).map((kind) => ({
    ...kind,
    properties: { name, ...kind.properties },
  }));
  return { oneOf: kinds };
}
