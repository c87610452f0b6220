import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { MFA_OPTIONS } from '../../src/mfa/core/options/mfa-options.table.js';
import { APP_OPTIONS } from '../../src/mfa/handlers/app/index.js';
import { EMAIL_OPTIONS } from '../../src/mfa/handlers/email/index.js';
import { NOTIFY_OPTIONS } from '../../src/mfa/handlers/notify/index.js';
import { SMS_OPTIONS } from '../../src/mfa/handlers/sms/index.js';
import { WEBAUTHN_OPTIONS } from '../../src/mfa/handlers/webauthn/index.js';
import { ROOT } from './documents.js';

const LIBRARY = join(ROOT, 'src/mfa');

/** The document of {@link referencePage}, as a path from the top. */
export const REFERENCE = 'docs/reference.md';

const HEAD = `# Reference

Every public name of the library, from the doc comments of its sources. \`npm run docs:reference\` writes this page. A
name links to the file that declares it. The sections of handlers and of testing name their entries; all other names come
from \`nestjs-mfa\`.`;

/** The files that package.json exports. */
const ENTRY = /^(?:handlers\/[^/]+\/|testing\/)?index\.ts$/;

/** Begins a group of names in an entry. The comment goes on with a sentence about the group. */
const GROUP = /^\/\/ ## (.+)$/;

/** A group without tables of members: authors of a storage read the sources. */
const NAMES_ALONE = 'Another storage';

/** What options take, by the type whose members they are. */
const TAKES: Readonly<Record<string, Readonly<Record<string, { readonly takes: string }>>>> = {
  MfaModuleOptions: Object.fromEntries(
    Object.entries(MFA_OPTIONS).map(([name, { form }]) => [name, { takes: form.takes }]),
  ),
  AppHandlerOptions: APP_OPTIONS,
  EmailHandlerOptions: EMAIL_OPTIONS,
  NotifyHandlerOptions: NOTIFY_OPTIONS,
  SmsHandlerOptions: SMS_OPTIONS,
  WebAuthnHandlerOptions: WEBAUTHN_OPTIONS,
};

/** One export, followed to where it is declared. */
export interface PublicName {
  /** As it is imported: "." for the package itself, or for example `./handlers/app`. */
  readonly entry: string;
  readonly name: string;
  readonly declared: ts.Symbol;
}

/** Names of an entry that belong together. */
interface Group {
  readonly title: string;
  readonly about: string;
  readonly names: PublicName[];
}

/** Files of the library, without its specs. */
export function libraryFiles(program: ts.Program): ts.SourceFile[] {
  return program
    .getSourceFiles()
    .filter(({ fileName }) => isOfLibrary(fileName) && !fileName.endsWith('.spec.ts'));
}

/** The entries among them, the package itself first. */
export function libraryEntries(program: ts.Program): ts.SourceFile[] {
  return libraryFiles(program)
    .filter(({ fileName }) => ENTRY.test(relative(LIBRARY, fileName)))
    .sort((one, other) => (entryOf(one) < entryOf(other) ? -1 : 1));
}

/** What a file exports. */
export function exportsOf(file: ts.SourceFile, checker: ts.TypeChecker): PublicName[] {
  const module = checker.getSymbolAtLocation(file);
  if (module === undefined) return [];
  return checker.getExportsOfModule(module).map((symbol) => ({
    entry: entryOf(file),
    name: symbol.name,
    declared: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }));
}

/** The reference of the library's public names, in Markdown. */
export function referencePage(program: ts.Program): string {
  const checker = program.getTypeChecker();
  const groups = libraryEntries(program).flatMap((file) => groupsOf(file, checker));
  const sections = groups.map((group) => new GroupText(group, checker).write());
  return `${[HEAD, ...sections].join('\n\n')}\n`;
}

function isOfLibrary(path: string): boolean {
  return path.startsWith(`${LIBRARY}/`);
}

function entryOf(file: ts.SourceFile): string {
  const folder = relative(LIBRARY, dirname(file.fileName));
  return folder === '' ? '.' : `./${folder}`;
}

