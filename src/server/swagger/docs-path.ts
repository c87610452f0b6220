/** Where Swagger UI answers; the document is at `<path>-json` and `<path>-yaml`. */
export const DOCS_PATH = '/api/docs';
