/** Where every route of sign-in and of second factors begins, without slashes at its ends. */
export const AUTH_BASE_PATH = 'api/auth';
