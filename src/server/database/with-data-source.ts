import { DataSource, type DataSourceOptions } from 'typeorm';

/** Runs work with connections of its own, and closes them afterwards. */
export async function withDataSource(
  options: DataSourceOptions,
  work: (dataSource: DataSource) => Promise<void>,
): Promise<void> {
  const dataSource = await new DataSource(options).initialize();
  try {
    await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
