import { type ObjectLiteral, type Repository } from 'typeorm';

/**
 * `SELECT … FROM` of all that an entity's table holds, each column under the name of its property:
 * for statements that are run so often that making them anew each time would show.
 *
 * @param facts expressions of SQL on its columns, by the name of the property that each is
 */
export function selectEntity<Entity extends ObjectLiteral>(
  { metadata }: Repository<Entity>,
  facts: Readonly<Record<string, string>> = {},
): string {
  const columns = [
    ...metadata.columns.map(
      ({ databaseName, propertyName }) => `"${databaseName}" AS "${propertyName}"`,
    ),
    ...Object.entries(facts).map(([name, expression]) => `${expression} AS "${name}"`),
  ];
  return `SELECT ${columns.join(', ')} FROM "${metadata.tableName}"`;
}
