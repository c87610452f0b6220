/** The path of Swagger UI; the document is at `<path>-json` and `<path>-yaml`. */
export const DOCS_PATH = '/api/docs';
