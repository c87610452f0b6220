import { DataSource, type DataSourceOptions } from 'typeorm';

/** Does something with connections of its own, which are closed after it. */
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
