/** The parts of package.json that the published one is made from. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional: boolean }>>;
}

export const PEERS: readonly string[];
export const OPTIONAL_PEERS: readonly string[];
export const DEPENDENCIES: readonly string[];

export function publishedManifest(
  root: Manifest,
  options?: { readonly withServer?: boolean },
): Required<Manifest>;
