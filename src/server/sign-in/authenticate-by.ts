import passport, { type Strategy } from 'passport';
import { type User } from '../identity/user.entity.js';
import { type FirstFactorRequest } from './first-factor.js';

const NAME = 'first-factor';

/**
 * Makes the `authenticate` of a first factor from a Passport strategy. The strategy succeeds with a
 * `User`. A strategy that fails, passes the request on, or redirects refuses the sign-in.
 */
export function authenticateBy(
  strategy: Strategy,
): (request: FirstFactorRequest) => Promise<User | null> {
  // Passport's own registry is shared by the process, so servers would overwrite each other's names. A
  // strategy by name is copied for each request; as an object it would mix up requests.
  const own = new passport.Authenticator().use(NAME, strategy);
  return (request) =>
    new Promise((resolve, reject) => {
      // An error of the strategy passes unchanged: the exception filter knows it.
      const settle: Settle = (error, found) => (error ? reject(error) : resolve(found || null));
      // Passport's types do not say that it returns a middleware.
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

/** The members of a response that Passport uses, for a redirect only. */
interface RedirectResponse {
  setHeader(name: string, value: string): void;
  end(): void;
}
