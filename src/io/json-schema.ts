import { z } from "zod";
import { namesItself, standsAlone } from "./operator-shorthand.js";
import { sectionWords } from "./own-part.js";
import { type PartSection, records } from "./records.js";
import { experimentFile } from "./schema.js";

type Schema = z.core.JSONSchema.JSONSchema;

/** The JSON Schema of experiment files, for completion in editors. */
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

/** The kinds of a section, and a part from a file. */
const withOwn = (section: PartSection, { oneOf, ...rest }: Schema): Schema => ({
  ...rest,
  oneOf: [...(oneOf as Schema[]), ownPart(section)],
});

/** A part of one's own, whose record says its keys. */
function ownPart(section: PartSection): Schema {
  const { noun } = sectionWords[section];
  const file = {
    type: "string",
    minLength: 1,
    description:
      "file whose default export is the record, TypeScript or JavaScript, relative to this file",
  } as const;
  return {
    type: "object",
    description: `${noun} of your own, from a file; its record says its keys`,
    properties: { file },
    required: ["file"],
  };
}

/** Twin and file, each with operators in all their forms and noises from files. */
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

/** An operator may be its kind alone, or leave its kind out. */
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

/** A method of a list, which may have a name. */
function named(method: Schema): Schema {
  const name = {
    type: "string",
    description: "what the method is called beside the others",
  } as const;
  const kinds = (method.oneOf as Schema[]).map((kind) => ({
    ...kind,
    properties: { name, ...kind.properties },
  }));
  return { oneOf: kinds };
}
