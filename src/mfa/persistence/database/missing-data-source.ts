import { type ModulesContainer } from '@nestjs/core';
import { DataSource } from 'typeorm';

/** A provider of the application, and the module that has it. */
interface FoundProvider {
  readonly token: unknown;
  readonly moduleName: string;
}

/** Says why the library is given no data source, by what the application has in its place. */
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

/** By its name alone: nothing of one copy is of the other. */
function isOtherCopy(token: unknown): token is DataSourceClass {
  return typeof token === 'function' && token.name === DataSource.name && token !== DataSource;
}

function secondCopy(other: DataSourceClass): Error {
  // To the types its options are more than an object; it is asked for a driver that there is not.
  const own = placeOf(DataSource as unknown as DataSourceClass);
  return new Error(
    `There are two copies of typeorm: nestjs-mfa has ${own}, and the DataSource of the application is of ${placeOf(other)}. Have one: "npm ls typeorm" says who brings the other, and both packages must ask for one version.`,
  );
}

/** The folder of the copy that a class is of: it is where its constructor throws. */
function placeOf(copy: DataSourceClass): string {
  const files = filesThatThrow(() => new copy({ type: 'none' }));
  const places = files.map((file) => /^.*[\\/]typeorm(?=[\\/])/.exec(file)?.[0]);
  return places.find((place) => place !== undefined) ?? 'a place that it does not tell';
}

/** The files through which an error went, as they lie on the disk, whatever source maps make of them. */
function filesThatThrow(fail: () => unknown): string[] {
  // A function that is put back as it was, and not called.
  const former: unknown = Reflect.get(Error, 'prepareStackTrace');
  Error.prepareStackTrace = (_error, sites) => sites.map((site) => site.getFileName() ?? '');
  try {
    fail();
    return [];
  } catch (error) {
    // What was just prepared, unless something else was thrown.
    const { stack } = error as { stack?: unknown };
    return Array.isArray(stack) ? stack.map(String) : [];
  } finally {
    Reflect.set(Error, 'prepareStackTrace', former);
  }
}

/** As `getDataSourceToken` of `@nestjs/typeorm` calls one with a name. */
function isNamedDataSource(token: unknown): token is string {
  return typeof token === 'string' && token.endsWith('DataSource');
}

function namedDataSource(token: string): Error {
  return new Error(
    `MfaModule misses a DataSource of TypeORM, and there is one named "${token}": provide it as such, by { provide: DataSource, useExisting: "${token}" } in a module that exports it, and give that module to forRoot in "imports".`,
  );
}
