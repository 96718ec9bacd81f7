import { treeOf } from './document-tree.ts';
import { generateDocument } from './generate-document.ts';
import { interpretDocument } from './interpret-document.ts';
import type { Field, Guards, Write } from './json-field.ts';

/**
 * Makes a writer of JSON documents with these fields: nested as their paths say, objects left out when nothing is in
 * them. All text but the values is made here, once; a document is written without making an object.
 */
export function documentWriter(fields: readonly Field[], guards: Guards = new Map()): Write {
  const tree = treeOf(fields);
  try {
    return generateDocument(tree, guards);
  } catch (error) {
    // The process may have been told not to make code from strings (--disallow-code-generation-from-strings).
    if (!(error instanceof EvalError)) throw error;
    return interpretDocument(tree, guards);
  }
}
