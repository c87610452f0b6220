/** The type of the default first factor: a login that names none uses it, if it is configured. */
export const LOCAL = 'local';
