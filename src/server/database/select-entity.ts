import { type ObjectLiteral, type Repository } from 'typeorm';

/**
 * `SELECT … FROM` of all that an entity's table holds, each column under the name of its property:
 * for statements that are run so often that making them anew each time would show.
 */
export function selectEntity<Entity extends ObjectLiteral>({
  metadata,
}: Repository<Entity>): string {
  const columns = metadata.columns.map(
    ({ databaseName, propertyName }) => `"${databaseName}" AS "${propertyName}"`,
  );
  return `SELECT ${columns.join(', ')} FROM "${metadata.tableName}"`;
}
