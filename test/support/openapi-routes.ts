import { type TestServer } from './server.js';

/** One operation of the OpenAPI document. */
export interface ApiRoute {
  /** In upper case. */
  readonly method: string;
  /** The path from the origin, for example `/api/auth/login`. */
  readonly path: string;
  /** Whether it asks for an access token. */
  readonly needsAccess: boolean;
  /** Whether it takes a body. */
  readonly takesBody: boolean;
}

interface Operation {
  readonly security?: readonly object[];
  readonly requestBody?: object;
}

/** Every operation of the server's own OpenAPI document. */
export async function listRoutes(server: TestServer): Promise<ApiRoute[]> {
  const { body } = await server.get('//api/docs-json');
  // The contract tests check that the document has the form of OpenAPI 3.
  const paths = Object.entries(body.paths as Record<string, Record<string, Operation>>);
  return paths.flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      needsAccess: (operation.security ?? []).length > 0,
      takesBody: operation.requestBody !== undefined,
    })),
  );
}
