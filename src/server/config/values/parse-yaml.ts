import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { type ErrorCode, type LineCounter, type Node, type YAMLError } from 'yaml';

/** The reason why a text is refused, and its place. */
export class UnreadableYaml extends Error {
  /** @param place as in `line 3, column 5` */
  constructor(
    readonly place: string,
    message: string,
  ) {
    super(message);
    this.name = 'UnreadableYaml';
  }
}

/** Loaded on demand: most servers have no such file. By `require`, since settings are read synchronously. */
function loadYaml(): typeof Yaml {
  // `require` has no types.
  return createRequire(import.meta.url)('yaml') as typeof Yaml;
}

const TAGS = 'Tags are not taken, remove it';

/**
 * Reads one document of YAML 1.2 with the core schema: maps, lists, texts, numbers, booleans and null. It
 * refuses aliases, since a few of them can make a document of millions of members.
 *
 * @throws {UnreadableYaml} for bad syntax, a key given twice, a tag, an alias or a second document
 */
export function parseYaml(text: string): unknown {
  const { isAlias, LineCounter, parseDocument, visit } = loadYaml();
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, logLevel: 'error' } as const;
  const document = parseDocument(text, { ...options, version: '1.2', schema: 'core' });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) throw errorAt(error.pos[0], messageOf(error), lines);
  visit(document, {
    Node: (_, node) => {
      const refusal = refusalOf(node, isAlias(node));
      if (refusal !== undefined) throw errorAt(node.range?.[0] ?? 0, refusal, lines);
    },
  });
  return document.toJS();
}

/** Our messages, in place of those that address programmers or repeat text of the file. */
const MESSAGES: Partial<Record<ErrorCode, string>> = {
  RESOURCE_EXHAUSTION: 'Nested too deeply',
  MULTIPLE_DOCS: 'One document only is taken, remove the others',
  BAD_DIRECTIVE: 'Directives are not taken, remove it',
  BAD_DQ_ESCAPE: 'Invalid escape sequence',
  TAG_RESOLVE_FAILED: TAGS,
  BAD_COLLECTION_TYPE: TAGS,
};

function messageOf({ code, message }: YAMLError): string {
  const ours = MESSAGES[code];
  if (ours !== undefined) return ours;
  // The text after the colon comes from the file and may be a secret.
  return message.replace(/:.*/s, '');
}

function refusalOf(node: Node, isAlias: boolean): string | undefined {
  if (isAlias) return 'Aliases are not taken, write the value out';
  // The parser keeps only tags that the file has.
  return node.tag !== undefined ? TAGS : undefined;
}

function errorAt(offset: number, message: string, lines: LineCounter): UnreadableYaml {
  const { line, col } = lines.linePos(offset);
  return new UnreadableYaml(`line ${line}, column ${col}`, message);
}
