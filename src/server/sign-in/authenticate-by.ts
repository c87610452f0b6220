import passport, { type Strategy } from 'passport';
import { type User } from '../identity/user.entity.js';
import { type FirstFactorRequest } from './first-factor.js';

const NAME = 'first-factor';

/**
 * Turns a Passport strategy into `authenticate` of a first factor. The strategy succeeds with a
 * `User`. One that fails, passes the request on, or answers with a redirect lets nobody in.
 */
export function authenticateBy(
  strategy: Strategy,
): (request: FirstFactorRequest) => Promise<User | null> {
  // Passport's own registry is one for the process, where servers would take each other's names.
  // Called by name, a strategy is copied for each request; called itself, requests would mix up.
  const own = new passport.Authenticator().use(NAME, strategy);
  return (request) =>
    new Promise((resolve, reject) => {
      // Whatever a strategy gives as its error is passed on as it is: the filter knows what it is.
      const settle: Settle = (error, found) => (error ? reject(error) : resolve(found || null));
      // Passport's types do not say what it makes: a middleware.
      const judge = own.authenticate(NAME, { session: false }, settle) as Middleware;
      const refuse = (error?: Error | null) => settle(error, null);
      judge(request, { setHeader: () => undefined, end: () => refuse() }, refuse);
    });
}

type Settle = (error: Error | null | undefined, found?: User | false | null) => void;

type Middleware = (
  request: FirstFactorRequest,
  response: RedirectResponse,
  next: (error?: Error | null) => void,
) => void;

/** What Passport uses of a response, for a redirect alone. */
interface RedirectResponse {
  setHeader(name: string, value: string): void;
  end(): void;
}
