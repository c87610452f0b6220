import { DataSource, type DataSourceOptions } from 'typeorm';

/** Runs work with connections of its own, and closes them afterwards. */
export async function withDataSource(
  options: DataSourceOptions,
  work: (dataSource: DataSource) => Promise<void>,
): Promise<void> {
  const dataSource = await openDataSource(options, work);
  await dataSource.destroy();
}

/** Connects. The connections stay open if `check` passes, and are closed if it fails. */
export async function openDataSource(
  options: DataSourceOptions,
  check: (dataSource: DataSource) => Promise<void>,
): Promise<DataSource> {
  const dataSource = await new DataSource(options).initialize();
  try {
    await check(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
