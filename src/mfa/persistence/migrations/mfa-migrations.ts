import { CreateMfaTables1764000000000 } from './1764000000000-create-mfa-tables.js';

/** The migrations of the library, oldest first, for a host's data source. */
export const MFA_MIGRATIONS = [CreateMfaTables1764000000000];
