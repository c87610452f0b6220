/** The password of the tour in `docs/tour.md`, with which the forms of Swagger UI are filled. */
export const EXAMPLE_PASSWORD = 'correct-horse-battery';
