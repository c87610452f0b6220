import { type ModulesContainer } from '@nestjs/core';
import { DataSource } from 'typeorm';

/** A provider of the application, and its module. */
interface FoundProvider {
  readonly token: unknown;
  readonly moduleName: string;
}

/** Explains why the library sees no data source, by what the application provides instead. */
export function missingDataSource(modules: ModulesContainer): Error {
  const found = providersOf(modules);
  const unseen = found.find(({ token }) => token === DataSource);
  if (unseen !== undefined) return unseenDataSource(unseen);
  const copies = found.map(({ token }) => token).filter(isOtherCopy);
  if (copies[0] !== undefined) return secondCopy(copies[0]);
  const names = found.map(({ token }) => token).filter(isNamedDataSource);
  if (names[0] !== undefined) return namedDataSource(names[0]);
  return new Error(
    'MfaModule misses a DataSource of TypeORM: import TypeOrmModule.forRoot with a PostgreSQL and MFA_ENTITIES, beside MfaModule.',
  );
}

function providersOf(modules: ModulesContainer): FoundProvider[] {
  return [...modules.values()].flatMap(({ name, providers }) =>
    [...providers.keys()].map((token) => ({ token, moduleName: name })),
  );
}

function unseenDataSource({ moduleName }: FoundProvider): Error {
  return new Error(
    `MfaModule does not see the DataSource of ${moduleName}: have ${moduleName} export it, and give ${moduleName} to forRoot in "imports", or make it global.`,
  );
}

type DataSourceClass = new (options: object) => unknown;

/** Recognised by name alone: two copies share nothing else. */
function isOtherCopy(token: unknown): token is DataSourceClass {
  return typeof token === 'function' && token.name === DataSource.name && token !== DataSource;
}

function secondCopy(other: DataSourceClass): Error {
  // The real constructor takes typed options; this one is given a driver that does not exist.
  const own = placeOf(DataSource as unknown as DataSourceClass);
  return new Error(
    `There are two copies of typeorm: nestjs-mfa has ${own}, and the DataSource of the application is of ${placeOf(other)}. Have one: "npm ls typeorm" says who brings the other, and both packages must ask for one version.`,
  );
}

/** The folder of the copy that a class belongs to, found by where its constructor throws. */
function placeOf(copy: DataSourceClass): string {
  const files = filesThatThrow(() => new copy({ type: 'none' }));
  const places = files.map((file) => /^.*[\\/]typeorm(?=[\\/])/.exec(file)?.[0]);
  return places.find((place) => place !== undefined) ?? 'a place that it does not tell';
}

/** The files in the stack of an error, by their paths on disk, even when source maps are in use. */
function filesThatThrow(fail: () => unknown): string[] {
  // The hook is restored below and not called.
  const former: unknown = Reflect.get(Error, 'prepareStackTrace');
  Error.prepareStackTrace = (_error, sites) => sites.map((site) => site.getFileName() ?? '');
  try {
    fail();
    return [];
  } catch (error) {
    // The list just prepared, unless something other than an Error was thrown.
    const { stack } = error as { stack?: unknown };
    return Array.isArray(stack) ? stack.map(String) : [];
  } finally {
    Reflect.set(Error, 'prepareStackTrace', former);
  }
}

/** The form of the tokens that `getDataSourceToken` of `@nestjs/typeorm` gives named data sources. */
function isNamedDataSource(token: unknown): token is string {
  return typeof token === 'string' && token.endsWith('DataSource');
}

function namedDataSource(token: string): Error {
  return new Error(
    `MfaModule misses a DataSource of TypeORM, and there is one named "${token}": provide it as such, by { provide: DataSource, useExisting: "${token}" } in a module that exports it, and give that module to forRoot in "imports".`,
  );
}
