/** The type of the first factor of a login that names none, where one of it is configured. */
export const LOCAL = 'local';
