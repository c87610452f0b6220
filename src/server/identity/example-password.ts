/** The password of the README's tour, with which the forms of Swagger UI are filled. */
export const EXAMPLE_PASSWORD = 'correct-horse-battery';