/** @throws {Error} for a name that stands above the first heading */
function groupsOf(file: ts.SourceFile, checker: ts.TypeChecker): Group[] {
  const names = new Map(exportsOf(file, checker).map((one) => [one.name, one]));
  const groups: Group[] = [];
  for (const statement of file.statements.filter(ts.isExportDeclaration)) {
    const [heading = '', ...about] = commentLinesBefore(statement, file);
    const title = GROUP.exec(heading)?.[1];
    if (title !== undefined) groups.push({ title, about: about.join(' '), names: [] });
    const group = groups.at(-1);
    if (group === undefined) throw new Error(`${file.fileName} does not begin with a heading.`);
    const { exportClause } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) continue;
    group.names.push(...exportClause.elements.flatMap(({ name }) => names.get(name.text) ?? []));
  }
  return groups;
}

function commentLinesBefore(node: ts.Node, file: ts.SourceFile): string[] {
  const ranges = ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? [];
  const lines = ranges.map(({ pos, end }) => file.text.slice(pos, end));
  return lines.map((line, index) => (index === 0 ? line : line.replace(/^\/\/ ?/, '')));
}

/** Writes one group: a row for each name, then a table for each name that has members. */
class GroupText {
  constructor(
    private readonly group: Group,
    private readonly checker: ts.TypeChecker,
  ) {}

  write(): string {
    const { title, about, names } = this.group;
    const rows = names.map((one) => this.rowOf(one));
    const members = title === NAMES_ALONE ? [] : names.flatMap((one) => this.membersOf(one));
    const tables = [tableOf(['Name', 'Kind', 'What it is'], rows), ...members];
    return [`## ${title}`, about, ...tables].join('\n\n');
  }

  private rowOf({ name, declared }: PublicName): string[] {
    const [declaration] = declared.declarations ?? [];
    if (declaration === undefined) throw new Error(`${name} is declared nowhere.`);
    const path = relative(join(ROOT, 'docs'), declaration.getSourceFile().fileName);
    const shown = ts.isFunctionDeclaration(declaration)
      ? `${name}(${declaration.parameters.map(({ name: own }) => oneLine(own)).join(', ')})`
      : name;
    return [`[\`${shown}\`](${path})`, kindOf(declared, this.checker), this.sentencesOf(declared)];
  }

  private membersOf({ name, declared }: PublicName): string[] {
    const { Class, Interface, TypeAlias } = ts.SymbolFlags;
    if (!(declared.flags & (Class | Interface | TypeAlias))) return [];
    const type = this.checker.getDeclaredTypeOfSymbol(declared);
    const kinds = type.isUnion() ? type.types : [type];
    const properties = kinds.flatMap((one) => this.checker.getPropertiesOfType(one));
    const members = properties.filter(isForUsers).sort(asWritten);
    // A handler has the members of its contract.
    const isHandler = members.some((member) => member.name === 'proofSchema');
    const hasOwn = !isHandler || declared.flags & Interface || isAbstract(declared);
    if (!hasOwn || members.length === 0) return [];
    if (name.endsWith('Options'))
      return isAbstract(declared) ? [] : [this.optionTable(name, members)];
    const rows = members.map((member) => [this.memberOf(member), this.sentencesOf(member)]);
    return [tableOf([`\`${name}\``, 'What it is'], rows)];
  }

  private optionTable(name: string, members: readonly ts.Symbol[]): string {
    const rows = members.map((member) => {
      const unit = member.name.endsWith('Seconds') ? ', in seconds' : '';
      const takes = TAKES[name]?.[member.name]?.takes;
      const shown = takes === undefined ? `\`${this.typeOf(member)}\`` : `${takes}${unit}`;
      const [meaning, byDefault] = withoutDefault(this.sentencesOf(member));
      return [`\`${member.name}\``, shown, byDefault, meaning];
    });
    return tableOf([`\`${name}\``, 'Takes', 'Default', 'What it is'], rows);
  }

  /** A member as it is declared. */
  private memberOf(member: ts.Symbol): string {
    const [declaration] = member.declarations ?? [];
    const mark = member.flags & ts.SymbolFlags.Optional ? '?' : '';
    if (declaration === undefined || !isMethod(declaration))
      return `\`${member.name}${mark}: ${this.typeOf(member)}\``;
    const given = declaration.parameters.map(oneLine).join(', ');
    const made = declaration.type === undefined ? '' : `: ${oneLine(declaration.type)}`;
    return `\`${member.name}${mark}(${given})${made}\``;
  }

