import { type ObjectLiteral, type Repository } from 'typeorm';

/**
 * `SELECT … FROM` of all columns of an entity's table, each under the name of its property. For
 * statements that run so often that building them each time would show.
 *
 * @param facts further SQL expressions on its columns, by property name
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
