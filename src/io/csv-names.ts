/**
 * Names of columns that a spreadsheet would take for a formula: those that begin with = + - @ are written
 * with an apostrophe before them, and read without it. Numbers are written as they are.
 */

const formulaLike = /^'*[=+\-@\t\r]/;

/** Returns a name as it is written into a CSV file. */
export const writtenName = (name: string): string => (formulaLike.test(name) ? `'${name}` : name);

/** Returns the name that `writtenName` wrote so. */
export const readName = (text: string): string =>
  text.startsWith("'") && formulaLike.test(text) ? text.slice(1) : text;