  /** A type in the words of its declaration, or else in those of the compiler. */
  private typeOf(member: ts.Symbol): string {
    const [declaration] = member.declarations ?? [];
    if (declaration !== undefined && isField(declaration) && declaration.type !== undefined)
      return oneLine(declaration.type).replace(/ \| undefined$/, '');
    const type = this.checker.getNonNullableType(this.checker.getTypeOfSymbol(member));
    return this.checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  }

  /** The doc comment, what is returned and what is thrown. */
  private sentencesOf(symbol: ts.Symbol): string {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    const tags = symbol.getJsDocTags(this.checker);
    const said = (name: string, verb: string) =>
      tags
        .filter((tag) => tag.name === name)
        .map((tag) => `${verb} ${ts.displayPartsToString(tag.text).replace(/^\{(\w+)\}/, '`$1`')}`);
    const parts = [text, ...said('returns', 'Returns'), ...said('throws', 'Throws')];
    return parts.map(plain).filter(Boolean).join(' ');
  }
}

/** One line that ends in a full stop. */
function plain(text: string): string {
  const line = text
    .replace(/\{@link ([^}|]+?)\s*\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim();
  return line === '' || /[.!?]$/.test(line) ? line : `${line}.`;
}

/** Takes the sentence about the default out of a text. */
function withoutDefault(text: string): [rest: string, byDefault: string] {
  const found = /(?:^| )Default:? ((?:`[^`]*`|\[[^\]]*\]|[^.`[])+)\.(?= |$)/.exec(text);
  if (found === null) return [text, '–'];
  return [text.replace(found[0], '').trim(), found[1] ?? ''];
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** A node as it is written, without its comments. */
function oneLine(node: ts.Node): string {
  return node
    .getText()
    .replace(/\/\*\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ');
}

function isMethod(node: ts.Node): node is ts.MethodDeclaration | ts.MethodSignature {
  return ts.isMethodDeclaration(node) || ts.isMethodSignature(node);
}

function isField(
  node: ts.Node,
): node is
  | ts.PropertyDeclaration
  | ts.PropertySignature
  | ts.ParameterDeclaration
  | ts.GetAccessorDeclaration {
  const isProperty = ts.isPropertyDeclaration(node) || ts.isPropertySignature(node);
  return isProperty || ts.isParameter(node) || ts.isGetAccessorDeclaration(node);
}

/** The compiler's own order depends on what it was asked before. */
function asWritten(one: ts.Symbol, other: ts.Symbol): number {
  const [left, right] = [one, other].map(({ declarations }) => declarations?.[0]);
  if (left === undefined || right === undefined) return 0;
  const [file, otherFile] = [left, right].map((node) => node.getSourceFile().fileName);
  return file === otherFile ? left.pos - right.pos : `${file}`.localeCompare(`${otherFile}`);
}

/** Methods that Nest calls, and nobody else. */
const LIFECYCLE = /^(?:onModule|onApplication|beforeApplication)/;

/** Declared in the library under a name, for callers, or for subclasses of an abstract class. */
function isForUsers(member: ts.Symbol): boolean {
  const [declaration] = member.declarations ?? [];
  if (member.name.startsWith('__') || LIFECYCLE.test(member.name)) return false;
  if (declaration === undefined || !isOfLibrary(declaration.getSourceFile().fileName)) return false;
  const { Private, Protected, Abstract } = ts.ModifierFlags;
  const { parent } = declaration;
  const isOfBase = ts.isClassLike(parent) && ts.getCombinedModifierFlags(parent) & Abstract;
  const hidden = isOfBase ? Private : Private | Protected;
  return (ts.getCombinedModifierFlags(declaration) & hidden) === 0;
}

const DECORATOR = /Decorator\b/;

function kindOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const { flags } = symbol;
  if (flags & ts.SymbolFlags.Class) return isAbstract(symbol) ? 'abstract class' : 'class';
  if (flags & ts.SymbolFlags.Interface) return 'interface';
  if (flags & ts.SymbolFlags.TypeAlias) return 'type';
  const [signature] = checker.getTypeOfSymbol(symbol).getCallSignatures();
  if (signature === undefined) return 'constant';
  const makes = checker.typeToString(signature.getReturnType());
  return DECORATOR.test(makes) ? 'decorator' : 'function';
}

function isAbstract({ valueDeclaration }: ts.Symbol): boolean {
  if (valueDeclaration === undefined) return false;
  return (ts.getCombinedModifierFlags(valueDeclaration) & ts.ModifierFlags.Abstract) !== 0;
}
