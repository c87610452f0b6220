import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { ROOT } from './documents.js';

const FOLDER = join(ROOT, 'deploy/kubernetes');
/** The file of kustomize itself, which is no object of a cluster. */
const KUSTOMIZATION = 'kustomization.yaml';

/** The members of every Kubernetes object. */
interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** A Kubernetes object and its file. */
export interface Manifest {
  readonly file: string;
  readonly object: KubernetesObject;
}

/** Every object of `deploy/kubernetes`. */
export function readManifests(): Manifest[] {
  return readdirSync(FOLDER)
    .filter((file) => file !== KUSTOMIZATION)
    .flatMap((file) => documentsOf(file).map((object) => ({ object, file })));
}

/** The files that are applied. */
export function appliedFiles(): string[] {
  // The form of a kustomization.
  const [kustomization] = documentsOf(KUSTOMIZATION) as unknown as { resources: string[] }[];
  return kustomization?.resources ?? [];
}

/** @throws {Error} when it violates the schema of its kind */
export async function validate({ object }: Manifest): Promise<void> {
  const models: Record<string, ModelClass> = await import(`kubernetes-models/${object.apiVersion}`);
  const Model = models[object.kind];
  if (Model === undefined) throw new Error(`${object.apiVersion} has no ${object.kind}.`);
  new Model(object).validate();
}

/** The compiler's errors about unknown members, which the schemas let pass. */
export function unknownMembers(manifests: readonly Manifest[]): string[] {
  const path = join(ROOT, 'manifests.ts');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  const source = manifests.map(asTyped).join('\n');
  host.getSourceFile = (name, languageVersion) =>
    name === path
      ? ts.createSourceFile(path, source, languageVersion)
      : getSourceFile(name, languageVersion);
  const program = ts.createProgram([path], options, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(path))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

interface ModelClass {
  new (object: object): { validate(): void };
}

function asTyped({ object }: Manifest, index: number): string {
  const { apiVersion, kind } = object;
  return `import { type I${kind} as Kind${index} } from 'kubernetes-models/${apiVersion}';
export const object${index}: Kind${index} = ${JSON.stringify(object)};`;
}

function documentsOf(file: string): KubernetesObject[] {
  const documents = parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8'));
  return documents.map((document) => document.toJS() as KubernetesObject);
}
